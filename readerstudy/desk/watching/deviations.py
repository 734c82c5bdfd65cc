"""What departs from the protocol while people read: screens, clocks, answers all alike, haste, silence.

Counts and times only. Nothing here knows a right answer, so that watching cannot unblind.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from statistics import median

from django.db.models import Count, Sum
from django.utils import timezone

from readerstudy.reading.models import Activity, Choice, Chosen, Sitting, Tally
from readerstudy.results.planner import seconds_a_trial
from readerstudy.studies.models import Study
from readerstudy.studies.protocol import ProtocolDocument, SectionDocument

STALE_AFTER = timedelta(days=7)
LEAST_ANSWERS = 20
#: Drafts may wait in a browser through a lost network; a clock that is wrong is off by more than that.
CLOCK_MAY_DIFFER = timedelta(minutes=10)
#: Nobody looks at a trial and answers in less, unless the protocol shows it that briefly.
LEAST_SECONDS = 3.0
#: Answers this much faster than usual, or than the median reader, are too fast to have looked.
HASTE, HASTE_AMONG_READERS = 0.2, 0.4
FEWEST_READERS = 3
PAUSES = ("pause", "idle", "break")
_SAID = {
    Chosen.RATING: "All {n} ratings are alike.",
    Chosen.CALL: "All {n} calls are alike.",
    Chosen.PICK: "All {n} picks are at one place of the screen.",
}

Flags = dict[int, list[str]]


def deviations_of(study: Study, tallies: Sequence[Tally]) -> Flags:
    """Sentences by enrolment, in a handful of queries whatever the number of answers."""
    flags: Flags = defaultdict(list)
    found = (_screens(study), _clocks(tallies), _sameness(study), _speed(study.protocol.document, tallies))
    for enrolment, sentence in chain.from_iterable(found):
        flags[enrolment].append(sentence)
    return flags


def pauses_of(study: Study) -> dict[int, int]:
    """How often each reader paused, was idle or took a break."""
    rows = Activity.objects.filter(sitting__enrolment__study=study, kind__in=PAUSES)
    return dict(rows.order_by().values_list("sitting__enrolment").annotate(n=Count("pk")))


def is_stale(last_answer: datetime | None, *, finished: bool) -> bool:
    """Whether a reader who began has been silent for long."""
    return not finished and last_answer is not None and timezone.now() - last_answer > STALE_AFTER


def _screens(study: Study) -> list[tuple[int, str]]:
    failed = Sitting.objects.filter(enrolment__study=study, passed_display_check=False)
    rows = failed.order_by().values_list("enrolment").annotate(n=Count("pk"))
    return [(who, f"Display check not passed in {n} sitting{'s' if n > 1 else ''}.") for who, n in rows]


def _clocks(tallies: Iterable[Tally]) -> Iterator[tuple[int, str]]:
    """The reader's clock beside the server's."""
    gaps: dict[int, timedelta] = defaultdict(timedelta)
    for tally in tallies:
        gaps[tally.enrolment_id] = max(gaps[tally.enrolment_id], tally.clock_gap)
    for who, gap in gaps.items():
        if gap > CLOCK_MAY_DIFFER:
            minutes = round(gap.total_seconds() / 60)
            yield who, f"The reader's clock and the server's differ by up to {minutes} minutes."


def _sameness(study: Study) -> list[tuple[int, str]]:
    """Ratings, calls, or picked places on the screen that are all the same; never which.

    Whoever knows how many images are real would learn a reader's accuracy from “all calls are real”, and how
    many answers a staircase took tells of it, too.
    """
    staircases = [one.name for one in study.protocol.document.sections if one.staircase]
    rows = (
        Choice.objects.filter(enrolment__study=study, times__gt=0)
        .exclude(section__name__in=staircases)
        .order_by()
        .values_list("enrolment_id", "kind")
        .annotate(n=Sum("times"), different=Count("value", distinct=True))
    )
    return [
        (who, _SAID[kind].format(n=n))
        for who, kind, n, different in rows
        if n >= LEAST_ANSWERS and different == 1
    ]


@dataclass(frozen=True, kw_only=True)
class _Pace:
    """How many trials of a section a reader answered on a day, and how fast."""

    trials: int
    seconds: float
    day: date


def _speed(document: ProtocolDocument, tallies: Iterable[Tally]) -> Iterator[tuple[int, str]]:
    """Readers who on some day answered much faster than is usual for the task, or than the other readers.

    Days are judged one by one, so that haste at the end does not hide behind a careful beginning. Practice
    and staircases are left out: how many answers they took would show.
    """
    paces: dict[str, dict[int, list[_Pace]]] = defaultdict(lambda: defaultdict(list))
    for tally in tallies:
        told = document.section(tally.section.name)
        if told.practice or told.staircase or tally.enrolment.virtual:
            continue
        if tally.timed >= LEAST_ANSWERS:
            pace = _Pace(trials=tally.timed, seconds=tally.active_ms / tally.timed / 1000, day=tally.day)
            paces[tally.section.name][tally.enrolment_id].append(pace)
    for name, by_reader in paces.items():
        section = document.section(name)
        slowest = least_seconds(section)
        if len(by_reader) >= FEWEST_READERS:
            typical = median(median(pace.seconds for pace in own) for own in by_reader.values())
            slowest = max(slowest, HASTE_AMONG_READERS * typical)
        for who, own in by_reader.items():
            fastest = min(own, key=lambda pace: pace.seconds)
            if fastest.seconds < slowest:
                said = f"{fastest.trials} trials at {fastest.seconds:.1f} s a trial on {fastest.day:%-d %B}"
                yield who, f"{section.title}: {said}, too fast to look (under {slowest:.1f} s)."


def least_seconds(section: SectionDocument) -> float:
    """Return the seconds a trial needs at least. Where images are shown briefly, only readers compare."""
    if section.exposure_ms or section.answer_within_ms:
        return 0
    return max(LEAST_SECONDS, HASTE * seconds_a_trial(section))
