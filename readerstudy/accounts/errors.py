"""What can go wrong with people and their keys. Each docstring is the message, remedy included."""

from readerstudy.errors import ReaderstudyError


class AccountError(ReaderstudyError):
    """This account could not do that."""


class InvitationRefused(AccountError):
    """This invitation cannot be accepted. Ask the person who invited you for a new one."""


class InvitationUnknown(InvitationRefused):
    """This invitation link is not complete. Copy it whole from the message you got."""


class InvitationExpired(InvitationRefused):
    """This invitation has expired. Ask the person who invited you for a new one."""


class InvitationRevoked(InvitationRefused):
    """This invitation was withdrawn. Ask the person who invited you, should that surprise you."""


class InvitationClaimed(InvitationRefused):
    """This invitation has been accepted already. Sign in with your e-mail address instead."""


class InvitationIsForSomebodyElse(InvitationRefused):
    """This address has an account already. Sign in to it, then open the invitation again."""


class RevocationRefused(AccountError):
    """What was accepted cannot be revoked any more. Withdraw the person from the study instead."""


class UnknownScope(AccountError):
    """A token needs at least one scope, of those listed on the page of API tokens."""
