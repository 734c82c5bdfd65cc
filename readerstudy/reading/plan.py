"""What is planned for one place: its sections in their order, and how long they are."""

from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Count, Min

from readerstudy.reading.models import Presentation
from readerstudy.reading.steps import document_of
from readerstudy.studies.models import Enrolment, Section


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One section at one place. `seed` is secret and stays: what is shuffled for its reader hangs on it."""

    section: Section
    total: int
    seed: str


def plan_of(enrolment: Enrolment) -> tuple[Planned, ...]:
    """The sections that a reader reads: those of their arm in its order, or all.

    A program reads no section that tells its readers the truth.
    """
    document = document_of(enrolment)
    arm = document.arm_of(enrolment.own_place)
    names = None if arm is None else arm.sections
    plan = _plan(enrolment.study.lock.plan_digest, enrolment.study_id, enrolment.own_place, names)
    if not enrolment.program:
        return plan
    return tuple(one for one in plan if not document.section(one.section.name).tells_the_truth)


@lru_cache(maxsize=1024)
def _plan(plan_digest: str, study: int, place: int, names: tuple[str, ...] | None) -> tuple[Planned, ...]:
    rows = Presentation.objects.filter(section__study=study, place=place).order_by()
    totals = {pk: rest for pk, *rest in rows.values_list("section_id").annotate(Count("pk"), Min("token"))}
    sections = list(Section.objects.filter(study=study).order_by("position"))
    if names is not None:
        named = {section.name: section for section in sections}
        sections = [named[name] for name in names]
    return tuple(
        Planned(section=section, total=total, seed=seed)
        for section in sections
        for total, seed in [totals.get(section.pk, (0, ""))]
    )
