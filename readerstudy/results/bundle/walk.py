"""Walk through the answers reader by reader, section by section: memory does not grow with answers.

A masked walk holds one reader's section at a time, to give its rows in the order of their masked names: the
order of reading and the places on the screen come from the plan.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.db.models import QuerySet

from readerstudy.reading.models import Rating, Reason, Response, Slot
from readerstudy.results.bundle.names import Naming, Shown
from readerstudy.studies.models import Enrolment, Section, Study
from readerstudy.truth.disclose import disclosed_trials

BATCH = 1_000


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
    disclosed: bool

    @property
    def catch(self) -> bool:
        return any(shown.catch for _, shown in self.slots.values())

    @property
    def first(self) -> Shown:
        """The image of a one-image screen."""
        return next(iter(self.slots.values()))[1]


@dataclass(frozen=True, kw_only=True)
class _Batch:
    """Some answers with their slots by presentation, and their ratings and reasons by answer."""

    responses: list[Response]
    slots: dict[int, dict[int, tuple[int, Shown]]]
    ratings: dict[int, dict[int, int]]
    reasons: dict[int, list[Reason]]


def answers(study: Study, names: Naming) -> Iterator[Answer]:
    """Every counted answer outside practice."""
    sections = list(Section.objects.filter(study=study, practice=False).order_by("position"))
    known = {section.pk: names.shown_in(section) for section in sections}
    disclosed = disclosed_trials(study)
    for reader in _readers(study, masked=names.masked):
        for section in sections:
            found = (
                answer
                for batch in _section(reader, section, known[section.pk])
                for answer in _answers(batch, reader, section, names, disclosed)
            )
            yield from sorted(found, key=lambda answer: answer.trial) if names.masked else found


def _readers(study: Study, *, masked: bool) -> QuerySet[Enrolment]:
    """Those whose answers count, in an order that tells nothing where the bundle is masked.

    Virtual readers answer from the truth, so beside people's answers theirs would be the key to a mask.
    """
    readers = Enrolment.objects.filter(study=study).readers().exclude(withdrawal__keep_answers=False)
    people = readers.filter(virtual=False)
    if masked and people.exists():
        readers = people
    return readers.order_by("pseudonym" if masked else "place")


def _answers(
    batch: _Batch, reader: Enrolment, section: Section, names: Naming, disclosed: set[int]
) -> Iterator[Answer]:
    for response in batch.responses:
        shown = response.presentation
        if names.leaves_out(section, shown.trial.number):
            continue
        trial = names.trial(section, shown.trial.number)
        again = shown.repeats_id is not None
        yield Answer(
            section=section.name,
            task=section.task,
            reader=reader.pseudonym,
            trial=f"{trial}-again" if again else trial,
            repeat_of=trial if again else "",
            order=shown.order,
            response=response,
            slots=batch.slots[shown.pk],
            disclosed=shown.trial_id in disclosed,
            ratings=batch.ratings.get(response.pk, {}),
            reasons=tuple(batch.reasons.get(response.pk, ())),
        )


def _section(reader: Enrolment, section: Section, known: dict[int, Shown]) -> Iterator[_Batch]:
    """The answers of a reader in a section, a batch after the other."""
    responses = (
        Response.objects.final()
        .filter(enrolment=reader, presentation__section=section)
        .select_related("presentation__trial", "presentation__repeats")
        .order_by("presentation__order")
        .iterator(BATCH)
    )
    while batch := list(islice(responses, BATCH)):
        yield _with_everything(batch, known)


def _with_everything(responses: list[Response], known: dict[int, Shown]) -> _Batch:
    slots: dict[int, dict[int, tuple[int, Shown]]] = {}
    shown = Slot.objects.filter(presentation__in=[response.presentation_id for response in responses])
    for pk, presentation, position, image in shown.values_list(
        "pk", "presentation_id", "position", "trial_image_id"
    ):
        if image in known:
            slots.setdefault(presentation, {})[pk] = (position + 1, known[image])
    ratings: dict[int, dict[int, int]] = {}
    rated = Rating.objects.filter(response__in=responses)
    for answered, slot, points in rated.values_list("response_id", "slot_id", "points"):
        ratings.setdefault(answered, {})[slot] = points
    reasons: dict[int, list[Reason]] = {}
    for reason in Reason.objects.filter(response__in=responses).order_by("pk"):
        reasons.setdefault(reason.response_id, []).append(reason)
    return _Batch(responses=responses, slots=slots, ratings=ratings, reasons=reasons)
