"""Export the audit trail of a study for an inspector: one sentence an event, oldest first, as CSV or PDF.

It is redacted like the log: before the unblinding it leaves out what would unblind, and readers go by their
pseudonyms.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from typing import Any

import typst
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit.models import Audience, Event
from readerstudy.audit.record import record
from readerstudy.audit.verify import verify
from readerstudy.desk.watching.sentences import sentence_of
from readerstudy.results.spreadsheet import csv_text, defused
from readerstudy.studies.models import Enrolment, Study
from readerstudy.truth.unblind import is_unblinded

ROWS_AT_ONCE = 2_000
COLUMNS = ("at_utc", "who", "sentence", "reason", "stream", "digest")


@dataclass(frozen=True, kw_only=True)
class TrailEntry:
    """One event as an inspector reads it. Its digest is told after the unblinding."""

    at: str
    who: str
    sentence: str
    reason: str
    stream: str
    digest: str


def trail_of(study: Study) -> Iterator[TrailEntry]:
    audience, events = told_of(study)
    who = who_in(study)
    for event in events.order_by("at", "pk").iterator(ROWS_AT_ONCE):
        entry = event.for_audience(audience)
        yield TrailEntry(
            at=f"{entry.at:%Y-%m-%d %H:%M:%S}",
            who=who(event),
            sentence=sentence_of(entry, who(event)),
            reason=entry.reason,
            stream=entry.stream,
            # Until then digests would let the numbers of events be tried out, and with them what is left out.
            digest=event.digest if audience == Audience.UNBLINDED else "",
        )


def told_of(study: Study) -> tuple[Audience, QuerySet[Event]]:
    """What the staff may read of the log now, and as which audience."""
    audience = Audience.UNBLINDED if is_unblinded(study) else Audience.STAFF
    events = Event.objects.within(study.scope).for_audience(audience)
    return audience, events.select_related("stream", "by")


def who_in(study: Study) -> Callable[[Event], str]:
    """Return what names who did something."""
    names = reader_names(study)
    return lambda event: str(names.get(event.by_id, event.by) or "")


def reader_names(study: Study) -> dict[int | None, str]:
    """Readers go by their pseudonyms here: only owners know who they are."""
    readers = Enrolment.objects.filter(study=study).readers().select_related("user", "invitation__claim__by")
    return {reader.person.pk: reader.pseudonym for reader in readers if reader.person is not None}


def audit_trail(study: Study, kind: str, *, by: User) -> tuple[bytes, str]:
    """The trail as a file of a kind in `FORMATS`, with its name; the export is an event itself."""
    made = FORMATS[kind](study)
    record(study.scope, "audit trail exported", by=by, on=study, particulars={"format": kind})
    return made, f"{study.slug}-audit-trail.{kind}"


def _as_pdf(study: Study) -> bytes:
    content: dict[str, Any] = {
        "title": _("Audit trail of %(study)s") % {"study": study.title},
        "facts": [*facts_of(study)],
        "head": [_("When (UTC)"), _("What"), _("Reason")],
        "rows": [[entry.at, entry.sentence, entry.reason] for entry in trail_of(study)],
    }
    files = {"main.typ": TEMPLATE.encode(), "trail.json": json.dumps(content, ensure_ascii=False).encode()}
    made = typst.compile(files, format="pdf", ignore_system_fonts=True)  # type: ignore[call-overload]
    return bytes(made)


def facts_of(study: Study) -> Iterator[str]:
    yield _("Exported on %(when)s UTC.") % {"when": f"{timezone.now():%Y-%m-%d %H:%M}"}
    if not is_unblinded(study):
        yield _("The study is blinded: what would unblind it is left out, and readers go by pseudonyms.")
    wrong = sum(finding.stops for finding in verify(study.scope))
    if wrong:
        yield _("The audit log is NOT whole: %(count)s findings. Run verify_audit.") % {"count": wrong}
    else:
        yield _("The audit log is whole: no event was changed, removed, inserted or reordered.")


def _as_csv(study: Study) -> bytes:
    return csv_text([COLUMNS, *(map(defused, astuple(entry)) for entry in trail_of(study))]).encode()


FORMATS: dict[str, Callable[[Study], bytes]] = {"csv": _as_csv, "pdf": _as_pdf}
# The trail is read as data, so that nothing in it is ever read as typst.
TEMPLATE = """\
#let trail = json("trail.json")
#set page(paper: "a4", margin: 2cm, numbering: "1 / 1")
#set text(size: 9pt)
#set document(title: trail.title)
= #trail.title
#for fact in trail.facts [#fact #linebreak()]
#table(
  columns: (auto, 1fr, auto),
  stroke: (x, y) => (bottom: 0.4pt + luma(200)),
  table.header(..trail.head.map(strong)),
  ..trail.rows.flatten()
)
"""
