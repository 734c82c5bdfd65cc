"""Count failed passwords, so that nobody can guess them and nobody can lock somebody else out.

A browser that has signed in to the account before has a counter of its own (`devices`). All others share one
counter per network and account, and one per account. An attacker who exhausts those closes the account to
unknown browsers, not to its owner's, who is also mailed a link that makes another browser known.

An attempt is written and committed before the password is checked: guesses sent at the same time each see the
others.
"""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from readerstudy.accounts.devices import device_of
from readerstudy.accounts.models import SignInAttempt

PER_BROWSER = 5
PER_ACCOUNT = 50
PER_NETWORK = 500  # a hospital may share one address


@dataclass(frozen=True)
class Attempt:
    """One password to be checked. `account_closed`: to browsers that are not known."""

    allowed: bool
    account_closed: bool
    rows: tuple[SignInAttempt, ...]

    def forget(self) -> None:
        """Count it no longer: the password was right."""
        SignInAttempt.objects.filter(pk__in=[row.pk for row in self.rows]).delete()


def begin(request: HttpRequest, email: str) -> Attempt:
    """Count an attempt to sign in; refused attempts do not make the wait longer."""
    now = timezone.now()
    since = now - timedelta(minutes=settings.LOCKOUT_MINUTES)
    SignInAttempt.objects.filter(at__lte=since).delete()
    limits = dict(_limits(request, email))
    rows = SignInAttempt.objects.bulk_create(SignInAttempt(scope=scope, at=now) for scope in limits)
    counted = {row.scope: SignInAttempt.objects.filter(scope=row.scope).count() for row in rows}
    over = [scope for scope, most in limits.items() if counted[scope] > most]
    attempt = Attempt(allowed=not over, account_closed=_account(email) in over, rows=tuple(rows))
    if over:
        attempt.forget()
    return attempt


def forget_account(email: str) -> None:
    """Open an account to browsers that are not known: its owner has chosen a new password."""
    SignInAttempt.objects.filter(scope=_account(email)).delete()


def _limits(request: HttpRequest, email: str) -> Iterator[tuple[str, int]]:
    network = _network(get_adapter().get_client_ip(request))
    yield _scope("network", network), PER_NETWORK
    device = device_of(request, email)
    if device is not None:
        yield _scope("device", device), PER_BROWSER
    else:
        yield _scope("network and account", network, email), PER_BROWSER
        yield _account(email), PER_ACCOUNT


def _account(email: str) -> str:
    return _scope("account", email)


def _scope(kind: str, *parts: str) -> str:
    """Return the name of a counter, which does not tell what was typed: people type passwords there."""
    return salted_hmac(f"readerstudy.attempts.{kind}", "\n".join(parts), algorithm="sha256").hexdigest()


def _network(address: str) -> str:
    """Return the network that one person can hold: a whole /64 of IPv6."""
    try:
        version = ipaddress.ip_address(address).version
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{address}/{64 if version == 6 else 32}", strict=False))
