"""What django-allauth asks of us: nobody signs up, every sign-in is recorded, secrets are encrypted."""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest

from readerstudy.accounts.models import User
from readerstudy.accounts.witness import tell


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "This e-mail address and this password do not belong together. "
        "You can also have a code mailed to you.",
        "too_many_login_attempts": f"Too many failed attempts. Wait {settings.LOCKOUT_MINUTES} minutes, "
        "then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return settings.LOGIN_REDIRECT_URL

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        tell("signed in", by=user, on=user)

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            tell("signed out", by=request.user, on=request.user)
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        # What was typed for an unknown address is not kept: people type passwords there.
        user = User.objects.filter(email=str(credentials.get("email", "")).lower()).first()
        if user is not None:
            tell("sign-in refused", by=None, on=user)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the secrets of authenticator apps unreadable to whoever sees the database alone."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(secret)) for secret in keys])


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"readerstudy.second-factor:" + secret.encode()).digest())
