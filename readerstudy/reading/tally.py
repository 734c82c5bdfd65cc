"""Count an answer in as it comes, so that watching never reads a million rows.

Called in the answer's transaction, which holds the reader's row: nobody counts for one reader at once, and
readers never wait for one another.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from readerstudy.reading.models import Choice, Chosen, Rating, Response, Tally
from readerstudy.statements import insert_all
from readerstudy.studies.models import Section

Choices = Counter[tuple[str, str]]

_ADD_TO_TALLY = """
(enrolment_id, section_id, day) DO UPDATE SET
answers = reading_tally.answers + excluded.answers,
timed = reading_tally.timed + excluded.timed,
active_ms = reading_tally.active_ms + excluded.active_ms,
last_at = excluded.last_at,
clock_gap = CASE WHEN excluded.clock_gap > reading_tally.clock_gap
    THEN excluded.clock_gap ELSE reading_tally.clock_gap END
"""
_ADD_TO_CHOICE = """
(enrolment_id, section_id, kind, value) DO UPDATE SET times = reading_choice.times + excluded.times
"""


def tally(response: Response, section: Section, ratings: Iterable[int]) -> None:
    """Count a response that was stored just now, with its ratings."""
    _count(response, section)
    changed = _choices(response, ratings)
    if response.revision > 1:
        corrected = Response.objects.select_related("pick").get(
            presentation=response.presentation, enrolment=response.enrolment, revision=response.revision - 1
        )
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
    counted = Tally(
        enrolment_id=response.enrolment_id,
        section=section,
        day=day,
        **more,
        clock_gap=gap,
        last_at=response.received_at,
    )
    insert_all([counted], on_conflict=_ADD_TO_TALLY)


def _choose(response: Response, section: Section, changed: Mapping[tuple[str, str], int]) -> None:
    """Add to what is counted already, and begin counting what was never chosen before."""
    mine = {"enrolment_id": response.enrolment_id, "section_id": section.pk}
    insert_all(
        (
            Choice(**mine, kind=kind, value=value, times=count)
            for (kind, value), count in changed.items()
            if count > 0
        ),
        on_conflict=_ADD_TO_CHOICE,
    )
    for (kind, value), count in changed.items():
        if count < 0:
            Choice.objects.filter(**mine, kind=kind, value=value).update(times=F("times") + count)


def _moment(said: object) -> datetime | None:
    if not isinstance(said, str):
        return None
    try:
        at = parse_datetime(said)
    except ValueError:
        return None
    return at if at is not None and timezone.is_aware(at) else None
