"""Somebody leaves a study. What they answered stays on record; whether it counts is said with a reason."""

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.studies.models import Enrolment, Withdrawal


@transaction.atomic
def withdraw(enrolment: Enrolment, *, by: User, reason: str, keep_answers: bool) -> Withdrawal:
    withdrawal, new = Withdrawal.objects.get_or_create(
        enrolment=enrolment, defaults={"by": by, "reason": reason, "keep_answers": keep_answers}
    )
    if new:
        if enrolment.invitation is not None and enrolment.invitation.state == "open":
            enrolment.invitation.revoke(by=by, reason=reason)
        record(
            enrolment.study.scope,
            "person withdrawn",
            by=by,
            on=enrolment,
            particulars={"role": enrolment.role, "keep_answers": keep_answers},
            reason=reason,
        )
    return withdrawal
