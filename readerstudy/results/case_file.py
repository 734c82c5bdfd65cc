"""One case after the unblinding: its images with their truth, and every reader's answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from readerstudy.reading.models import Concern, Response
from readerstudy.results.case_items import Answered, answered
from readerstudy.results.cases import Case, SeenImage, case_of
from readerstudy.studies.models import Section, Study
from readerstudy.studies.protocol import ProtocolDocument, SectionDocument
from readerstudy.truth.models import Key


@dataclass(frozen=True, kw_only=True)
class Pointed:
    """A reason as its reader gave it: for which image, and where they pointed, in its pixels."""

    source: str
    tag: str
    x: float | None
    y: float | None


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a reader answered to the case, or to its hidden repeat. `right` is None where nobody can be wrong.

    `letter` is where the picked image stood on this reader's screen; ratings are in the order of the images.
    Where the time to look is limited, `fetched_again` counts fetches beyond one of each image.
    """

    reader: str
    program: bool
    again: bool
    order: int
    picked: SeenImage | None
    letter: str
    call: str
    confidence: int | None
    verdict: str
    observed: Mapping[str, str]
    right: bool | None
    ratings: tuple[int | None, ...]
    reasons: tuple[Pointed, ...]
    items: tuple[Answered, ...]
    response_ms: int | None
    shown_ms: float | None
    fetched_again: int
    revision: int

    def is_for(self, image: SeenImage) -> bool:
        """Whether the image got this reader's vote, as the cases count votes."""
        return self.picked == image or self.call == "real" or self.verdict == "fits"

    @property
    def seconds(self) -> float | None:
        return None if self.response_ms is None else self.response_ms / 1000


@dataclass(frozen=True, kw_only=True)
class Reported:
    """A problem that a reader reported: of one image by its source, "" for the whole screen."""

    reader: str
    source: str
    kind: str
    text: str


@dataclass(frozen=True, kw_only=True)
class CaseFile:
    """A case with its answers, and the numbers of the answered cases before and after it."""

    case: Case
    answers: tuple[Said, ...]
    reported: tuple[Reported, ...]
    before: int | None
    after: int | None

    @property
    def has_items(self) -> bool:
        """Whether anything was asked beside the task."""
        return any(said.items for said in self.answers)

    @property
    def shown(self) -> list[tuple[SeenImage, list[str]]]:
        """Each image with the people whose votes it got; a hidden repeat is no second vote."""
        first = [said for said in self.answers if not said.again and not said.program]
        return [(image, [said.reader for said in first if said.is_for(image)]) for image in self.case.images]


def case_file(study: Study, section: Section, number: int) -> CaseFile | None:
    """Everything about one case of a section, answers in the order of places; None if nobody answered it."""
    case = case_of(study, section, number)
    if case is None:
        return None
    images = {image.trial_image: image for image in case.images}
    document = study.lock.protocol.document
    answers = (
        Response.objects.counted()
        .filter(presentation__section=section, presentation__trial__number=number)
        .select_related("presentation", "enrolment", "pick")
        .prefetch_related("ratings__slot", "reasons__slot", "presentation__slots")
        .order_by("enrolment__place", "presentation__order")
    )
    return CaseFile(
        case=case,
        answers=tuple(_said(answer, images, document, document.section(section.name)) for answer in answers),
        reported=tuple(_reported(section, number, images)),
        before=_neighbour(section, "number__lt", number, "-number"),
        after=_neighbour(section, "number__gt", number, "number"),
    )


def _said(
    answer: Response, images: Mapping[int, SeenImage], document: ProtocolDocument, section: SectionDocument
) -> Said:
    sources = {pk: image.source for pk, image in images.items()}
    rated = {rating.slot.trial_image_id: rating.points for rating in answer.ratings.all()}
    reasons = (
        Pointed(source=images[reason.slot.trial_image_id].source, tag=reason.tag, x=reason.x, y=reason.y)
        for reason in sorted(answer.reasons.all(), key=lambda reason: reason.pk)
    )
    picked = images[answer.pick.trial_image_id] if answer.pick else None
    return Said(
        reader=answer.enrolment.pseudonym,
        program=answer.enrolment.program,
        again=answer.presentation.repeats_id is not None,
        order=answer.presentation.order,
        picked=picked,
        letter=answer.pick.letter if answer.pick else "",
        call=answer.call,
        confidence=answer.confidence,
        verdict=answer.verdict,
        observed=answer.observed,
        right=_right(answer, picked, next(iter(images.values()))),
        ratings=tuple(rated.get(image) for image in images),
        reasons=tuple(reasons),
        items=tuple(answered(answer, section, sources)),
        response_ms=answer.response_ms,
        shown_ms=answer.timing.get("shown_ms"),
        fetched_again=max(0, answer.timing.get("fetches", 0) - len(answer.presentation.slots.all())),
        revision=answer.revision,
    )


def _reported(section: Section, number: int, images: Mapping[int, SeenImage]) -> Iterator[Reported]:
    """What readers reported of the case, or of its hidden repeat. A reference has no source here."""
    rows = Concern.objects.filter(presentation__section=section, presentation__trial__number=number)
    rows = rows.exclude(enrolment__withdrawal__keep_answers=False)
    for row in rows.select_related("enrolment", "slot").order_by("enrolment__place", "pk"):
        meant = images.get(row.slot.trial_image_id) if row.slot else None
        source = meant.source if meant else ""
        yield Reported(
            reader=row.enrolment.pseudonym, source=source, kind=row.get_kind_display(), text=row.text
        )


def _right(answer: Response, picked: SeenImage | None, only: SeenImage) -> bool | None:
    if picked is not None:
        return picked.real
    return (answer.call == "real") == only.real if answer.call else None


def _neighbour(section: Section, where: str, number: int, order: str) -> int | None:
    """The number of the nearest case that somebody answered; obvious fakes are none."""
    answered = Response.objects.counted().filter(
        presentation__trial=OuterRef("pk"), presentation__repeats__isnull=True, enrolment__program=False
    )
    fakes = Key.objects.filter(trial_image__trial=OuterRef("pk"), catch=True)
    cases = section.trials.filter(Exists(answered), ~Exists(fakes), **{where: number})
    return cases.order_by(order).values_list("number", flat=True).first()
