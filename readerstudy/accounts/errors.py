from readerstudy.errors import ReaderstudyError


class AccountError(ReaderstudyError, code="account_error"):
    """This account could not do that."""


class InvitationRefused(AccountError, code="invitation_refused"):
    """This invitation cannot be accepted. Ask the person who invited you for a new one."""


class InvitationUnknown(InvitationRefused, code="invitation_unknown"):
    """This invitation link is incomplete. Copy the whole link from the email."""


class InvitationExpired(InvitationRefused, code="invitation_expired"):
    """This invitation has expired. Ask the person who invited you for a new one."""


class InvitationRevoked(InvitationRefused, code="invitation_revoked"):
    """This invitation was withdrawn. Ask the person who invited you if this is unexpected."""


class InvitationClaimed(InvitationRefused, code="invitation_claimed"):
    """This invitation has been accepted already. Sign in with your email address instead."""


class InvitationIsForSomebodyElse(InvitationRefused, code="invitation_is_for_somebody_else"):
    """This address has an account already. Sign in to it, then open the invitation again."""


class RevocationRefused(AccountError, code="revocation_refused"):
    """What was accepted cannot be revoked any more. Withdraw the person from the study instead."""


class UnknownScope(AccountError, code="unknown_scope"):
    """A token needs at least one scope, of those listed on the page of API tokens."""
