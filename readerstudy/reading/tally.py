"""Count an answer in as it comes, so that watching never reads a million rows.

Called in the answer's transaction, which holds the reader's row: nobody counts for one reader at once, and
readers never wait for one another.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Case, DurationField, F, Q, Value, When
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from readerstudy.reading.models import Choice, Chosen, Rating, Response, Tally
from readerstudy.studies.models import Section

Choices = Counter[tuple[str, str]]


def tally(response: Response, section: Section, ratings: Iterable[int]) -> None:
    """Count a response that was stored just now, with its ratings."""
    _count(response, section)
    changed = _choices(response, ratings)
    if response.revision > 1:
        corrected = _corrected(response)
        points = Rating.objects.filter(response=corrected).values_list("points", flat=True)
        changed.subtract(_choices(corrected, points))
    _choose(response, section, {chosen: more for chosen, more in changed.items() if more})


def clock_gap(received_at: datetime, said: object) -> timedelta:
    """How far the time a browser sent is from the server's; nothing if it sent none that can be read."""
    at = _moment(said)
    return timedelta() if at is None else abs(received_at - at)


def _choices(response: Response, ratings: Iterable[int]) -> Choices:
    """What an answer chose: a call, a place on the screen, a rating for each image."""
    chosen: Choices = Counter()
    if response.call:
        chosen[Chosen.CALL, response.call] += 1
    if response.pick is not None:
        chosen[Chosen.PICK, str(response.pick.position)] += 1
    for points in ratings:
        chosen[Chosen.RATING, str(points)] += 1
    return chosen


def _count(response: Response, section: Section) -> None:
    if section.practice and response.revision > 1:
        return  # when somebody last answered would tell that they had to practise again
    day = response.received_at.astimezone(UTC).date()
    clock = response.timing.get("clock")
    said = clock.get("submitted_at") if isinstance(clock, dict) else None
    gap = clock_gap(response.received_at, said)
    first = response.revision == 1
    timed = first and response.active_ms is not None
    more = {"answers": int(first), "timed": int(timed), "active_ms": (response.active_ms or 0) * timed}
    kept = Tally.objects.filter(enrolment=response.enrolment, section=section, day=day).update(
        **{name: F(name) + count for name, count in more.items() if count},
        clock_gap=Greatest("clock_gap", Value(gap, DurationField())),
        last_at=response.received_at,
    )
    if not kept:
        Tally.objects.create(
            enrolment=response.enrolment,
            section=section,
            day=day,
            **more,
            clock_gap=gap,
            last_at=response.received_at,
        )


def _corrected(response: Response) -> Response:
    """The revision before this one."""
    earlier = Response.objects.select_related("pick")
    return earlier.get(
        presentation=response.presentation, enrolment=response.enrolment, revision=response.revision - 1
    )


def _choose(response: Response, section: Section, changed: Mapping[tuple[str, str], int]) -> None:
    """Add to what is counted already, and begin counting what was never chosen before."""
    if not changed:
        return
    cases = {(kind, value): Q(kind=kind, value=value) for kind, value in changed}
    more = Case(*(When(cases[chosen], then=count) for chosen, count in changed.items()))
    mine = Choice.objects.filter(reduce(or_, cases.values()), enrolment=response.enrolment, section=section)
    if mine.update(times=F("times") + more) == len(changed):
        return
    known = set(mine.values_list("kind", "value"))
    Choice.objects.bulk_create(
        Choice(enrolment=response.enrolment, section=section, kind=kind, value=value, times=count)
        for (kind, value), count in changed.items()
        if (kind, value) not in known
    )


def _moment(said: object) -> datetime | None:
    if not isinstance(said, str):
        return None
    try:
        at = parse_datetime(said)
    except ValueError:
        return None
    return at if at is not None and timezone.is_aware(at) else None
