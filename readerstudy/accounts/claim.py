"""Accept an invitation: the person gets an account, or the account they have gets the invitation."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from readerstudy.accounts.errors import (
    InvitationClaimed,
    InvitationExpired,
    InvitationIsForSomebodyElse,
    InvitationRevoked,
    InvitationUnknown,
)
from readerstudy.accounts.gate import require_passage
from readerstudy.accounts.models import Invitation, InvitationClaim, User, digest_of
from readerstudy.accounts.witness import tell


def find(token: str) -> Invitation:
    """The invitation of a token, whatever its state."""
    try:
        return Invitation.objects.select_related("created_by", "claim", "revocation").get(
            digest=digest_of(token)
        )
    except Invitation.DoesNotExist:
        raise InvitationUnknown from None


def claimable(token: str, *, by: User | None = None) -> Invitation:
    """The invitation that `by` may claim, or has claimed; anything else is refused, with the reason."""
    invitation = find(token)
    _check(invitation, by)
    if by is not None and invitation.state == "open":
        require_passage(invitation, by)
    return invitation


@transaction.atomic
def claim(token: str, *, by: User | None = None, language: str = "") -> InvitationClaim:
    """Let the holder of a token in, once.

    A new address becomes a new account. An address that has one already is only accepted from that person,
    signed in (`by`): otherwise whoever makes invitations could walk into anybody's account by inviting it.
    The same person claiming again gets the same claim. `language` is the one in which the person accepted.
    """
    invitation = Invitation.objects.select_for_update().get(pk=find(token).pk)
    _check(invitation, by)
    if invitation.state == "claimed":
        return invitation.claim
    person = by or _new_account(invitation, language or invitation.language)
    require_passage(invitation, person)
    accepted = InvitationClaim.objects.create(invitation=invitation, by=person, at=timezone.now())
    tell("invitation accepted", by=person, on=invitation)
    return accepted


def _new_account(invitation: Invitation, language: str) -> User:
    try:
        return User.objects.create_user(invitation.email, name=invitation.name, language=language)
    except IntegrityError as error:
        # Somebody else has invited the same address, and that invitation is being accepted at this moment.
        raise InvitationIsForSomebodyElse from error


REFUSALS = {"claimed": InvitationClaimed, "revoked": InvitationRevoked, "expired": InvitationExpired}


def _check(invitation: Invitation, by: User | None) -> None:
    state = invitation.state
    if state == "claimed" and invitation.claim.by == by:
        return
    if state in REFUSALS:
        raise REFUSALS[state]
    if by is not None and by.email != invitation.email:
        sentence = _(
            "This invitation is for {invited}, and you are signed in as {email}. "
            "Sign out, then open the link again."
        )
        raise InvitationIsForSomebodyElse(sentence.format(invited=invitation.email, email=by.email))
    if by is None and User.objects.filter(email=invitation.email).exists():
        raise InvitationIsForSomebodyElse
