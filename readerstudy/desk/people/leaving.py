"""Withdraw somebody before the unblinding."""

from readerstudy.accounts.models import User
from readerstudy.desk.shell.errors import DeskError
from readerstudy.studies.models import Enrolment, Role, Withdrawal
from readerstudy.studies.withdraw import withdraw
from readerstudy.truth.unblind import is_unblinded


class ReadingIsOver(DeskError, code="reading_is_over"):
    """The study is unblinded: nobody reads any more, and the freeze has settled whose answers count."""


def withdraw_person(enrolment: Enrolment, *, by: User, reason: str, keep_answers: bool) -> Withdrawal:
    """Withdraw a person. A reader of an unblinded study has nothing left to leave."""
    is_reader = enrolment.role == Role.READER and not hasattr(enrolment, "withdrawal")
    if is_reader and is_unblinded(enrolment.study):
        raise ReadingIsOver
    return withdraw(enrolment, by=by, reason=reason, keep_answers=keep_answers)
