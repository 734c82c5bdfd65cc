"""What django-allauth asks of us: nobody signs up, every sign-in is recorded, secrets are encrypted."""

import base64
import hashlib
from functools import partial
from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from readerstudy.accounts import attempts
from readerstudy.accounts.devices import UNLOCK_S, remember, unlock_link
from readerstudy.accounts.language import speaking
from readerstudy.accounts.letters import add_page, after_the_answer, send
from readerstudy.accounts.models import User, digest_of
from readerstudy.accounts.sessions import signed_in_just_now
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
            _("Too many failed attempts. Wait {minutes} minutes, or sign in with a code that we mail you."),
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
        """Have a letter written and sent once the page is answered, in the language of whoever gets it."""
        context = {**context, "email": email, "site_url": settings.SITE_URL}
        after_the_answer(partial(self._post, template_prefix, email, context))

    def _post(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write a letter, and send it if somebody here has the address: both take the same work."""
        user = User.objects.sought(email, is_active=True)
        letter = self._letter(template_prefix, email, context, user.language or get_language() or "")
        if user.is_active:
            send(letter)

    def _letter(
        self, template_prefix: str, email: str, context: dict[str, Any], language: str
    ) -> EmailMultiAlternatives:
        with speaking(language):
            letter: EmailMultiAlternatives = self.render_mail(template_prefix, email, context)
            links = [context.get("password_reset_url", ""), context.get("link", "")]
            add_page(
                letter,
                title=str(letter.subject),
                link=next((link for link in links if link), ""),
                button=gettext("Open this page"),
                code=context.get("code", ""),
            )
        return letter

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return settings.LOGIN_REDIRECT_URL

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        tell("signed in", by=user, on=user)

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **how)
        return remember(request, response, user)

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            tell("signed out", by=request.user, on=request.user)
        super().logout(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        if app and not self.get_reauthentication_methods(self.request.user):
            # A first password, second factor or identity: there is nothing to confirm with but the sign-in.
            return not signed_in_just_now(self.request)
        required: bool = super().is_reauthentication_required(app=app, **kwargs)
        return required

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        email = str(credentials["email"]).lower()
        self.attempt = attempts.begin(request, email)
        if self.attempt.account_closed:
            after_the_answer(partial(self._mail_way_back, email))
        if not self.attempt.allowed:
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        user: User | None = super().authenticate(request, **credentials)
        if user is not None:
            self.attempt.forget()
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        # Written for unknown addresses too: the answer takes as long. What was typed is not kept, as people
        # type passwords there.
        user = User.objects.filter(email=str(credentials["email"]).lower()).first()
        tell("sign-in refused", by=None, on=user if user is not None else "an unknown address")

    def _mail_way_back(self, email: str) -> None:
        """Tell the owner of an account, once a day, that unknown browsers are kept out and how to get in."""
        user = User.objects.sought(email, is_active=True)
        first_today = cache.add(f"unlock-letter:{digest_of(email)}", 1, timeout=UNLOCK_S)
        if user.is_active and first_today:
            tell("account closed to unknown browsers", by=None, on=user)
            self.send_mail("account/email/unlock", email, {"link": unlock_link(user)})


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
