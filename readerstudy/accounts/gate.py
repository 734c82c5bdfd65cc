"""Rooms above say here who may not accept an invitation; accounts know nothing of studies themselves.

A check raises an InvitationRefused with the reason. All checks run when an invitation is shown to somebody
signed in, and again in the transaction that accepts it.
"""

from typing import Protocol

from readerstudy.accounts.models import Invitation, User


class Check(Protocol):
    def __call__(self, invitation: Invitation, person: User) -> None: ...


_checks: list[Check] = []


def add(check: Check) -> None:
    if check not in _checks:
        _checks.append(check)


def require_passage(invitation: Invitation, person: User) -> None:
    for check in _checks:
        check(invitation, person)
