"""What stands on a screen: the letters, the labels, and the answer that was given before."""

from functools import lru_cache

from readerstudy.reading.answer import Answer, Screen, Spot
from readerstudy.reading.models import Presentation, Response, Slot
from readerstudy.studies.models import Section, TrialImage
from readerstudy.studies.protocol import ProtocolDocument


def screen_of(presentation: Presentation, protocol: ProtocolDocument, plan_digest: str) -> Screen:
    """The screen of a presentation, for checking an answer against."""
    section = protocol.section(presentation.section.name)
    slots = presentation.screen_slots
    return Screen(
        protocol=protocol,
        section=section,
        letters=tuple(slot.letter for slot in slots),
        label=label_of(slots[0], section.labels),
        label_choices=label_choices(presentation.section, section.labels, plan_digest),
    )


def label_of(slot: Slot, names: tuple[str, ...]) -> dict[str, str]:
    """The label a reader is asked to check, as text."""
    if not names:
        return {}
    label = slot.trial_image.label
    return {name: str(label[name]) for name in names if name in label}


def label_choices(section: Section, names: tuple[str, ...], plan_digest: str) -> dict[str, tuple[str, ...]]:
    """What each label can be: every value that the section shows. The plan is locked, so it is kept."""
    if not names:
        return {}
    return dict(_choices(plan_digest, section.pk, names))


@lru_cache(maxsize=256)
def _choices(
    plan_digest: str, section: int, names: tuple[str, ...]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: dict[str, set[str]] = {name: set() for name in names}
    for label in TrialImage.objects.filter(trial__section=section).values_list("label", flat=True):
        for name in names:
            if name in label:
                found[name].add(str(label[name]))
    return tuple((name, tuple(sorted(values, key=_natural))) for name, values in found.items())


def _natural(value: str) -> tuple[int, float, str]:
    """Numbers by size, then words by letter."""
    try:
        return 0, float(value), value
    except ValueError:
        return 1, 0.0, value


def answer_of(response: Response) -> Answer:
    """A stored answer, as it was given."""
    return Answer(
        pick=response.pick.letter if response.pick else None,
        ratings={rating.slot.letter: rating.points for rating in response.ratings.all()},
        call=response.call or None,
        confidence=response.confidence,
        verdict=response.verdict or None,
        observed=response.observed,
        reasons=tuple(
            Spot(slot=reason.slot.letter, tag=reason.tag, x=reason.x, y=reason.y)
            for reason in response.reasons.all()
        ),
    )


def previous_answer(presentation: Presentation, enrolment_pk: int) -> Answer | None:
    """The newest answer a reader has given to a presentation."""
    newest = (
        Response.objects.filter(presentation=presentation, enrolment=enrolment_pk)
        .select_related("pick")
        .prefetch_related("ratings__slot", "reasons__slot")
        .order_by("-revision")
        .first()
    )
    return answer_of(newest) if newest else None
