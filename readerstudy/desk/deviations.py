"""What departs from the protocol while people read: screens, clocks, ratings that never change, silence.

Counts and times only. Nothing here knows a right answer, so that watching cannot unblind.
"""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from readerstudy.reading.models import Activity, Rating, Response, Sitting
from readerstudy.studies.models import Study

STALE_AFTER = timedelta(days=7)
LEAST_ANSWERS = 20
#: Drafts may wait in a browser through a lost network; a clock that is wrong is off by more than that.
CLOCK_MAY_DIFFER = timedelta(minutes=10)
LATEST_ANSWERS = 1_000
PAUSES = ("pause", "idle", "break")

Flags = dict[int, list[str]]


def deviations_of(study: Study) -> Flags:
    """Sentences by enrolment, in a handful of queries whatever the number of answers."""
    flags: Flags = defaultdict(list)
    for find in (_screens, _clocks, _ratings, _calls):
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
    """The reader's clock beside the server's, in the latest answers."""
    latest = Response.objects.filter(presentation__section__study=study).order_by("-received_at", "-pk")
    rows = latest.values_list("enrolment_id", "received_at", "timing__clock__submitted_at")
    furthest: dict[int, timedelta] = {}
    for who, received_at, said in rows[:LATEST_ANSWERS]:
        at = _moment(said)
        if at is not None:
            furthest[who] = max(furthest.get(who, timedelta()), abs(received_at - at))
    return [
        (who, f"The reader's clock and the server's differ by up to {_minutes(gap)} minutes.")
        for who, gap in furthest.items()
        if gap > CLOCK_MAY_DIFFER
    ]


def _moment(said: object) -> datetime | None:
    """A time a browser sent; anything else is none."""
    if not isinstance(said, str):
        return None
    try:
        at = parse_datetime(said)
    except ValueError:
        return None
    return at if at is not None and timezone.is_aware(at) else None


def _minutes(gap: timedelta) -> int:
    return round(gap.total_seconds() / 60)


def _ratings(study: Study) -> list[tuple[int, str]]:
    """Ratings that are all the same."""
    rows = (
        Rating.objects.filter(response__presentation__section__study=study)
        .order_by()
        .values("response__enrolment_id")
        .annotate(n=Count("pk"), low=Min("points"), high=Max("points"))
    )
    return [
        (row["response__enrolment_id"], f"All {row['n']} ratings are {row['low']}.")
        for row in rows
        if row["n"] >= LEAST_ANSWERS and row["low"] == row["high"]
    ]


def _calls(study: Study) -> list[tuple[int, str]]:
    """Calls, or picked places on the screen, that are all the same."""
    rows = (
        Response.objects.filter(presentation__section__study=study)
        .order_by()
        .values("enrolment_id")
        .annotate(
            calls=Count("pk", filter=~Q(call="")),
            real=Count("pk", filter=Q(call="real")),
            picks=Count("pick"),
            first=Min("pick__position"),
            last=Max("pick__position"),
        )
    )
    found = []
    for row in rows:
        if row["calls"] >= LEAST_ANSWERS and row["real"] in (0, row["calls"]):
            word = "real" if row["real"] else "synthetic"
            found.append((row["enrolment_id"], f"All {row['calls']} calls are “{word}”."))
        if row["picks"] >= LEAST_ANSWERS and row["first"] == row["last"]:
            found.append((row["enrolment_id"], f"All {row['picks']} picks are at one place of the screen."))
    return found
