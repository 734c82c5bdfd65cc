"""Compute the next exposure of a staircase after each committed answer."""

from functools import lru_cache
from uuid import UUID

from readerstudy.reading.models import Response
from readerstudy.reading.screens import answer_of
from readerstudy.reading.walk import Walk
from readerstudy.truth.allocation.keys import PLAN
from readerstudy.truth.allocation.staircases import exposures, which
from readerstudy.truth.judged import judged, keys_of, origin_of
from readerstudy.truth.secrets import plan_key


def exposure_of_the_open_trial(walk: Walk) -> int | None:
    """Return the milliseconds of the trial that is open; None where the staircases have come to their end."""
    stretch = walk.stretch
    rule = stretch.document.staircase if stretch else None
    if stretch is None or rule is None:
        return None
    given = Response.objects.filter(enrolment=walk.enrolment, presentation__section=stretch.section)
    numbers = given.order_by("presentation__order").values_list("client_uuid", flat=True)
    right = [_is_right(number) for number in numbers]
    place, key = walk.enrolment.own_place, plan_key(walk.enrolment.study, PLAN)
    whose = [which(stretch.section.name, place, order, key) for order in range(1, len(right) + 2)]
    shown = exposures(rule, whose, right)
    return shown[-1] if len(shown) > len(right) else None


@lru_cache(maxsize=50_000)
def _is_right(client_uuid: UUID) -> bool | None:
    """Whether an answer was right in what its staircase looks at; None to obvious fakes.

    Kept, because an answer never changes: judging dozens of them for each trial takes longer than showing it.
    """
    related = "pick", "presentation__section", "enrolment__study__lock__protocol"
    answers = Response.objects.select_related(*related).prefetch_related("ratings__slot", "reasons__slot")
    response = answers.get(client_uuid=client_uuid)
    protocol = response.enrolment.study.lock.protocol.document
    section = protocol.section(response.presentation.section.name)
    keys = keys_of(response.presentation)
    if any(key.catch for key in keys.values()):
        return None
    origins = {letter: origin_of(key) for letter, key in keys.items()}
    found = judged(answer_of(response), section, origins, protocol)
    rule = section.staircase
    return any(one.right for one in found if rule is not None and one.item.name == rule.item)
