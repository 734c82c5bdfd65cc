"""Have the log hear of every new password, second factor and identity, which django-allauth keeps."""

from collections.abc import Callable
from typing import Any

from allauth.account import signals as passwords
from allauth.mfa import signals as second_factors
from allauth.socialaccount.signals import social_account_added

from readerstudy.accounts.attempts import forget_account
from readerstudy.accounts.witness import tell

VERBS = {
    "password set": passwords.password_set,
    "password changed": passwords.password_changed,
    "password reset": passwords.password_reset,
    "second factor added": second_factors.authenticator_added,
    "second factor removed": second_factors.authenticator_removed,
    "second factor renewed": second_factors.authenticator_reset,
    "hospital sign-in connected": social_account_added,
}


def record_changes() -> None:
    for verb, signal in VERBS.items():
        signal.connect(_recorder(verb), weak=False, dispatch_uid=verb)


def _recorder(verb: str) -> Callable[..., None]:
    def record(**said: Any) -> None:
        user = said["sociallogin"].user if "sociallogin" in said else said["user"]
        factor = {"type": str(said["authenticator"].type)} if "authenticator" in said else None
        tell(verb, by=user, on=user, particulars=factor)
        if verb == "password reset":  # through the mailed link, which opens the account again
            forget_account(user.email)

    return record
