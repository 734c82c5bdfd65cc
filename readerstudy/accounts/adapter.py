"""What django-allauth asks of us: nobody signs up, every sign-in is recorded, secrets are encrypted."""

import base64
import hashlib
from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from readerstudy.accounts.models import User
from readerstudy.accounts.sessions import signed_in_for_s
from readerstudy.accounts.witness import tell


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed. Ask the leader of your study to open it again."),
        "email_password_mismatch": _(
            "This email address and password do not match. You can also have a code mailed to you."
        ),
        "enter_current_password": _("This is not your current password."),
        "incorrect_code": _("This code is wrong or too old. Check it, or ask for a new one."),
        "incorrect_password": _("This is not your password."),
        "invalid_password_reset": _("This link was used already or is too old. Ask for a new one."),
        "too_many_login_attempts": format_lazy(
            _("Too many failed attempts. Wait {minutes} minutes, then try again."),
            minutes=settings.LOCKOUT_MINUTES,
        ),
        "rate_limited": _("Too many attempts. Wait a few minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link to mail, on our own address whatever host the request named."""
        parts = {"uidb36": "UID", "key": "KEY"}
        path = reverse("account_reset_password_from_key", kwargs=parts)
        return settings.SITE_URL + path.replace("UID-KEY", quote(key))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        super().send_mail(template_prefix, email, {**context, "site_url": settings.SITE_URL})

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return settings.LOGIN_REDIRECT_URL

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        tell("signed in", by=user, on=user)

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            tell("signed out", by=request.user, on=request.user)
        super().logout(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        if app == "allauth.account" and not self.get_reauthentication_methods(self.request.user):
            # Choosing a first password: there is nothing to confirm with yet but a recent sign-in.
            return signed_in_for_s(self.request) > settings.FIRST_PASSWORD_MINUTES * 60
        required: bool = super().is_reauthentication_required(app=app, **kwargs)
        return required

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        # What was typed for an unknown address is not kept: people type passwords there.
        user = User.objects.filter(email=str(credentials.get("email", "")).lower()).first()
        if user is not None:
            tell("sign-in refused", by=None, on=user)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the secrets of authenticator apps unreadable to whoever sees the database alone."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_generate_recovery_codes": _("Set up an authenticator app or a passkey first."),
        "incorrect_code": _("This code is wrong or was used already. Check it, or wait for the next one."),
    }

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Passkey {number}").format(number=number)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": settings.MFA_TOTP_ISSUER}

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(secret)) for secret in keys])


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"readerstudy.second-factor:" + secret.encode()).digest())
