"""Walk through the answers reader by reader, section by section: memory does not grow with answers."""

from collections.abc import Iterator
from dataclasses import dataclass

from readerstudy.reading.models import Rating, Reason, Response, Slot
from readerstudy.results.bundle.names import Names, Shown
from readerstudy.studies.models import Enrolment, Section, Study


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A final answer with everything that stood on the screen, by slot."""

    section: str
    task: str
    reader: str
    trial: str
    repeat_of: str
    order: int
    response: Response
    slots: dict[int, tuple[int, Shown]]
    ratings: dict[int, int]
    reasons: tuple[Reason, ...]

    @property
    def catch(self) -> bool:
        return any(shown.catch for _, shown in self.slots.values())

    @property
    def first(self) -> Shown:
        """The image of a one-image screen."""
        return next(iter(self.slots.values()))[1]


def answers(study: Study, names: Names) -> Iterator[Answer]:
    """Every counted answer outside practice."""
    sections = list(Section.objects.filter(study=study, practice=False).order_by("position"))
    known = {section.pk: names.shown_in(section) for section in sections}
    readers = Enrolment.objects.filter(study=study).readers().exclude(withdrawal__keep_answers=False)
    for reader in readers.order_by("place"):
        for section in sections:
            yield from _section(reader, section, names, known[section.pk])


def _section(reader: Enrolment, section: Section, names: Names, known: dict[int, Shown]) -> Iterator[Answer]:
    responses = list(
        Response.objects.final()
        .filter(enrolment=reader, presentation__section=section)
        .select_related("presentation__trial", "presentation__repeats")
        .order_by("presentation__order")
    )
    if not responses:
        return
    slots = _slots(reader, section, known)
    ratings: dict[int, dict[int, int]] = {}
    rated = Rating.objects.filter(response__enrolment=reader, response__presentation__section=section)
    for answered, slot, points in rated.values_list("response_id", "slot_id", "points"):
        ratings.setdefault(answered, {})[slot] = points
    reasons: dict[int, list[Reason]] = {}
    for reason in Reason.objects.filter(
        response__enrolment=reader, response__presentation__section=section
    ).order_by("pk"):
        reasons.setdefault(reason.response_id, []).append(reason)
    for response in responses:
        shown = response.presentation
        number = shown.trial.number
        yield Answer(
            section=section.name,
            task=section.task,
            reader=reader.pseudonym,
            trial=names.trial(number, again=shown.repeats_id is not None),
            repeat_of=names.trial(number) if shown.repeats_id is not None else "",
            order=shown.order,
            response=response,
            slots=slots[shown.pk],
            ratings=ratings.get(response.pk, {}),
            reasons=tuple(reasons.get(response.pk, ())),
        )


def _slots(
    reader: Enrolment, section: Section, known: dict[int, Shown]
) -> dict[int, dict[int, tuple[int, Shown]]]:
    """By presentation and slot key: the slot's number from 1, and what stands in it."""
    rows = Slot.objects.filter(presentation__section=section, presentation__place=reader.own_place)
    found: dict[int, dict[int, tuple[int, Shown]]] = {}
    for pk, presentation, position, image in rows.values_list(
        "pk", "presentation_id", "position", "trial_image_id"
    ):
        found.setdefault(presentation, {})[pk] = (position + 1, known[image])
    return found
