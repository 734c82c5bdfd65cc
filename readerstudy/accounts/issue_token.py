"""Issue an API token: a key for a person's programs."""

import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from readerstudy.accounts.errors import UnknownScope
from readerstudy.accounts.models import ApiToken, Scope, User, digest_of
from readerstudy.accounts.witness import tell

PREFIX = "rst_"  # by which scanners of leaked secrets recognise one
SHOWN = 12


@transaction.atomic
def issue_token(
    name: str, *, by: User, scopes: Iterable[str], valid_for: timedelta = timedelta(days=30)
) -> tuple[ApiToken, str]:
    """A token and its key. The key is shown to the person once and kept nowhere."""
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= set(Scope.values):
        raise UnknownScope(f"A token needs at least one of these scopes: {', '.join(Scope.values)}.")
    key = PREFIX + secrets.token_urlsafe(32)
    now = timezone.now()
    token = ApiToken.objects.create(
        user=by,
        name=name,
        prefix=key[:SHOWN],
        digest=digest_of(key),
        scopes=wanted,
        created_at=now,
        expires_at=now + valid_for,
    )
    tell("API token issued", by=by, on=token, particulars={"name": name, "scopes": wanted})
    return token, key
