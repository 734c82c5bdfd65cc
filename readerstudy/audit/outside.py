"""One signed line a day that says where the log ends, for a place that this server cannot write to again.

Whoever has database and keys can forge everything inside. They cannot take back a line that lies in
somebody's mailbox: the event that it names must still be in the log, and that event names the ends of all
streams.
"""

import json
import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.core.signing import Signer
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django_tasks import task

from readerstudy.accounts.models import User
from readerstudy.audit.ends import STREAM, VERB, keep_ends
from readerstudy.audit.errors import AuditError
from readerstudy.audit.models import Event, Stream
from readerstudy.audit.stamp import NotStamped, StampUnfit, stamp, stamped_at
from readerstudy.audit.verify import Finding, verify_ends

logger = logging.getLogger(__name__)
EVERY = timedelta(days=1)
FIRST_WAIT_S, LONGEST_WAIT_S = 60, 3600
STAMP_MAY_TAKE = timedelta(minutes=10)
_SALT = "readerstudy.audit.outside"


class LinesUnreadable(AuditError, code="lines_unreadable"):
    """This file does not hold lines about the ends of the log. Give one that `manage.py keep_ends` wrote."""


def end_line(*, by: User | None) -> str:
    """Keep the ends of all streams in the log, and say in one line where that stands.

    Where AUDIT_STAMP_URL names a time-stamping authority, the line carries its stamp; without an answer it is
    kept all the same.
    """
    keep_ends(by=by)
    own = Stream.objects.filter(name=STREAM).first()
    said = {
        "at": timezone.now().isoformat(timespec="seconds"),
        "platform": settings.SITE_URL,
        "number": own.length if own else 0,
        "digest": own.head if own else "",
    }
    signed = {**said, "signature": Signer(salt=_SALT).signature(_text(said))}
    return _text({**signed, **_stamp(signed)})


def _stamp(signed: dict[str, Any]) -> dict[str, str]:
    if not settings.AUDIT_STAMP_URL:
        return {}
    try:
        return {"stamp": stamp(_text(signed), url=settings.AUDIT_STAMP_URL)}
    except NotStamped as refusal:
        logger.error("The line about the audit log has no stamp: %s", refusal)  # noqa: TRY400  (no traceback)
        return {}


def keep_outside(*, by: User | None, to: Path | None, mail: str) -> str:
    """Write the line to the end of a file, and mail it."""
    line = end_line(by=by)
    _put(line, to=to, mail=mail)
    return line


@transaction.atomic
def keep_outside_daily() -> None:
    """The same once a day where the settings say, by the queue: a stopped worker leaves it to others."""
    if not (settings.AUDIT_ENDS_FILE or settings.AUDIT_ENDS_MAIL):
        return
    Stream.objects.select_for_update().get_or_create(name=STREAM, defaults={"scope": STREAM})
    daily = Event.objects.filter(stream__name=STREAM, verb=VERB, subject="daily")
    if not daily.filter(at__gt=timezone.now() - EVERY).exists():
        keep_ends(by=None, on="daily", always=True)
        keep_today.enqueue()


@task()
def keep_today() -> None:
    line = end_line(by=None)
    for place in ("to", "mail"):
        keep.call(line, place, FIRST_WAIT_S)


@task()
def keep(line: str, place: str, wait_s: int) -> None:
    """Keep a line where the settings say so, or try again, ever more rarely, until the next line is due."""
    settled = {"to": settings.AUDIT_ENDS_FILE, "mail": settings.AUDIT_ENDS_MAIL}
    try:
        _put(line, **{place: settled[place]})
    except (OSError, ValueError) as error:  # ValueError: no address
        logger.error("The daily line about the audit log was not kept (%s): %s", place, error)  # noqa: TRY400
        again = timezone.now() + timedelta(seconds=wait_s)
        if again < datetime.fromisoformat(json.loads(line)["at"]) + EVERY:
            keep.using(run_after=again).enqueue(line, place, min(2 * wait_s, LONGEST_WAIT_S))


def _put(line: str, *, to: Path | str | None = None, mail: str = "") -> None:
    if to:
        text = f"{line}\n".encode()
        with Path(to).open("ab", buffering=0) as file:
            end = file.tell()
            if file.write(text) < len(text):  # half a line would make the whole file unreadable
                file.truncate(end)
                raise OSError(f"{to} has no room for it")
    if mail:
        send_mail(
            subject=f"Where the audit log of {settings.SITE_URL} ends",
            message=f"Keep this message. To compare: manage.py verify_audit --lines FILE\n\n{line}\n",
            from_email=None,
            recipient_list=[mail],
        )


def verify_lines(lines: Iterable[str]) -> Iterator[Finding]:
    """Lines that this platform did not write, and events that they name and the log no longer has."""
    for position, line in enumerate(filter(str.strip, lines), start=1):
        said, signature, token = _read(line)
        if not _is_ours(said, signature):
            yield Finding(stream=f"line {position}", what="was not signed by this platform")
            continue
        if token:
            yield from _verify_stamp(f"line {position}", {**said, "signature": signature}, token)
        if said["number"]:
            when = f"its line was written at {said['at']}"
            yield from verify_ends({STREAM: (said["number"], said["digest"])}, when=when)


def _verify_stamp(line: str, signed: dict[str, Any], token: str) -> Iterator[Finding]:
    """A stamp that is wrong, or that tells another time than the line."""
    if not settings.AUDIT_STAMP_ROOTS:
        what = "has a stamp that was not checked: name the authority's certificates in AUDIT_STAMP_ROOTS"
        yield Finding(stream=line, what=what, stops=False)
        return
    try:
        at = stamped_at(_text(signed), token, roots=Path(settings.AUDIT_STAMP_ROOTS))
    except StampUnfit as error:
        yield Finding(stream=line, what=str(error))
        return
    if abs(at - datetime.fromisoformat(signed["at"])) > STAMP_MAY_TAKE:
        yield Finding(stream=line, what=f"says {signed['at']}, but was stamped at {at.isoformat()}")


def _read(line: str) -> tuple[dict[str, Any], str, str]:
    """What a line says, its signature, and its stamp, if it has one."""
    try:
        said = json.loads(line)
        signature, token = said.pop("signature"), said.pop("stamp", "")
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise LinesUnreadable from error
    if set(said) != {"at", "platform", "number", "digest"}:
        raise LinesUnreadable
    return said, str(signature), str(token)


def _is_ours(said: dict[str, Any], signature: str) -> bool:
    """A line can only accuse, so that one signed with a former key is taken too."""
    signer = Signer(salt=_SALT)
    keys = (signer.key, *signer.fallback_keys)
    return any(constant_time_compare(signature, signer.signature(_text(said), key)) for key in keys)


def _text(said: dict[str, Any]) -> str:
    return json.dumps(said, sort_keys=True)
