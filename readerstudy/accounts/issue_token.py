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
PROGRAM_KEY_VALID_FOR = timedelta(days=90)


@transaction.atomic
def issue_token(
    name: str, *, by: User, scopes: Iterable[str], valid_for: timedelta = timedelta(days=30)
) -> tuple[ApiToken, str]:
    """A token and its key. The key is shown to the person once and kept nowhere."""
    wanted = sorted(set(scopes))
    allowed = [scope.value for scope in Scope.personal()]
    if not wanted or not set(wanted) <= set(allowed):
        raise UnknownScope(f"A token needs at least one of these scopes: {', '.join(allowed)}.")
    return _issue(by, name, wanted, valid_for, by=by)


@transaction.atomic
def issue_program_token(program: User, *, name: str, by: User) -> str:
    """A key for the account of a program that reads; it opens the reading of its one study alone."""
    return _issue(program, name, [Scope.ANSWERS_WRITE.value], PROGRAM_KEY_VALID_FOR, by=by)[1]


def _issue(
    owner: User, name: str, scopes: list[str], valid_for: timedelta, *, by: User
) -> tuple[ApiToken, str]:
    key = PREFIX + secrets.token_urlsafe(32)
    now = timezone.now()
    token = ApiToken.objects.create(
        user=owner,
        name=name,
        prefix=key[:SHOWN],
        digest=digest_of(key),
        scopes=scopes,
        created_at=now,
        expires_at=now + valid_for,
    )
    tell("API token issued", by=by, on=token, particulars={"name": name, "scopes": scopes})
    return token, key
