"""Write an event: the one way in."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from readerstudy.accounts.models import User
from readerstudy.audit.chain import canonical, digest_of, key_of_seal, seal_of
from readerstudy.audit.models import Audience, Event, Stream
from readerstudy.statements import Given, Statement, insert_all, update


def record(
    stream: str,
    verb: str,
    *,
    by: User | None,
    on: models.Model | str,
    particulars: Mapping[str, Any] | None = None,
    reason: str = "",
    audience: str = Audience.STAFF,
    label: str = "",
) -> Event:
    """Append an event to a stream, inside the caller's transaction.

    `stream` is `SCOPE` or `SCOPE/part`, such as `study:12` or `study:12/enrolment:3`. `label` is a name by
    which people find the scope, such as the study's slug; once given, the stream keeps it. The stream stays
    locked until the caller's transaction ends, so write the event last. What is returned has no primary key.
    """
    said = canonical(particulars or {})
    with transaction.atomic(savepoint=False):
        chain = _locked(stream)
        seal_again = _sealer(chain)
        event = Event(
            stream=chain,
            number=chain.length + 1,
            at=timezone.now(),
            by=by,
            verb=verb,
            subject=on if isinstance(on, str) else f"{on._meta.label_lower}:{on.pk}",
            particulars=said,
            reason=reason,
            audience=audience,
            previous=chain.head,
        )
        event.digest = digest_of(event, stream=chain.name)
        insert_all([event])
        chain.length, chain.head, chain.label = event.number, event.digest, label or chain.label
        chain.seal = seal_again(chain)
        update(chain, "length", "head", "seal", *(["label"] if label else []))
    return event


_COLUMNS = ("id", "name", "scope", "label", "length", "head", "seal")
_LOCKED = Statement(
    lambda: Stream.objects.select_for_update().filter(name=Given("name")).order_by().values_list(*_COLUMNS)
)


def _locked(name: str) -> Stream:
    found = _LOCKED.row(name=name)
    if found is None:
        Stream.objects.get_or_create(name=name, defaults={"scope": name.split("/")[0]})
        found = _LOCKED.row(name=name) or ()
    return Stream(**dict(zip(_COLUMNS, found, strict=True)))


def _sealer(chain: Stream) -> Callable[[Stream], str]:
    """How the next end is sealed: with the key of the present one.

    Otherwise an end that was tampered with would become good by the next event, and one that was forged with
    a former key would pass for one of the present key.
    """
    if chain.length == 0:
        return seal_of
    key = key_of_seal(chain)
    return (lambda _: "") if key is None else partial(seal_of, key=key)
