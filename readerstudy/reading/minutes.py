"""How many minutes of reading are left, by the reader's own pace.

Of the open section they follow from its trials. Of the whole study they follow from what the protocol told
before anybody accepted and from the time that was spent, never from the trials of sections to come: those a
reader could count by them.
"""

from dataclasses import dataclass

from django.db.models import Sum

from readerstudy.reading.models import Tally
from readerstudy.reading.walk import Walk

#: So many answers tell how long one takes.
LEAST_ANSWERS = 3
#: The whole is told in steps of so many minutes: more exact it is not.
STEP_MIN = 5
MS_A_MINUTE = 60_000


@dataclass(frozen=True, kw_only=True)
class Left:
    """Minutes of the open section, and of the whole study; None where it cannot be said."""

    section: int | None
    whole: int | None


def minutes_left(walk: Walk) -> Left:
    section = _in_section(walk)
    told = walk.document.minutes
    if told is None or walk.is_finished:
        return Left(section=section, whole=None)
    spent = Tally.objects.filter(enrolment=walk.enrolment).aggregate(ms=Sum("active_ms"))["ms"] or 0
    whole = max(told - spent / MS_A_MINUTE, section or 0, 1)
    return Left(section=section, whole=-(-round(whole) // STEP_MIN) * STEP_MIN)


def _in_section(walk: Walk) -> int | None:
    stretch = walk.stretch
    if stretch is None:
        return None
    mine = Tally.objects.filter(enrolment=walk.enrolment, section=stretch.section)
    sums = mine.aggregate(ms=Sum("active_ms"), timed=Sum("timed"))
    if (sums["timed"] or 0) < LEAST_ANSWERS:
        return None
    pace = float(sums["ms"]) / float(sums["timed"])
    return max(1, round(pace * stretch.left / MS_A_MINUTE))
