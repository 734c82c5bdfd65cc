"""Who has to prove more than a password. Accounts know no studies: rooms above say who, by `require_of`."""

from collections.abc import Callable
from typing import Any

from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings

from readerstudy.accounts.models import User
from readerstudy.accounts.witness import tell

Rule = Callable[[User], bool]
_rules: list[Rule] = []


def require_of(rule: Rule) -> Rule:
    """Ask a second factor of everybody for whom the rule holds."""
    if rule not in _rules:
        _rules.append(rule)
    return rule


def needs_second_factor(user: User) -> bool:
    return settings.REQUIRE_SECOND_FACTOR and any(rule(user) for rule in _rules)


def lacks_second_factor(user: User) -> bool:
    """Needed, and not set up yet. Once set up, sign-in asks for it by itself."""
    return needs_second_factor(user) and not is_mfa_enabled(user)


def record_changes() -> None:
    """Have the log hear of every second factor that is added, removed or made anew."""
    for signal, verb in (
        (signals.authenticator_added, "second factor added"),
        (signals.authenticator_removed, "second factor removed"),
        (signals.authenticator_reset, "second factor renewed"),
    ):
        signal.connect(_recorder(verb), weak=False, dispatch_uid=verb)


def _recorder(verb: str) -> Callable[..., None]:
    def record(*, user: User, authenticator: Authenticator, **_: Any) -> None:
        tell(verb, by=user, on=user, particulars={"type": str(authenticator.type)})

    return record
