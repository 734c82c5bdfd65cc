"""A reader's own result, after the unblinding and if the protocol allows it."""

from collections.abc import Iterator
from dataclasses import dataclass

from readerstudy.reading.errors import NothingHere
from readerstudy.reading.screens import answer_of
from readerstudy.reading.steps import document_of
from readerstudy.studies.language import spoken
from readerstudy.studies.models import Enrolment, Section
from readerstudy.studies.protocol.document import ProtocolDocument
from readerstudy.studies.protocol.items import Item
from readerstudy.truth.judged import answered_screens, judged, origin_of
from readerstudy.truth.known_images import reads_images_of
from readerstudy.truth.unblind import is_unblinded


@dataclass
class QuestionResult:
    """How often a reader was right in one question of a section, beside what guessing would have given.

    `guessed` adds up the chances of a guess; it is None where a question has no number of options.
    """

    title: str
    question: str
    correct: int = 0
    total: int = 0
    guessed: float | None = 0.0

    @property
    def percent(self) -> int:
        return round(100 * self.correct / self.total)

    @property
    def chance_percent(self) -> int | None:
        return None if self.guessed is None else round(100 * self.guessed / self.total)

    def count(self, right: bool, chance: float | None) -> None:
        self.correct += right
        self.total += 1
        self.guessed = None if self.guessed is None or chance is None else self.guessed + chance


def own_result(enrolment: Enrolment) -> tuple[QuestionResult, ...] | None:
    """Every question with a right answer, section by section; checks of labels have none.

    None until the study is unblinded, and as long as its reader sees the same images in another study:
    somebody who was always right, or never, would know each of them.
    """
    study = enrolment.study
    if not hasattr(study, "lock") or not document_of(enrolment).reading.show_own_result:
        raise NothingHere
    if not is_unblinded(study) or (enrolment.person and reads_images_of(study, enrolment.person)):
        return None
    protocol = document_of(enrolment)
    sections = study.sections.filter(practice=False).order_by("position")
    return tuple(result for section in sections for result in _results(enrolment, section, protocol))


def _results(enrolment: Enrolment, section: Section, protocol: ProtocolDocument) -> Iterator[QuestionResult]:
    document = protocol.section(section.name)
    results: dict[str, QuestionResult] = {}
    for answer, on_screen in answered_screens(enrolment, section):
        if answer.presentation.repeats_id or any(key.catch for key in on_screen.values()):
            continue
        origins = {letter: origin_of(key) for letter, key in on_screen.items()}
        for one in judged(answer_of(answer), document, origins, protocol):
            fresh = QuestionResult(title=spoken(document.title), question=spoken(one.item.ask))
            results.setdefault(one.item.name, fresh).count(one.right, _chance(one.item, len(origins)))
    yield from (results[item.name] for item in document.trial_items if item.name in results)


def _chance(item: Item, images: int) -> float | None:
    """How often a guess is right: one of the images of a pick, one of the options of a choice."""
    if item.kind == "pick":
        return 1 / images
    return 1 / len(item.options) if item.kind == "choice" else None
