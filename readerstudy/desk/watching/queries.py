"""What a study's staff watch: its readers' progress, the server's health, and the log."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from readerstudy.audit.models import Entry
from readerstudy.desk.watching.audit_trail import told_of, who_in
from readerstudy.desk.watching.board import Board, board_of
from readerstudy.desk.watching.health import health_problems
from readerstudy.desk.watching.progress import ReaderProgress, progress_of
from readerstudy.desk.watching.sentences import sentence_of
from readerstudy.reading.models import Concern
from readerstudy.studies.models import Study
from readerstudy.truth.unblind import is_unblinded
from readerstudy.web.paging import Page, page_of

EVENTS_ON_A_PAGE = 100


@dataclass(frozen=True, kw_only=True)
class Day:
    day: date
    answers: int


@dataclass(frozen=True, kw_only=True)
class Reported:
    """A problem with a screen, as its reader numbers screens. `text` is empty before the unblinding."""

    reader: str
    section: str
    screen: int | None
    kind: str
    text: str


def reported(study: Study) -> list[Reported]:
    """What readers reported, by reader and screen, each once.

    The order of arrival, or a screen that comes twice, would tell of rounds of practice. Which image is
    meant, and what was written of it, waits for the unblinding; so does the number of a screen where
    it tells how many answers came before it.
    """
    rows = Concern.objects.filter(enrolment__study=study).select_related("enrolment", "presentation__section")
    ordered = rows.order_by(
        "enrolment__place", "presentation__section__position", "presentation__order", "kind", "pk"
    )
    if not ordered:
        return []
    told = is_unblinded(study)
    sections = {section.name: section for section in study.protocol.document.sections}
    found = (
        Reported(
            reader=row.enrolment.pseudonym,
            section=str(section.title),
            screen=row.presentation.order if told or not section.counting_tells else None,
            kind=row.get_kind_display(),
            text=row.text if told else "",
        )
        for row in ordered
        for section in [sections[row.presentation.section.name]]
    )
    return list(dict.fromkeys(found))


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A study being read, and what its operator should fix meanwhile."""

    readers: list[ReaderProgress]
    health: list[str]
    reported: list[Reported]

    @property
    def days(self) -> list[Day]:
        """The answers of all current readers on each day on which any came."""
        answers = sum((Counter(reader.days) for reader in self.readers), Counter[date]())
        return [Day(day=day, answers=count) for day, count in sorted(answers.items())]


def watched(study: Study) -> Watched:
    return Watched(readers=progress_of(study), health=health_problems(study), reported=reported(study))


def board(study: Study, readers: Sequence[ReaderProgress]) -> Board | None:
    """The readers on one axis of time; None before the first answer."""
    frozen = getattr(study, "freeze", None)
    ends = timezone.localdate(frozen.at) if frozen else timezone.localdate()
    return board_of(readers, ends, is_open=frozen is None)


@dataclass(frozen=True, kw_only=True)
class LogRow:
    """An event as staff may read it; readers go by their pseudonyms."""

    by: str
    entry: Entry

    @property
    def sentence(self) -> str:
        return sentence_of(self.entry, self.by)


def log_of(study: Study, start: int = 0) -> Page:
    """Newest first. What would reveal truth before the unblinding is left out for everybody."""
    audience, events = told_of(study)
    page = page_of(events.order_by("-at", "-pk"), start, EVENTS_ON_A_PAGE)
    who = who_in(study)
    return page.mapped(lambda event: LogRow(by=who(event), entry=event.for_audience(audience)))
