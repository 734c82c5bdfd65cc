"""A reader's own result, after the unblinding and if the protocol allows it."""

from dataclasses import dataclass

from readerstudy.reading.errors import NothingHere
from readerstudy.reading.models import Response
from readerstudy.reading.steps import document_of
from readerstudy.studies.language import spoken
from readerstudy.studies.models import Enrolment, Section, Task
from readerstudy.studies.protocol.document import SectionDocument
from readerstudy.truth.models import Key, Kind
from readerstudy.truth.unblind import is_unblinded


@dataclass(frozen=True, kw_only=True)
class SectionResult:
    """How often a reader told real from synthetic in a section, beside what chance would have given."""

    title: str
    task: str
    correct: int
    total: int
    chance: float

    @property
    def percent(self) -> int:
        return round(100 * self.correct / self.total) if self.total else 0

    @property
    def chance_percent(self) -> int:
        return round(100 * self.chance)


def own_result(enrolment: Enrolment) -> tuple[SectionResult, ...] | None:
    """Section by section; sections that only rate or check labels have no right and wrong.

    None until the study is unblinded.
    """
    study = enrolment.study
    if not hasattr(study, "lock") or not document_of(enrolment).reading.show_own_result:
        raise NothingHere
    if not is_unblinded(study):
        return None
    protocol = document_of(enrolment)
    judged = study.sections.filter(practice=False, task__in=[Task.PICK_REAL, Task.CALL]).order_by("position")
    return tuple(_section(enrolment, section, protocol.section(section.name)) for section in judged)


def _section(enrolment: Enrolment, section: Section, document: SectionDocument) -> SectionResult:
    answers = Response.objects.final().filter(
        enrolment=enrolment, presentation__section=section, presentation__repeats__isnull=True
    )
    keys = Key.objects.filter(trial_image__trial__section=section)
    caught = set(keys.filter(catch=True).values_list("trial_image__trial_id", flat=True))
    kinds = dict(keys.values_list("trial_image_id", "provenance__source__kind"))
    counted = [
        answer
        for answer in answers.select_related("pick", "presentation").prefetch_related("presentation__slots")
        if answer.presentation.trial_id not in caught
    ]
    correct = sum(_is_correct(answer, section.task, kinds) for answer in counted)
    chance = 1 / document.alternatives if section.task == Task.PICK_REAL else 0.5
    return SectionResult(
        title=spoken(document.title), task=section.task, correct=correct, total=len(counted), chance=chance
    )


def _is_correct(answer: Response, task: str, kinds: dict[int, str]) -> bool:
    if task == Task.PICK_REAL:
        return answer.pick is not None and kinds[answer.pick.trial_image_id] == Kind.REAL
    return answer.call == kinds[answer.presentation.slots.all()[0].trial_image_id]
