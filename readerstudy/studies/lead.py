"""Give and withdraw the right to create studies."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from readerstudy.accounts.invite import invite, link_for
from readerstudy.accounts.models import OPERATOR, Invitation, User
from readerstudy.audit.record import record
from readerstudy.studies.errors import NotALeader, require_reason
from readerstudy.studies.models import Leadership, LeadershipWithdrawal

STREAM = "accounts"


def may_create_studies(user: User | AnonymousUser) -> bool:
    """Whether somebody may create studies. Whoever has a shell on the server always may."""
    if not isinstance(user, User):
        return False
    if settings.EVERYONE_CREATES_STUDIES or user.email == OPERATOR:
        return True
    return Leadership.objects.of(user).current().exists()


def require_leader(user: User) -> None:
    if not may_create_studies(user):
        raise NotALeader


@transaction.atomic
def make_leader(user: User, *, by: User) -> Leadership:
    """Let a person with an account create studies. Doing it again changes nothing."""
    require_leader(by)
    User.objects.select_for_update().get(pk=user.pk)
    current = Leadership.objects.of(user).current().first()
    return current or _give(Leadership(user=user, by=by))


@transaction.atomic
def make_invited_leader(invitation: Invitation, *, by: User) -> Leadership:
    require_leader(by)
    return _give(Leadership(invitation=invitation, by=by))


@transaction.atomic
def invite_leader(email: str, *, by: User, name: str = "") -> str:
    """Let a leader in. Returns a personal link, or the address to sign in at if there is an account."""
    user = User.objects.filter(email=email.lower()).first()
    if user is not None:
        make_leader(user, by=by)
        return f"{settings.SITE_URL}/"
    invitation, token = invite(email, by=by, name=name)
    make_invited_leader(invitation, by=by)
    return link_for(token)


@transaction.atomic
def withdraw_leader(user: User, *, by: User, reason: str) -> int:
    """Take the right back, however often it was given. Returns how many times that was."""
    require_reason(reason)
    given = list(Leadership.objects.select_for_update(of=("self",)).of(user).current())
    for leadership in given:
        LeadershipWithdrawal.objects.create(leadership=leadership, by=by, reason=reason)
        record(STREAM, "leadership withdrawn", by=by, on=leadership, reason=reason)
    return len(given)


def _give(leadership: Leadership) -> Leadership:
    leadership.save()
    record(STREAM, "leadership given", by=leadership.by, on=leadership)
    return leadership
