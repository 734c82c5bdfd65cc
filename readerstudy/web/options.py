"""Define a request once: a serializer, whose fields, limits and defaults pages, APIs and commands share."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from rest_framework import fields

from readerstudy.errors import ReaderstudyError
from readerstudy.web.error_responses import first_problem
from readerstudy.web.shapes import Shape

LARGEST_SEED = 2**31 - 1


class StatedReason(Shape):
    """The base of requests that need a reason."""

    reason = fields.CharField(
        max_length=2000,
        help_text="Why; recorded in the log.",
        error_messages=dict.fromkeys(
            ("required", "blank", "null"), "A reason is needed. It is recorded in the log."
        ),
    )


class RequestRefused(ReaderstudyError, code="malformed", status=400):
    """The request does not have the fields, or the values, that are allowed."""


def checked(shape: type[Shape], given: Any) -> dict[str, Any]:
    """Return the values of a request with its defaults, or refuse it with its first problem."""
    sent = shape(data=given)
    if not sent.is_valid():
        raise RequestRefused(first_problem(sent.errors))
    values: dict[str, Any] = sent.validated_data
    return values


def posted(shape: type[Shape], data: QueryDict, **more: Any) -> dict[str, Any]:
    """Return what a page's form asks for; `more` are values that the page writes in its own way.

    A field left empty has its default. A box that is not ticked is not sent at all, and means no.
    """
    return checked(shape, _sent(shape(), data) | more)


def _sent(shape: Shape, data: Any) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, field in shape.fields.items():
        if isinstance(field, fields.BooleanField):
            given[name] = data.get(name, "") not in ("", "0", "false")
        elif isinstance(field, fields.ListField):
            given |= {name: data.getlist(name)} if name in data else {}
        elif data.get(name, "") != "":
            given[name] = data[name]
    return given


def typed(shape: type[Shape], options: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return what a command line asks for; an option that was not given has its default."""
    names = shape().fields
    given = {name: value for name, value in options.items() if name in names and value is not None}
    try:
        return checked(shape, given | more)
    except RequestRefused as error:
        name, _, sentence = str(error).partition(": ")
        raise RequestRefused(f"--{name.replace('_', '-')}: {sentence}") from None


def takes(parser: ArgumentParser, shape: type[Shape], *but: str) -> None:
    """Add an option for each field of a request, `but` those that the command writes in its own way."""
    for name, field in shape().fields.items():
        if name not in but:
            _add(parser, f"--{name.replace('_', '-')}", field)


def _add(parser: ArgumentParser, option: str, field: fields.Field[Any, Any, Any, Any]) -> None:
    said = str(field.help_text or field.label or "").replace("%", "%%")
    if isinstance(field, fields.BooleanField):
        parser.add_argument(option, action="store_true", default=None, help=said)
        return
    default = "" if field.default in (fields.empty, None, "") else f" (default: {field.default})"
    choices = list(field.choices) if isinstance(field, fields.ChoiceField) else None
    parser.add_argument(option, required=field.required, choices=choices, help=said + default)


class RequestForm(forms.Form):
    """A form whose answers are those of its serializer: the same limits, defaults and sentences.

    `more` are values of fields that the page draws itself.
    """

    shape: type[Shape]
    more: Mapping[str, Any] = {}

    def clean(self) -> dict[str, Any]:
        sent = self.shape(data={**_sent(self.shape(), self.data), **self.more})
        if not sent.is_valid():
            for name, problems in sent.errors.items():
                self.add_error(name if name in self.fields else None, [str(one) for one in problems])
            return self.cleaned_data
        return dict(sent.validated_data)


def form_for(shape: type[Shape], *but: str) -> type[RequestForm]:
    """Return a form with a control for each field of a request, `but` those that the page draws itself."""
    controls = {name: _control(field) for name, field in shape().fields.items() if name not in but}
    return type(f"{shape.__name__}Form", (RequestForm,), {"shape": shape, **controls})


def _control(field: fields.Field[Any, Any, Any, Any]) -> forms.Field:
    label, said = str(field.label or ""), str(field.help_text or "")
    initial = None if field.default in (fields.empty, "") else field.default
    widget: forms.Widget = forms.TextInput()
    if isinstance(field, fields.ChoiceField):
        widget = forms.Select(choices=list(field.choices.items()))
    elif isinstance(field, fields.BooleanField):
        widget = forms.CheckboxInput()
    elif isinstance(field, fields.EmailField):
        widget = forms.EmailInput()
    elif isinstance(field, fields.IntegerField | fields.FloatField):
        step = 1 if isinstance(field, fields.IntegerField) else "any"
        widget = forms.NumberInput({"min": field.min_value, "max": field.max_value, "step": step})
    if field.required:
        widget.attrs["required"] = True
    longest = getattr(field, "max_length", None)
    if longest:
        widget.attrs["maxlength"] = longest
    return forms.Field(required=False, label=label, help_text=said, initial=initial, widget=widget)
