"""How long images are shown. A staircase sets it from what was right, which only a room above knows."""

from collections.abc import Callable

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit.models import Audience
from readerstudy.audit.record import record
from readerstudy.reading.hand_in import leave
from readerstudy.reading.models import EarlyEnd
from readerstudy.reading.readers import require_open_now
from readerstudy.reading.walk import Walk

#: The exposure of what is open now; None once the staircase of its section has come to its end.
Rule = Callable[[Walk], int | None]
_rules: list[Rule] = []


def decide_by(rule: Rule) -> None:
    """Let a rule decide the exposures of staircases. There is one."""
    _rules[:] = [rule]


def exposure_of(walk: Walk) -> int:
    """Return the milliseconds for which the open screen shows its images; 0 for as long as it takes."""
    stretch = walk.stretch
    if stretch is None or walk.current is None or not walk.current.screen_slots:
        return 0
    if stretch.document.staircase is None:
        return stretch.document.exposure_ms
    if walk.exposure_ms is None:
        walk.exposure_ms = _decided(walk)
    return stretch.document.staircase.start_ms if walk.exposure_ms is None else walk.exposure_ms


def _decided(walk: Walk) -> int | None:
    [rule] = _rules
    return rule(walk)


def going_on(walk: Walk, *, by: User) -> Walk:
    """Return where the reader is once a section whose staircase has come to its end is left."""
    stretch = walk.stretch
    if stretch is None or stretch.document.staircase is None or stretch.ended is not None:
        return walk
    walk.exposure_ms = _decided(walk)
    return walk if walk.exposure_ms is not None else _end_early(walk, by=by)


@transaction.atomic
def _end_early(walk: Walk, *, by: User) -> Walk:
    """End the open section; without questions it is handed in at once. Ending twice is ending once."""
    enrolment = walk.enrolment
    enrolment.take_turn()
    require_open_now(enrolment)
    now = Walk(enrolment)
    stretch = now.stretch
    if stretch is None or now.answered != walk.answered or stretch.ended is not None:
        return now
    end = EarlyEnd.objects.create(enrolment=enrolment, section=stretch.section, answered=stretch.answered)
    record(
        enrolment.stream,
        "section ended early",
        by=by,
        on=stretch.section,
        particulars={"section": stretch.section.name, "answered": end.answered},
        audience=Audience.UNBLINDED,
    )
    if not stretch.document.section_items:
        leave(enrolment, stretch.section, by=by)
    return Walk(enrolment)
