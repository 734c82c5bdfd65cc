"""Who has to prove more than a password. Accounts know no studies: rooms above say who, by `require_of`."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings

from readerstudy.accounts.models import User

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
