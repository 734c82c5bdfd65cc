"""What people fill in about their own account."""

from datetime import timedelta

from django import forms

from readerstudy.accounts.models import Scope

DAYS = {7: "a week", 30: "a month", 90: "three months", 365: "a year"}


class ApiTokenForm(forms.Form):
    name = forms.CharField(
        max_length=80, label="Name", help_text="What will use it, such as “figures notebook”."
    )
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices, widget=forms.CheckboxSelectMultiple, label="It may"
    )
    days = forms.TypedChoiceField(choices=list(DAYS.items()), coerce=int, initial=30, label="It works for")

    @property
    def valid_for(self) -> timedelta:
        return timedelta(days=self.cleaned_data["days"])
