"""The forms of django-allauth, with our labels."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.utils.translation import gettext_lazy as _

_REPEAT = _("Repeat the password")


class _TwicePassword:
    """Compares the two fields in our words, in place of django-allauth's."""

    def clean(self) -> Any:
        cleaned = super(account.PasswordVerificationMixin, self).clean()  # type: ignore[misc]
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords differ. Type them again."))  # type: ignore[attr-defined]
        return cleaned


class ChangePasswordForm(_TwicePassword, account.ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, oldpassword=_("Current password"), password1=_("New password"), password2=_REPEAT)


class SetPasswordForm(_TwicePassword, account.SetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, password1=_("Password"), password2=_REPEAT)


class ResetPasswordForm(_TwicePassword, account.ResetPasswordKeyForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, password1=_("New password"), password2=_REPEAT)


class AddPasskeyForm(webauthn.AddWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, name=_("Name"), passwordless=_("Sign in with this passkey alone"))
        self.fields["passwordless"].help_text = _(
            "You are not asked for a password then. The device checks your fingerprint, face or PIN."
        )


def _label(form: forms.Form, **labels: Any) -> None:
    for name, label in labels.items():
        form.fields[name].label = label
        form.fields[name].widget.attrs.pop("placeholder", None)
