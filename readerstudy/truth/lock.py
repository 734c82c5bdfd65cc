"""Lock a study: from here on protocol, sources, trials and plan are what they are."""

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.studies.models import Lock, Study
from readerstudy.truth.allocate import allocations_of
from readerstudy.truth.blinding.gate import require_blinding
from readerstudy.truth.errors import ReasonMissing
from readerstudy.truth.seal_truth import seal_truth
from readerstudy.truth.secrets import commitment_of, require_commitment
from readerstudy.truth.stored_plan import check_plan


@transaction.atomic
def lock_study(study: Study, *, by: User, reason: str) -> Lock:
    """Lock, once the plan is whole and the blinding audit has passed or was overridden with a reason."""
    study = study.take_turn()
    existing = Lock.objects.filter(study=study).first()
    if existing is not None:
        return existing
    if not reason.strip():
        raise ReasonMissing
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
    particulars = {
        "protocol": lock.protocol_digest,
        "plan": lock.plan_digest,
        "commitment": commitment_of(study),
        "allocations": allocations_of(study),
        "truth": truth,
    }
    record(study.scope, "study locked", by=by, on=study, particulars=particulars, reason=reason)
    return lock
