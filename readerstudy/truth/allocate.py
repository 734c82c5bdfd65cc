"""Allocate a study: compute the plan, store it as rows, identify it by its digest."""

from collections.abc import Iterator, Mapping, Sequence

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.audit.record import record
from readerstudy.imaging.models import Image
from readerstudy.imaging.obvious_fakes import make_obvious_fake
from readerstudy.imaging.packs import pack_images
from readerstudy.reading.models import Presentation, Slot
from readerstudy.reading.models.presentation import REFERENCE_AT
from readerstudy.studies.models import Section, Study, Trial, TrialImage
from readerstudy.truth.allocation import (
    PlanDocument,
    PlannedPresentation,
    PlannedSection,
    PlannedTrial,
    Pooled,
    make_plan,
)
from readerstudy.truth.allocation.keys import PLAN, PLAN_DIGEST
from readerstudy.truth.allocation.labels import label_values
from readerstudy.truth.models import Key, Plan, Provenance
from readerstudy.truth.pseudonyms import Pseudonyms
from readerstudy.truth.secrets import plan_key

BATCH = 2_000
PLAN_MADE = "plan made"


@transaction.atomic
def allocate(study: Study, *, by: User) -> Plan:
    """Make the plan of a study that is not locked. The same protocol and images give the same plan."""
    study = study.take_turn_before_lock()
    protocol = study.protocol
    pools = pools_of(study)
    plan = make_plan(protocol.document, protocol.digest, pools, key=plan_key(study, PLAN))
    digest = plan.digest(plan_key(study, PLAN_DIGEST))
    old = Plan.objects.filter(study=study).first()
    if old is not None and old.digest == digest:
        return old
    clear_plan(study)
    _store(study, plan, pools)
    made = Plan.objects.create(
        study=study,
        protocol_digest=protocol.digest,
        places=protocol.document.places,
        digest=digest,
        pool=plan.pool,
        by=by,
    )
    particulars = {"digest": digest, "old": old.digest if old else None, "places": made.places}
    record(study.scope, PLAN_MADE, by=by, on=study, particulars=particulars)
    return made


def allocations_of(study: Study) -> int:
    """Return how often a plan was made. Several may mean that somebody tried until one suited them."""
    return Event.objects.filter(stream__name=study.scope, verb=PLAN_MADE).count()


def pools_of(study: Study) -> dict[str, list[Pooled]]:
    """Return the images of each source, by pseudonym."""
    pools: dict[str, list[Pooled]] = {}
    names = Pseudonyms(study)
    rows = Provenance.objects.filter(source__study=study).values_list(
        "source__name", "image__digest", "group", "labels"
    )
    for source, digest, group, labels in rows.iterator(BATCH):
        pooled = Pooled(image=names.image(digest), group=names.group(group), labels=labels)
        pools.setdefault(source, []).append(pooled)
    return pools


def clear_plan(study: Study) -> None:
    """Delete the plan of a study that is not locked."""
    Plan.objects.filter(study=study).delete()
    Section.objects.filter(study=study).delete()


def _store(study: Study, plan: PlanDocument, pools: Mapping[str, Sequence[Pooled]]) -> None:
    provenances, protocol = _provenances(study), study.protocol.document
    for position, planned in enumerate(plan.sections, start=1):
        section = Section.objects.create(
            study=study,
            position=position,
            name=planned.name,
            task=planned.task,
            practice=planned.practice,
            label_values=label_values(protocol, protocol.section(planned.name), pools),
        )
        trials = _store_trials(section, planned, provenances)
        _store_places(section, planned, trials)


def _provenances(study: Study) -> dict[tuple[str, str], Provenance]:
    names = Pseudonyms(study)
    rows = Provenance.objects.filter(source__study=study).select_related("source", "image")
    return {(row.source.name, names.image(row.image.digest)): row for row in rows.iterator(BATCH)}


def _store_trials(
    section: Section, planned: PlannedSection, provenances: Mapping[tuple[str, str], Provenance]
) -> list[Trial]:
    """The trials of a section with their images and their keys, in the plan's order."""
    trials = Trial.objects.bulk_create(
        [Trial(section=section, number=n) for n in range(1, len(planned.trials) + 1)], BATCH
    )
    shown, origins = [], []
    for trial, content in zip(trials, planned.trials, strict=True):
        for number, image in enumerate(content.images, start=1):
            origin = provenances[image.source, image.image]
            pixels = _pixels(origin, catch=content.catch and not image.is_reference)
            said = {"label": dict(image.label), "tells": dict(image.tells)}
            shown.append(TrialImage(trial=trial, number=number, image=pixels, **said))
            origins.append((origin, image.alternative, content))
    spoiled = {
        row.image for row, (origin, _, _) in zip(shown, origins, strict=True) if row.image != origin.image
    }
    pack_images(list(spoiled), scope=str(section.study.uuid))
    stored = TrialImage.objects.bulk_create(shown, BATCH)
    Key.objects.bulk_create(
        [
            Key(
                trial_image=image,
                provenance=origin,
                alternative=alternative,
                catch=trial.catch,
                screen=trial.screen,
            )
            for image, (origin, alternative, trial) in zip(stored, origins, strict=True)
        ],
        BATCH,
    )
    return trials


def _pixels(origin: Provenance, *, catch: bool) -> Image:
    """Return the image to show: in a catch trial, an obvious fake in place of a synthetic image."""
    return make_obvious_fake(origin.image) if catch and origin.source.kind == "synthetic" else origin.image


def _store_places(section: Section, planned: PlannedSection, trials: list[Trial]) -> None:
    numbers = {trial.pk: trial.number for trial in trials}
    images = {
        (numbers[image.trial_id], image.number): image.pk
        for image in TrialImage.objects.filter(trial__section=section).only("trial_id", "number")
    }
    for place, walk in enumerate(planned.places, start=1):
        rows = _store_walk(section, trials, place, walk)
        slots = (
            Slot(presentation=row, position=position, trial_image_id=images[shown.trial, number])
            for row, shown in zip(rows, walk, strict=True)
            for position, number in _positions(planned.trials[shown.trial - 1], shown)
        )
        Slot.objects.bulk_create(slots, BATCH)


def _positions(trial: PlannedTrial, shown: PlannedPresentation) -> Iterator[tuple[int, int]]:
    """Where each image stands, by its number: a reference has a position of its own behind all others."""
    for position, number in enumerate(shown.slots):
        yield REFERENCE_AT if trial.images[number - 1].is_reference else position, number


def _store_walk(
    section: Section, trials: list[Trial], place: int, walk: Sequence[PlannedPresentation]
) -> list[Presentation]:
    """The presentations of one place in reading order; repeats after the originals they point at."""
    rows = [
        Presentation(section=section, trial=trials[shown.trial - 1], place=place, order=order)
        for order, shown in enumerate(walk, start=1)
    ]
    pairs = list(zip(rows, walk, strict=True))
    Presentation.objects.bulk_create([row for row, shown in pairs if shown.repeats is None], BATCH)
    again = []
    for row, shown in pairs:
        if shown.repeats is not None:
            row.repeats = rows[shown.repeats - 1]
            again.append(row)
    Presentation.objects.bulk_create(again, BATCH)
    return rows
