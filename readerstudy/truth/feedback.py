"""Tell readers the truth of a screen after their answer, in sections that do so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from readerstudy.reading.checks.asked import listed, named
from readerstudy.reading.errors import NothingHere
from readerstudy.reading.readers import require_open
from readerstudy.reading.respond import presentation_of
from readerstudy.reading.screens import previous_answer
from readerstudy.reading.steps import document_of
from readerstudy.studies.language import spoken
from readerstudy.studies.models import Enrolment
from readerstudy.studies.protocol import Item, SectionDocument
from readerstudy.truth.judged import Judged, judged, origins_of
from readerstudy.truth.judging import ImageTruth, Location
from readerstudy.truth.models import Kind

Origins = Mapping[str, ImageTruth]


@dataclass(frozen=True, kw_only=True)
class Shown:
    slot: str
    x: float
    y: float
    frame: int | None


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """Feedback on an answer. `correct` is None where nothing is right or wrong; `outline` are real images."""

    sentence: str
    correct: bool | None
    outline: tuple[str, ...] = ()
    points: tuple[Shown, ...] = ()


def feedback(enrolment: Enrolment, token: str) -> Feedback:
    """The truth of a presentation, once its answer is committed. Most sections tell none."""
    require_open(enrolment)
    presentation = presentation_of(enrolment, token)
    protocol = document_of(enrolment)
    section = protocol.section(presentation.section.name)
    tells = (section.practice or section.feedback) and not section.allow_back and presentation.screen_slots
    answer = previous_answer(presentation, enrolment.pk) if tells else None
    if answer is None:
        raise NothingHere
    origins = origins_of(presentation)
    found = list(judged(answer, section, origins, protocol))
    # Of what the words of the tasks have not told already.
    more = (one for one in found if one.item.task != "pick_real" and one.item.truth != "kind")
    sentences = [*_of_origin(found, section, origins), *map(_sentence, more)]
    return Feedback(
        sentence=" ".join(sentences),
        correct=all(one.right for one in found) if found else None,
        outline=_real(origins) if _tells_origin(section) else (),
        points=tuple(_points(found)),
    )


def _tells_origin(section: SectionDocument) -> bool:
    """Whether the section asks what is real. One that asks something else may be blind to it."""
    if section.practice and section.task != "ask":
        return True
    return any(item.kind == "pick" or item.truth in ("kind", "source") for item in section.items)


def _of_origin(found: list[Judged], section: SectionDocument, origins: Origins) -> Iterator[str]:
    """What is real, in the words of the tasks."""
    picked = next((one for one in found if one.item.task == "pick_real"), None)
    if picked is not None:
        sentence = _("Correct, {image} is real.") if picked.right else _("{image} is real.")
        yield sentence.format(image=picked.truth)
    elif any(item.truth == "kind" for item in section.items) or (section.practice and section.task != "ask"):
        yield from _kinds(origins)


def _kinds(origins: Origins) -> Iterator[str]:
    if len(origins) == 1:
        [origin] = origins.values()
        yield _("This image is real.") if origin.kind == Kind.REAL else _("This image is synthetic.")
    elif _real(origins):
        yield _("Real: {images}.").format(images=listed(_real(origins)))
    elif origins:
        yield _("None of the images is real.")


def _real(origins: Origins) -> tuple[str, ...]:
    return tuple(letter for letter, origin in origins.items() if origin.kind == Kind.REAL)


def _sentence(one: Judged) -> str:
    sentence = _("{question}: correct, {truth}.") if one.right else _("{question}: {truth}.")
    return sentence.format(question=named(one.item, one.slot), truth=_truth(one.item, one.truth))


def _truth(item: Item, truth: object) -> str:
    if isinstance(truth, frozenset):
        return listed(_text(item, value) for value in item.values if value in truth) if truth else _("none")
    if isinstance(truth, tuple):
        return _("{count} to be marked").format(count=len(truth))
    if isinstance(truth, float):
        return " ".join(filter(None, (f"{truth:g}", spoken(item.unit))))
    return _text(item, str(truth))


def _text(item: Item, value: str) -> str:
    option = item.option(value)
    return spoken(option.text) if option else value


def _points(found: list[Judged]) -> Iterator[Shown]:
    for one in found:
        if one.item.kind == "mark" and one.slot is not None:
            point: Location
            for point in one.truth:
                yield Shown(slot=one.slot, x=point.x, y=point.y, frame=point.frame)
