"""What follows when somebody sets, changes or resets a password."""

from collections.abc import Callable

from allauth.account import signals

from readerstudy.accounts.attempts import forget_account
from readerstudy.accounts.models import User
from readerstudy.accounts.witness import tell


def record_changes() -> None:
    """Have the log hear of every new password; one chosen through the mailed link opens the account again."""
    for signal, verb in (
        (signals.password_set, "password set"),
        (signals.password_changed, "password changed"),
        (signals.password_reset, "password reset"),
    ):
        signal.connect(_recorder(verb), weak=False, dispatch_uid=verb)


def _recorder(verb: str) -> Callable[..., None]:
    def record(*, user: User, **_: object) -> None:
        tell(verb, by=user, on=user)
        if verb == "password reset":
            forget_account(user.email)

    return record
