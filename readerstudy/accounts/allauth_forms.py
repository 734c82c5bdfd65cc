"""The forms of django-allauth, with our labels."""

from functools import partial
from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.core import context, ratelimit
from allauth.mfa.webauthn import forms as webauthn
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from readerstudy.accounts.letters import after_the_answer
from readerstudy.accounts.models import User

_REPEAT = _("Repeat the password")


class _Labelled:
    """`labels` are ours, by field, in place of django-allauth's and its placeholders."""

    labels: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in self.labels.items():
            field = self.fields[name]  # type: ignore[attr-defined]
            field.label = label
            field.widget.attrs.pop("placeholder", None)


class _TwicePassword(_Labelled):
    """Compares the two fields in our words, in place of django-allauth's."""

    def clean(self) -> Any:
        cleaned = super(account.PasswordVerificationMixin, self).clean()  # type: ignore[misc]
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords differ. Type them again."))  # type: ignore[attr-defined]
        return cleaned


class ChangePasswordForm(_TwicePassword, account.ChangePasswordForm):  # type: ignore[misc]
    labels = {"oldpassword": _("Current password"), "password1": _("New password"), "password2": _REPEAT}


class SetPasswordForm(_TwicePassword, account.SetPasswordForm):  # type: ignore[misc]
    labels = {"password1": _("Password"), "password2": _REPEAT}


class ResetPasswordForm(_TwicePassword, account.ResetPasswordKeyForm):  # type: ignore[misc]
    labels = {"password1": _("New password"), "password2": _REPEAT}


class AskForResetForm(account.ResetPasswordForm):  # type: ignore[misc]
    """Asks for a link to choose a new password. The page is answered before anybody is looked up."""

    def clean_email(self) -> str:
        email: str = get_adapter().clean_email(self.cleaned_data["email"].lower())
        return email

    def save(self, request: HttpRequest, **named: Any) -> str:
        email: str = self.cleaned_data["email"]
        after_the_answer(partial(self._mail_link, email, request, named))
        return email

    def _mail_link(self, email: str, request: HttpRequest, named: dict[str, Any]) -> None:
        self.users = [User.objects.sought(email, is_active=True)]
        super().save(request, **named)


class AskForCodeForm(account.RequestLoginCodeForm):  # type: ignore[misc]
    """Asks for a code to sign in with. For an address that nobody has, an account that is closed gets it."""

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if not ratelimit.consume(context.request, action="request_login_code", key=email.lower()):
            raise get_adapter().validation_error("too_many_login_attempts")
        self._user = User.objects.sought(email, is_active=True)
        return email


class AddPasskeyForm(_Labelled, webauthn.AddWebAuthnForm):  # type: ignore[misc]
    labels = {"name": _("Name"), "passwordless": _("Sign in with this passkey alone")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].help_text = _(
            "You are not asked for a password then. The device checks your fingerprint, face or PIN."
        )
