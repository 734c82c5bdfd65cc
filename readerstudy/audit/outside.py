"""One signed line a day that says where the log ends, for a place that this server cannot write to again.

Whoever has database and keys can forge everything inside. They cannot take back a line that lies in
somebody's mailbox: the event that it names must still be in the log, and that event names the ends of all
streams.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.core.signing import Signer
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from readerstudy.accounts.models import User
from readerstudy.audit.ends import STREAM, VERB, keep_ends
from readerstudy.audit.errors import AuditError
from readerstudy.audit.models import Event, Stream
from readerstudy.audit.verify import Finding

EVERY = timedelta(days=1)
_SALT = "readerstudy.audit.outside"


class LinesUnreadable(AuditError, code="lines_unreadable"):
    """This file does not hold lines about the ends of the log. Give one that `manage.py keep_ends` wrote."""


def end_line(*, by: User | None) -> str:
    """Keep the ends of all streams in the log, and say in one line where that stands."""
    keep_ends(by=by)
    own = Stream.objects.filter(name=STREAM).first()
    said = {
        "at": timezone.now().isoformat(timespec="seconds"),
        "platform": settings.SITE_URL,
        "number": own.length if own else 0,
        "digest": own.head if own else "",
    }
    return json.dumps({**said, "signature": Signer(salt=_SALT).signature(_text(said))}, sort_keys=True)


def keep_outside(*, by: User | None, to: Path | None, mail: str) -> str:
    """Write the line to the end of a file, and mail it."""
    line = end_line(by=by)
    if to is not None:
        with to.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
    if mail:
        send_mail(
            subject=f"Where the audit log of {settings.SITE_URL} ends",
            message=f"Keep this message. To compare: manage.py verify_audit --lines FILE\n\n{line}\n",
            from_email=None,
            recipient_list=[mail],
        )
    return line


def keep_outside_daily() -> str | None:
    """The same once a day, where the settings name a file or an address."""
    to, mail = settings.AUDIT_ENDS_FILE, settings.AUDIT_ENDS_MAIL
    last = Event.objects.filter(stream__name=STREAM, verb=VERB, subject="daily").order_by("-number").first()
    if not (to or mail) or (last is not None and timezone.now() - last.at < EVERY):
        return None
    keep_ends(by=None, on="daily", always=True)
    return keep_outside(by=None, to=Path(to) if to else None, mail=mail)


def verify_lines(lines: Iterable[str]) -> Iterator[Finding]:
    """Lines that this platform did not write, and events that they name and the log no longer has."""
    for position, line in enumerate(filter(str.strip, lines), start=1):
        said, signature = _read(line)
        if not _is_ours(said, signature):
            yield Finding(stream=f"line {position}", what="was not signed by this platform")
            continue
        if not said["number"]:
            continue
        event = Event.objects.filter(stream__name=STREAM, number=said["number"]).first()
        what = f"event #{said['number']} of {said['at']}"
        if event is None:
            yield Finding(stream=STREAM, what=f"{what} is gone: the log was set back or removed")
        elif event.digest != said["digest"]:
            yield Finding(stream=STREAM, what=f"{what} is another one: the log was written anew")


def _read(line: str) -> tuple[dict[str, Any], str]:
    try:
        said = json.loads(line)
        signature = said.pop("signature")
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise LinesUnreadable from error
    if set(said) != {"at", "platform", "number", "digest"}:
        raise LinesUnreadable
    return said, str(signature)


def _is_ours(said: dict[str, Any], signature: str) -> bool:
    """A line can only accuse, so that one signed with a former key is taken too."""
    signer = Signer(salt=_SALT)
    keys = (signer.key, *signer.fallback_keys)
    return any(constant_time_compare(signature, signer.signature(_text(said), key)) for key in keys)


def _text(said: dict[str, Any]) -> str:
    return json.dumps(said, sort_keys=True)
