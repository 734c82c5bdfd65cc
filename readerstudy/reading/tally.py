"""Count an answer in as it comes, so that watching never reads a million rows.

Called in the answer's transaction, which holds the reader's row: nobody counts for one reader at once, and
readers never wait for one another.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from readerstudy.reading.models import Choice, Chosen, Rating, Response, Tally
from readerstudy.studies.models import Section

Choices = Counter[tuple[str, str]]


def tally(response: Response, section: Section) -> None:
    """Count a response that was stored just now."""
    _count(response, section)
    changed = choices_of(response)
    if response.revision > 1:
        changed.subtract(choices_of(_corrected(response)))
    _choose(response, section, changed)


def clock_gap(received_at: datetime, said: object) -> timedelta:
    """How far the time a browser sent is from the server's; nothing if it sent none that can be read."""
    at = _moment(said)
    return timedelta() if at is None else abs(received_at - at)


def choices_of(response: Response) -> Choices:
    """What an answer chose: a call, a place on the screen, a rating for each image."""
    chosen: Choices = Counter()
    if response.call:
        chosen[Chosen.CALL, response.call] += 1
    if response.pick is not None:
        chosen[Chosen.PICK, str(response.pick.position)] += 1
    for points in Rating.objects.filter(response=response).values_list("points", flat=True):
        chosen[Chosen.RATING, str(points)] += 1
    return chosen


def _count(response: Response, section: Section) -> None:
    if section.practice and response.revision > 1:
        return  # when somebody last answered would tell that they had to practise again
    row, _ = Tally.objects.get_or_create(
        enrolment=response.enrolment,
        section=section,
        day=response.received_at.astimezone(UTC).date(),
        defaults={"last_at": response.received_at},
    )
    if response.revision == 1:
        row.answers += 1
        if response.active_ms is not None:
            row.timed += 1
            row.active_ms += response.active_ms
    clock = response.timing.get("clock")
    said = clock.get("submitted_at") if isinstance(clock, dict) else None
    row.clock_gap = max(row.clock_gap, clock_gap(response.received_at, said))
    row.last_at = response.received_at
    row.save()


def _corrected(response: Response) -> Response:
    """The revision before this one."""
    earlier = Response.objects.select_related("pick")
    return earlier.get(
        presentation=response.presentation, enrolment=response.enrolment, revision=response.revision - 1
    )


def _choose(response: Response, section: Section, changed: Choices) -> None:
    mine = Choice.objects.filter(enrolment=response.enrolment, section=section)
    before = {(row.kind, row.value): row.times for row in mine}
    rows = [
        Choice(
            enrolment=response.enrolment,
            section=section,
            kind=kind,
            value=value,
            times=before.get((kind, value), 0) + more,
        )
        for (kind, value), more in changed.items()
        if more
    ]
    Choice.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["enrolment", "section", "kind", "value"],
        update_fields=["times"],
    )


def _moment(said: object) -> datetime | None:
    if not isinstance(said, str):
        return None
    try:
        at = parse_datetime(said)
    except ValueError:
        return None
    return at if at is not None and timezone.is_aware(at) else None
