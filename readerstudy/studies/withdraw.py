"""Withdraw somebody from a study. Their answers stay on record; a reason says whether they count."""

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.studies.errors import LastOwner, StudyIsFrozen, require_reason
from readerstudy.studies.invite import Invited, invite_reader, readdress
from readerstudy.studies.models import Enrolment, Role, Withdrawal


@transaction.atomic
def withdraw(enrolment: Enrolment, *, by: User, reason: str, keep_answers: bool) -> Withdrawal:
    """Withdraw somebody. Withdrawing again changes nothing."""
    require_reason(reason)
    enrolment.study.take_turn()
    keep_an_owner(enrolment)
    if not keep_answers:
        _leave_frozen_answers_alone(enrolment)
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
            particulars={
                "role": enrolment.role,
                "keep_answers": keep_answers,
                "place_given_up": enrolment.person is None,
            },
            reason=reason,
        )
        if enrolment.person is None:
            # Whoever never came has seen nothing, so that somebody else may read at their place.
            enrolment.place, enrolment.pseudonym, enrolment.arm = None, "", ""
            enrolment.save(update_fields=["place", "pseudonym", "arm"])
    return withdrawal


@transaction.atomic
def replace_reader(enrolment: Enrolment, email: str, *, by: User, reason: str, keep_answers: bool) -> Invited:
    """Withdraw a reader and invite another to the next free place of their arm, both or neither.

    Somebody who never came has seen nothing: their place passes on, and nobody is withdrawn.
    """
    if enrolment.person is None and not hasattr(enrolment, "withdrawal"):
        return readdress(enrolment, email, by=by, reason=reason)
    arm = enrolment.arm
    withdraw(enrolment, by=by, reason=reason, keep_answers=keep_answers)
    return invite_reader(enrolment.study, email, by=by, arm=arm)


def _leave_frozen_answers_alone(enrolment: Enrolment) -> None:
    """Whose answers count is settled with the freeze, before anybody knows what they say."""
    has_read = enrolment.role == Role.READER and enrolment.person is not None
    if has_read and enrolment.study.is_frozen and not hasattr(enrolment, "withdrawal"):
        raise StudyIsFrozen(
            "The data are frozen: whose answers count can no longer change. Withdraw them with their answers."
        )


def keep_an_owner(enrolment: Enrolment) -> None:
    """Refuse to let the last owner go: somebody has to unblind the study."""
    owners = Enrolment.objects.filter(study=enrolment.study_id, role=Role.OWNER).current().accepted()
    if enrolment.role == Role.OWNER and not owners.exclude(pk=enrolment.pk).exists():
        raise LastOwner
