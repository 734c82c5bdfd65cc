"""Lock a study: protocol, sources, trials and plan become read-only."""

from django.db import transaction
from django.db.models import Q

from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.imaging.models import Envelope, Image
from readerstudy.imaging.packs import envelope_for, packs_digest
from readerstudy.studies.errors import require_reason
from readerstudy.studies.models import Lock, Study, TrialImage
from readerstudy.truth.allocate import allocations_of
from readerstudy.truth.blinding.gate import require_blinding
from readerstudy.truth.models import Provenance
from readerstudy.truth.seal_truth import seal_truth
from readerstudy.truth.secrets import LOCKED, commitment_of, plan_key, require_commitment
from readerstudy.truth.stored_plan import check_plan


@transaction.atomic
def lock_study(study: Study, *, by: User, reason: str) -> Lock:
    """Lock the study if its plan is complete and the blinding audit passed or was overridden."""
    study = study.take_turn()
    existing = Lock.objects.filter(study=study).first()
    if existing is not None:
        return existing
    require_reason(reason)
    plan = check_plan(study)
    require_commitment(study)
    require_blinding(study)
    truth = seal_truth(study)
    lock = Lock.objects.create(
        study=study,
        protocol=study.protocol,
        protocol_digest=study.protocol.digest,
        plan_digest=plan.digest,
        by=by,
        reason=reason,
    )
    envelope = envelope_of_study(study)
    packed = {}
    if envelope is not None:
        envelope.save()
        packed = {"packed": packs_digest(str(study.uuid), plan_key(study, "packed"))}
    particulars = {
        "protocol": lock.protocol_digest,
        "plan": lock.plan_digest,
        "commitment": commitment_of(study),
        "allocations": allocations_of(study),
        "truth": truth,
        **packed,
    }
    record(study.scope, LOCKED, by=by, on=study, particulars=particulars, reason=reason)
    return lock


def envelope_of_study(study: Study) -> Envelope | None:
    """What the images of a study will be padded to if it is locked now; None: they are sent as they are."""
    held = Provenance.objects.filter(source__study=study).values("image")
    shown = TrialImage.objects.filter(trial__section__study=study).values("image")
    images = Image.objects.filter(Q(pk__in=held) | Q(pk__in=shown))
    return envelope_for(str(study.uuid), images)
