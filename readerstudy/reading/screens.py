"""What stands on a screen: the letters, the labels, and the answer that was given before."""

from functools import lru_cache

from readerstudy.reading.answer import Answer, Said, Spot
from readerstudy.reading.checks import Screen
from readerstudy.reading.models import Presentation, Response, Slot
from readerstudy.studies.models import Section, TrialImage
from readerstudy.studies.protocol import ProtocolDocument, SectionDocument
from readerstudy.studies.protocol.labels import by_size
from readerstudy.studies.protocol.shorthands import OBSERVED


def screen_of(presentation: Presentation, protocol: ProtocolDocument, plan_digest: str) -> Screen:
    """The screen of a presentation, for checking an answer against."""
    section = protocol.section(presentation.section.name)
    slots = [slot for slot in presentation.screen_slots if not slot.is_reference]
    return Screen(
        protocol=protocol,
        section=section,
        letters=tuple(slot.letter for slot in slots),
        label=label_of(slots[0], section.labels) if slots else {},
        label_choices=label_choices(presentation.section, section, plan_digest),
    )


def label_of(slot: Slot, names: tuple[str, ...]) -> dict[str, str]:
    """The label a reader is asked to check, as text."""
    if not names:
        return {}
    label = slot.trial_image.label
    return {name: str(label[name]) for name in names if name in label}


def label_choices(
    section: Section, document: SectionDocument, plan_digest: str
) -> dict[str, tuple[str, ...]]:
    """What each label can be: as the protocol says, else every value that an image of the study has.

    Plans from before that was kept know the values that the section shows.
    """
    said = {item.truth: item.values for item in document.items if item.name.startswith(OBSERVED)}
    known = {name: values or tuple(section.label_values.get(name, ())) for name, values in said.items()}
    if all(known.values()):
        return known
    shown = dict(_choices(plan_digest, section.pk, tuple(said)))
    return {name: values or shown[name] for name, values in known.items()}


@lru_cache(maxsize=256)
def _choices(
    plan_digest: str, section: int, names: tuple[str, ...]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: dict[str, set[str]] = {name: set() for name in names}
    for label in TrialImage.objects.filter(trial__section=section).values_list("label", flat=True):
        for name in names:
            if name in label:
                found[name].add(str(label[name]))
    return tuple((name, tuple(sorted(values, key=by_size))) for name, values in found.items())


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
        items=tuple(Said.from_dict(said) for said in response.items or ()),
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
