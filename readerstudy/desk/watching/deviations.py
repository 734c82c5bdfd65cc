"""What departs from the protocol while people read: screens, clocks, answers all alike, haste, silence.

Counts and times only. Nothing here knows a right answer, so that watching cannot unblind.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Count, Max, Sum
from django.utils import timezone

from readerstudy.reading.models import Activity, Choice, Chosen, Sitting, Tally
from readerstudy.results.planner import SECONDS_A_TRIAL
from readerstudy.studies.models import Study

STALE_AFTER = timedelta(days=7)
LEAST_ANSWERS = 20
#: Drafts may wait in a browser through a lost network; a clock that is wrong is off by more than that.
CLOCK_MAY_DIFFER = timedelta(minutes=10)
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


def deviations_of(study: Study) -> Flags:
    """Sentences by enrolment, in a handful of queries whatever the number of answers."""
    flags: Flags = defaultdict(list)
    for find in (_screens, _clocks, _sameness, _speed):
        for enrolment, sentence in find(study):
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
    return [(who, f"The display check failed in {n} sitting{'s' if n > 1 else ''}.") for who, n in rows]


def _clocks(study: Study) -> list[tuple[int, str]]:
    """The reader's clock beside the server's."""
    rows = Tally.objects.filter(enrolment__study=study).order_by()
    gaps = rows.values_list("enrolment_id").annotate(gap=Max("clock_gap"))
    return [
        (who, f"The reader's clock and the server's differ by up to {_minutes(gap)} minutes.")
        for who, gap in gaps
        if gap > CLOCK_MAY_DIFFER
    ]


def _minutes(gap: timedelta) -> int:
    return round(gap.total_seconds() / 60)


def _sameness(study: Study) -> list[tuple[int, str]]:
    """Ratings, calls, or picked places on the screen that are all the same; never which.

    Whoever knows how many images are real would learn a reader's accuracy from “all calls are real”.
    """
    rows = (
        Choice.objects.filter(enrolment__study=study, times__gt=0)
        .order_by()
        .values_list("enrolment_id", "kind")
        .annotate(n=Sum("times"), different=Count("value", distinct=True))
    )
    return [
        (who, _SAID[kind].format(n=n))
        for who, kind, n, different in rows
        if n >= LEAST_ANSWERS and different == 1
    ]


def _speed(study: Study) -> Iterator[tuple[int, str]]:
    """Readers who answer a section much faster than is usual for its task, or than the other readers."""
    rows = Tally.objects.filter(enrolment__study=study, enrolment__virtual=False, timed__gt=0).order_by()
    summed = rows.values_list("section__name", "enrolment_id").annotate(ms=Sum("active_ms"), n=Sum("timed"))
    paces: dict[str, dict[int, float]] = defaultdict(dict)
    for section, who, ms, number in summed:
        if number >= LEAST_ANSWERS:
            paces[section][who] = ms / number / 1000
    for name, by_reader in paces.items():
        section = study.protocol.document.section(name)
        slowest = HASTE * SECONDS_A_TRIAL[section.task]
        if len(by_reader) >= FEWEST_READERS:
            slowest = max(slowest, HASTE_AMONG_READERS * median(by_reader.values()))
        for who, pace in by_reader.items():
            if pace < slowest:
                yield (
                    who,
                    f"{section.title}: {pace:.1f} s a trial, too fast to look (under {slowest:.1f}).",
                )
