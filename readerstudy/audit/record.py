"""Write an event: the one way in."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from readerstudy.accounts.models import User
from readerstudy.audit.models import Audience, Event, Stream


def record(
    stream: str,
    verb: str,
    *,
    by: User | None,
    on: models.Model | str,
    particulars: Mapping[str, Any] | None = None,
    reason: str = "",
    audience: str = Audience.STAFF,
) -> Event:
    """Append an event to a stream, inside the caller's transaction.

    `stream` is `SCOPE` or `SCOPE/part`, such as `study:12` or `study:12/reader:3`.
    """
    with transaction.atomic():
        chain = _locked(stream)
        event = Event(
            stream=chain,
            number=chain.length + 1,
            at=timezone.now(),
            by=by,
            verb=verb,
            subject=on if isinstance(on, str) else f"{on._meta.label_lower}:{on.pk}",
            particulars=dict(particulars or {}),
            reason=reason,
            audience=audience,
            previous=chain.head,
        )
        event.digest = digest_of(event)
        event.save(force_insert=True)
        chain.length, chain.head = event.number, event.digest
        chain.save(update_fields=["length", "head"])
    return event


def _locked(name: str) -> Stream:
    Stream.objects.get_or_create(name=name, defaults={"scope": name.split("/")[0]})
    return Stream.objects.select_for_update().get(name=name)


def digest_of(event: Event) -> str:
    """The hash that chains an event to the one before it, over all it says."""
    content = {
        "stream": event.stream.name,
        "number": event.number,
        "at": event.at.isoformat(),
        "by": event.by_id,
        "verb": event.verb,
        "subject": event.subject,
        "particulars": event.particulars,
        "reason": event.reason,
        "audience": event.audience,
        "previous": event.previous,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
