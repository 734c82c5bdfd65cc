"""Read the plan back from its rows, and verify that it is the one that was made."""

from collections import defaultdict
from collections.abc import Callable

from readerstudy.reading.models import Presentation, Slot
from readerstudy.studies.models import Section, Study, Trial
from readerstudy.truth.allocate import pools_of
from readerstudy.truth.allocation import (
    PlanDocument,
    PlannedImage,
    PlannedPresentation,
    PlannedSection,
    PlannedTrial,
    pool_digest,
)
from readerstudy.truth.allocation.former import former_digest
from readerstudy.truth.allocation.keys import PLAN, PLAN_DIGEST
from readerstudy.truth.allocation.labels import label_values
from readerstudy.truth.errors import NoPlan, PlanIsStale, PlanWasChanged
from readerstudy.truth.models import Key, Plan
from readerstudy.truth.pseudonyms import Pseudonyms
from readerstudy.truth.secrets import plan_key

Name = Callable[[str], str]


def plan_of(study: Study) -> Plan:
    plan = Plan.objects.filter(study=study).first()
    if plan is None:
        raise NoPlan(
            f"The study has no plan. Make it on its page Plan, or with manage.py allocate {study.slug}."
        )
    return plan


def check_plan(study: Study) -> Plan:
    """The study's plan, if its rows still say what was planned, for the protocol and images as they stand."""
    plan, pools = plan_of(study), pools_of(study)
    pool = pool_digest(pools, plan_key(study, PLAN))
    if not plan.fits(study.protocol.digest) or plan.pool != pool:
        raise PlanIsStale
    if stored_digest(study, plan) != plan.digest:
        raise PlanWasChanged
    protocol = study.protocol.document
    for section in study.sections.all():
        if section.label_values != label_values(protocol, protocol.section(section.name), pools):
            raise PlanWasChanged if section.label_values else PlanIsStale
    return plan


def stored_digest(study: Study, plan: Plan) -> str:
    """The digest of the plan as its rows tell it now, to be compared with the one it was given."""
    if plan.seed is not None:
        return former_digest(_document(study, plan, str), plan.seed)
    return stored_document(study, plan).digest(plan_key(study, PLAN_DIGEST))


def stored_document(study: Study, plan: Plan) -> PlanDocument:
    """The plan as its rows tell it now. What was shown comes from the same rows."""
    return _document(study, plan, Pseudonyms(study).image)


def _document(study: Study, plan: Plan, name: Name) -> PlanDocument:
    sections = Section.objects.filter(study=study).order_by("position")
    return PlanDocument(
        protocol_digest=plan.protocol_digest,
        pool=plan.pool,
        sections=tuple(_section(section, plan.places, name) for section in sections),
    )


def _section(section: Section, places: int, name: Name) -> PlannedSection:
    return PlannedSection(
        name=section.name,
        task=section.task,
        practice=section.practice,
        trials=_trials(section, name),
        places=_places(section, places),
    )


def _trials(section: Section, name: Name) -> tuple[PlannedTrial, ...]:
    keys = (
        Key.objects.filter(trial_image__trial__section=section)
        .select_related("trial_image__trial", "provenance__source", "provenance__image")
        .order_by("trial_image__trial__number", "trial_image__number")
    )
    images: dict[int, list[PlannedImage]] = defaultdict(list)
    catch: dict[int, bool] = {}
    screens: dict[int, str] = {}
    for key in keys.iterator(2_000):
        number = key.trial_image.trial.number
        catch[number] = catch.get(number, False) or key.catch
        screens[number] = key.screen
        images[number].append(
            PlannedImage(
                source=key.provenance.source.name,
                image=name(key.provenance.image.digest),
                alternative=key.alternative,
                label=key.trial_image.label,
                tells=key.trial_image.tells,
            )
        )
    numbers = Trial.objects.filter(section=section).order_by("number").values_list("number", flat=True)
    return tuple(
        PlannedTrial(images=tuple(images[n]), catch=catch.get(n, False), screen=screens.get(n, ""))
        for n in numbers
    )


def _places(section: Section, places: int) -> tuple[tuple[PlannedPresentation, ...], ...]:
    slots: dict[int, list[int]] = defaultdict(list)
    rows = Slot.objects.filter(presentation__section=section).order_by("presentation_id", "position")
    for presentation, number in rows.values_list("presentation_id", "trial_image__number").iterator(5_000):
        slots[presentation].append(number)
    walks: dict[int, list[PlannedPresentation]] = defaultdict(list)
    shown = Presentation.objects.filter(section=section).order_by("place", "order")
    for pk, place, trial, repeats in shown.values_list("pk", "place", "trial__number", "repeats__order"):
        walks[place].append(PlannedPresentation(trial=trial, slots=tuple(slots[pk]), repeats=repeats))
    return tuple(tuple(walks[place]) for place in range(1, places + 1))
