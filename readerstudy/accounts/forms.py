"""What people fill in about their own account."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from readerstudy.accounts.models import Scope, User

DAYS = {7: _("a week"), 30: _("a month"), 90: _("three months"), 365: _("a year")}


class ApiTokenForm(forms.Form):
    name = forms.CharField(
        max_length=80, label=_("Name"), help_text=_("What will use it, such as “figures notebook”.")
    )
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, scope.label) for scope in Scope.personal()],
        widget=forms.CheckboxSelectMultiple,
        label=_("Scopes"),
    )
    days = forms.TypedChoiceField(
        choices=list(DAYS.items()), coerce=int, initial=30, label=_("Expires after")
    )

    def __init__(self, data: Any = None, *, owner: User) -> None:
        super().__init__(data)
        self.owner = owner

    def clean_name(self) -> str:
        """One open token of a name: to load the page again, which sends the form again, makes no second."""
        name: str = self.cleaned_data["name"]
        if any(token.state == "open" for token in self.owner.api_tokens.filter(name=name)):
            raise forms.ValidationError(
                gettext("You have an open token of this name. Revoke it, or choose another name.")
            )
        return name

    @property
    def valid_for(self) -> timedelta:
        return timedelta(days=self.cleaned_data["days"])
