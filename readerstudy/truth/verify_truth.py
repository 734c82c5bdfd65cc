"""Verify the truth against the seals of the lock. Changed rows are named without their content."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from readerstudy.audit.verify import Finding
from readerstudy.imaging.models import Image, Packed
from readerstudy.imaging.packs import packs_digest
from readerstudy.imaging.storage import damaged
from readerstudy.studies.models import Study
from readerstudy.studies.verify_people import events_by_key
from readerstudy.truth.errors import PlanWasChanged
from readerstudy.truth.models import Key, Plan, Source, TruthSeal
from readerstudy.truth.seal_truth import row_digest, truth_digest, truth_rows
from readerstudy.truth.secrets import LOCKED, keeps_commitment, plan_key, require_readable
from readerstudy.truth.stored_plan import stored_digest
from readerstudy.truth.verify_decisions import verify_decisions


def verify_truth(study: Study) -> Iterator[Finding]:
    """Plan, keys, sources and labels since the lock; what people decided about them."""
    for what in (*verify_decisions(study), *_locked_truth(study)):
        yield Finding(stream=study.scope, what=what)


def verify_pixels(study: Study) -> Iterator[Finding]:
    """The stored buffer and packed form of every image of the study against their digests."""
    shown = Image.objects.filter(pk__in=_images(study)).order_by("pk")
    packed = Packed.objects.filter(scope=str(study.uuid)).select_related("image").order_by("pk")
    for what in damaged(chain(shown.iterator(2_000), packed.iterator(2_000))):
        yield Finding(stream=study.scope, what=what)


def _images(study: Study) -> Any:
    keys = Key.objects.filter(trial_image__trial__section__study=study)
    return keys.values("trial_image__image").union(keys.values("provenance__image"))


def _locked_truth(study: Study) -> Iterator[str]:
    require_readable(study)
    locked = events_by_key(study.scope, LOCKED).get(study.pk)
    if locked is None:
        return
    plan = Plan.objects.filter(study=study).first()
    if plan is None or plan.digest != locked["plan"]:
        yield "the plan is not the one that was locked"
        return
    if plan.is_computable and "commitment" in locked:
        yield "the plan is marked as computable from the protocol, and was not when it was locked"
    if not keeps_commitment(study):
        yield "the plan secret is not the one that was committed to"
    packed = locked.get("packed", "")
    if packed and packed != packs_digest(str(study.uuid), plan_key(study, "packed")):
        yield "the packed images are not those that were locked"
    if "truth" in locked:
        yield from _sealed(study, locked["truth"])
    else:
        yield from _before_seals(study, plan)


def _sealed(study: Study, locked: str) -> Iterator[str]:
    rows = TruthSeal.objects.filter(study=study).values_list("subject", "salt", "digest")
    seals = {subject: (salt, digest) for subject, salt, digest in rows.iterator(2_000)}
    if truth_digest(study, ((subject, digest) for subject, (_, digest) in seals.items())) != locked:
        yield "the seals of the truth are not those of the lock"
    key = plan_key(study, "truth row")
    for subject, content in truth_rows(study):
        salt, digest = seals.pop(subject, ("", ""))
        if not digest:
            yield f"{subject} was added after the lock"
        elif row_digest(key, subject, salt, content) != digest:
            yield f"{subject} was changed after the lock"
    yield from (f"{subject} was removed after the lock" for subject in seals)


def _before_seals(study: Study, plan: Plan) -> Iterator[str]:
    """Studies that were locked before truth was sealed: what their plan and protocol say of it."""
    if stored_digest(study, plan) != plan.digest:
        yield str(PlanWasChanged())
    declared = {source.name: source.kind for source in study.protocol.document.sources}
    for pk, name, kind in Source.objects.filter(study=study).values_list("pk", "name", "kind"):
        if name in declared and declared[name] != kind:
            yield f"truth_source:{pk} does not have the kind that the protocol gives it"
    plain = Key.objects.filter(trial_image__trial__section__study=study, catch=False).select_related(
        "provenance", "trial_image"
    )
    for key in plain.iterator(2_000):
        if key.provenance.image_id != key.trial_image.image_id:
            yield f"studies_trialimage:{key.trial_image_id} shows another image than its key"
