"""Create a study from nothing to its report. Every step is skipped if it is done already."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.desk.demo.images import bring_images
from readerstudy.desk.demo.people import PASSWORD, invite_a_reader, staff
from readerstudy.desk.demo.real_images import RealImages
from readerstudy.desk.demo.recipes import Recipe, recipe_of
from readerstudy.desk.protocol.published import published
from readerstudy.results.freeze import freeze_study
from readerstudy.results.report import export_report
from readerstudy.studies.create import create_study
from readerstudy.studies.models import Study
from readerstudy.truth.allocate import allocate
from readerstudy.truth.blinding.audit import audit_blinding
from readerstudy.truth.blinding.gate import newest_audit, override
from readerstudy.truth.lock import lock_study
from readerstudy.truth.unblind import confirm_unblinding, is_unblinded, request_unblinding
from readerstudy.truth.virtual.simulate import simulate_readers

OnProgress = Callable[[int, int], None]
#: Begins a step by its title, and gives back what is to be called as it proceeds.
Steps = Callable[[str, str], OnProgress]

SIMULATION_SEED = 7
WHY_OVERRIDDEN = (
    "Demonstration: the images that stand in for synthetic ones differ from phantoms in ways a classifier "
    "finds; a real study would mend that before it is locked."
)


@dataclass(frozen=True, kw_only=True)
class Demo:
    """The study that was made, and how to sign in."""

    study: Study
    reader_link: str
    report: Path | None
    people: tuple[User, ...]
    password: str = PASSWORD


def make_demo(name: str, slug: str, *, steps: Steps, finish: bool, data: RealImages | None = None) -> Demo:
    """The study `slug` after the protocol `name`, read by as many virtual readers as it plans.

    With `finish` it is frozen, unblinded and reported; else it stays open, with a link for one more reader.
    """
    recipe, protocol = recipe_of(name), published(name)
    people = staff()
    owner = people[0]
    study = Study.objects.filter(slug=slug).first()
    if study is None:
        study = create_study(protocol.text, by=owner, slug=slug)
    staff_of(study, people)
    if not study.is_locked:
        bring_images(study, recipe, by=owner, steps=steps, data=data)
        _lock(study, owner, steps)
    if not study.is_frozen:
        _read(study, recipe, owner, steps)
    link = "" if finish else invite_a_reader(study, by=owner)
    report = _report(study, people, steps) if finish else None
    return Demo(study=study, reader_link=link, report=report, people=people)


@transaction.atomic
def staff_of(study: Study, people: tuple[User, ...]) -> None:
    from readerstudy.studies.models import Enrolment, Role

    for person, role in zip(people, (Role.OWNER, Role.COORDINATOR, Role.ANALYST), strict=True):
        enrolment, new = Enrolment.objects.get_or_create(
            study=study, user=person, role=role, invited_by=people[0]
        )
        if new:
            record(study.scope, "staff invited", by=people[0], on=enrolment, particulars={"role": role})


def _lock(study: Study, owner: User, steps: Steps) -> None:
    tell = steps("Plan, blinding audit and lock", "step")
    allocate(study, by=owner)
    tell(1, 3)
    audit = newest_audit(study) or audit_blinding(study, by=owner)
    tell(2, 3)
    if not audit.passed:
        override(audit, by=owner, reason=WHY_OVERRIDDEN)
    lock_study(study, by=owner, reason="Demonstration")
    tell(3, 3)


def _read(study: Study, recipe: Recipe, owner: User, steps: Steps) -> None:
    document = study.protocol.document
    total = document.readers * sum(section.read_by_each for section in document.sections)
    tell, given = steps("Virtual readers read", "answer"), 0

    def tick() -> None:
        nonlocal given
        given += 1
        tell(given, total)

    simulate_readers(study, document.readers, recipe.skill, by=owner, seed=SIMULATION_SEED, on_answer=tick)
    tell(total, total)


def _report(study: Study, people: tuple[User, ...], steps: Steps) -> Path:
    """Two people unblind: the demonstration that stays open shows the same images."""
    owner, _, analyst = people
    out = Path(settings.HOME) / "reports" / study.slug
    tell = steps("Freeze, unblind and report", "step")
    freeze_study(study, by=owner, reason="Demonstration")
    if not is_unblinded(study):
        request_unblinding(study, by=owner, reason="Demonstration")
        confirm_unblinding(study, by=analyst, reason="Demonstration")
    tell(1, 2)
    if not out.exists():
        export_report(study, out, by=owner)
    tell(2, 2)
    return out
