"""Unblind a study in two steps: a request and a confirmation, each with a reason."""

from typing import Any

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.studies.errors import require_reason
from readerstudy.studies.models import Study
from readerstudy.truth.errors import NotAskedFor, NotFrozen, SecondPersonNeeded, StillBlinded
from readerstudy.truth.models import Unblinding, UnblindingRequest
from readerstudy.truth.secrets import commitment_of, plan_secret_of
from readerstudy.truth.shared_images import approve_together, endangered_by, require_disclosable, shared_with
from readerstudy.truth.stored_plan import plan_of


@transaction.atomic
def request_unblinding(study: Study, *, by: User, reason: str) -> UnblindingRequest:
    """Request the unblinding. Requesting it again changes nothing."""
    require_reason(reason)
    study = study.take_turn()
    if not study.is_frozen:
        raise NotFrozen
    request, new = UnblindingRequest.objects.get_or_create(study=study, defaults={"by": by, "reason": reason})
    if new:
        record(study.scope, "unblinding requested", by=by, on=study, reason=reason)
    return request


@transaction.atomic
def confirm_unblinding(study: Study, *, by: User, reason: str) -> Unblinding:
    """Confirm the unblinding.

    It takes another person if the protocol says so, or if a study that is still being read shows the same
    images. A rehearsal needs no second person.
    """
    require_reason(reason)
    study = study.take_turn()
    done = Unblinding.objects.filter(study=study).first()
    if done is not None:
        return done
    request = UnblindingRequest.objects.filter(study=study).first()
    if request is None:
        raise NotAskedFor
    alone = request.by_id == by.pk
    if study.protocol.document.unblinding_people == 2 and alone and not study.rehearses_id:
        raise SecondPersonNeeded
    endangered = require_disclosable(study, by=by) if alone else endangered_by(study)
    unblinding = Unblinding.objects.create(study=study, request=request, by=by, reason=reason)
    if not alone:
        approve_together(study, by=(request.by, by), reason=reason)
    particulars = _revealed(study) | shared_with(endangered)
    record(study.scope, "study unblinded", by=by, on=study, particulars=particulars, reason=reason)
    return unblinding


def _revealed(study: Study) -> dict[str, Any]:
    """The plan secret, with which anybody can recompute the plan from now on."""
    if plan_of(study).is_computable:
        return {}
    return {"plan_secret": plan_secret_of(study).hex(), "commitment": commitment_of(study)}


def is_unblinded(study: Study) -> bool:
    return Unblinding.objects.filter(study=study).exists()


def require_unblinded(study: Study) -> None:
    if not is_unblinded(study):
        raise StillBlinded
