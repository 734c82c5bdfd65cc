"""The progress of readers. Counts and times only: nothing here knows a right answer."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.timesince import timesince

from readerstudy.desk.watching.deviations import deviations_of, is_stale, pauses_of
from readerstudy.reading.models import Submission, Tally
from readerstudy.studies.models import Enrolment, Study
from readerstudy.studies.protocol import ProtocolDocument

NEVER = (None, False)


@dataclass(frozen=True, kw_only=True)
class SectionProgress:
    name: str
    title: str
    answered: int
    total: int

    @property
    def percent(self) -> int:
        return round(100 * self.answered / self.total) if self.total else 0


@dataclass(frozen=True, kw_only=True)
class ReaderProgress:
    """One reader: by section, with pace, pauses, the time of the last answer, and what departs."""

    enrolment: Enrolment
    sections: tuple[SectionProgress, ...]
    seconds_a_trial: float | None
    last_answer: datetime | None
    #: Whether that time is the beginning of the hour.
    last_is_of_the_hour: bool = False
    pauses: int = 0
    deviations: tuple[str, ...] = ()
    #: Answers on each day on which any came.
    days: Mapping[date, int] = field(default_factory=dict)

    @property
    def answered(self) -> int:
        return sum(section.answered for section in self.sections)

    @property
    def total(self) -> int:
        return sum(section.total for section in self.sections)

    @property
    def percent(self) -> int:
        return round(100 * self.answered / self.total) if self.total else 0

    @property
    def pace(self) -> str:
        """Seconds a trial in words; below ten with a decimal, so that nobody reads in “0 s”."""
        seconds = self.seconds_a_trial
        if seconds is None:
            return ""
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"

    @property
    def last_seen(self) -> str:
        """How long ago the last answer came, in one unit, and no closer than its time is told."""
        if self.last_answer is None:
            return ""
        hours = (timezone.now() - self.last_answer) // timedelta(hours=1) + 1
        if self.last_is_of_the_hour and hours <= 24:
            return f"in the last {hours} hours" if hours > 1 else "in the last hour"
        return f"{timesince(self.last_answer, depth=1)} ago"

    @property
    def is_stale(self) -> bool:
        return is_stale(self.last_answer, finished=self.answered >= self.total)


@dataclass(kw_only=True)
class _Counts:
    answered: dict[tuple[int, str], int] = field(default_factory=lambda: defaultdict(int))
    days: dict[int, Counter[date]] = field(default_factory=lambda: defaultdict(Counter))
    paces: dict[int, tuple[int, int]] = field(default_factory=dict)
    #: By reader; whether it is the beginning of the hour.
    last: dict[int, tuple[datetime, bool]] = field(default_factory=dict)
    #: Readers with the sections they handed in.
    handed_in: set[tuple[int, str]] = field(default_factory=set)

    def pace(self, reader: int) -> float | None:
        total_ms, timed = self.paces.get(reader, (0, 0))
        return total_ms / timed / 1000 if timed else None


def progress_of(study: Study, *, with_departures: bool = True) -> list[ReaderProgress]:
    """Every current reader of a study, in a fixed number of queries whatever the number of answers."""
    document, tallies = study.protocol.document, tallies_of(study)
    counts = _counts(study, tallies)
    pauses = pauses_of(study) if with_departures else {}
    deviations = deviations_of(study, tallies) if with_departures else {}
    readers = (
        Enrolment.objects.filter(study=study)
        .readers()
        .current()
        .select_related("user", "invitation__claim__by", "invitation__revocation")
        .order_by("place")
    )
    return [
        ReaderProgress(
            enrolment=reader,
            sections=_sections(document, counts, reader),
            seconds_a_trial=counts.pace(reader.pk),
            last_answer=counts.last.get(reader.pk, NEVER)[0],
            last_is_of_the_hour=counts.last.get(reader.pk, NEVER)[1],
            pauses=pauses.get(reader.pk, 0),
            deviations=tuple(deviations.get(reader.pk, ())),
            days=counts.days[reader.pk],
        )
        for reader in readers
    ]


def tallies_of(study: Study) -> list[Tally]:
    rows = Tally.objects.filter(enrolment__study=study).select_related("enrolment", "section")
    return list(rows.order_by("enrolment", "section", "day"))


def _counts(study: Study, tallies: Iterable[Tally]) -> _Counts:
    counts = _Counts()
    sections = {section.name: section for section in study.protocol.document.sections}
    if any(section.counting_tells for section in sections.values()):
        handed_in = Submission.objects.filter(enrolment__study=study)
        counts.handed_in.update(handed_in.values_list("enrolment_id", "section__name"))
    for one in tallies:
        reader, section, seen_at = one.enrolment_id, one.section.name, one.last_at
        counts.answered[reader, section] += one.answers
        # Whoever looked often enough would count the answers by what changes.
        uncounted = sections[section].counting_tells
        if uncounted:
            seen_at = seen_at.replace(minute=0, second=0, microsecond=0)
        counts.last[reader] = max(counts.last.get(reader, (seen_at, uncounted)), (seen_at, uncounted))
        if uncounted:
            continue
        if one.answers:
            counts.days[reader][one.day] += one.answers
        total_ms, times = counts.paces.get(reader, (0, 0))
        counts.paces[reader] = (total_ms + one.active_ms, times + one.timed)
    return counts


def _sections(document: ProtocolDocument, counts: _Counts, reader: Enrolment) -> tuple[SectionProgress, ...]:
    """All sections, those that the reader does not read with nothing to do in them.

    Where counting answers tells how often a reader was right, a section has none before it is handed in.
    """
    arm = document.arm_of(reader.own_place) if reader.place else None
    found = []
    for section in document.sections:
        is_read = arm is None or section.name in arm.sections
        total = section.read_by_each if is_read and not (reader.program and section.tells_the_truth) else 0
        answered = counts.answered[reader.pk, section.name]
        if section.counting_tells:
            answered = total if (reader.pk, section.name) in counts.handed_in else 0
        found.append(SectionProgress(name=section.name, title=section.title, answered=answered, total=total))
    return tuple(found)
