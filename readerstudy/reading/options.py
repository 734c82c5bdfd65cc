"""What a reader's browser may send. Whether an answer fits its question is not decided here."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from readerstudy.reading.answer import MOST_REASONS, Answer, Said, Spot
from readerstudy.reading.models.concern import Wrong
from readerstudy.reading.models.response import Call, Verdict
from readerstudy.reading.note_activity import Happening
from readerstudy.reading.respond import Timing

LONGEST_MS = 2**31 - 1
SMALL = 32_767
MOST_EVENTS = 1_000
LATEST_MS = 2**53
MOST_ITEMS = 3_000
MOST_VALUES = 500
MOST_OTHER = 2_000
LONGEST_TEXT = 20_000
#: How many digits a chart of the display check has.
DIGITS = 4
#: Why somebody cannot do the display check.
CANNOT = ["eyesight", "aid", "other"]


class ReasonIn(serializers.Serializer[Any]):
    slot = serializers.CharField(max_length=1)
    tag = serializers.CharField(max_length=60, allow_blank=True, allow_null=True, required=False)
    x = serializers.FloatField(allow_null=True, required=False)
    y = serializers.FloatField(allow_null=True, required=False)


class PointIn(serializers.Serializer[Any]):
    x = serializers.FloatField()
    y = serializers.FloatField()
    frame = serializers.IntegerField(min_value=0, max_value=LONGEST_MS, allow_null=True, required=False)
    confidence = serializers.IntegerField(min_value=0, max_value=SMALL, allow_null=True, required=False)


@extend_schema_field(OpenApiTypes.ANY)
class ValueField(serializers.Field[Any, Any, Any, Any]):
    """A number, a text, or a list of texts; which of them is for the item to say."""

    default_error_messages = {"invalid": _("Send a number, a text or a list of texts.")}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, list):
            known = len(data) <= MOST_VALUES and all(self._is_text(one) for one in data)
        else:
            known = self._is_text(data) or (type(data) in (int, float) and abs(data) <= LATEST_MS)
        if not known:
            self.fail("invalid")
        return data

    def to_representation(self, value: Any) -> Any:
        return value

    @staticmethod
    def _is_text(data: Any) -> bool:
        return isinstance(data, str) and len(data) <= LONGEST_TEXT


class SaidIn(serializers.Serializer[Any]):
    item = serializers.CharField(max_length=80)
    slot = serializers.CharField(max_length=1, allow_null=True, required=False)
    value = ValueField(allow_null=True, required=False)
    other = serializers.CharField(max_length=MOST_OTHER, allow_blank=True, allow_null=True, required=False)
    confidence = serializers.IntegerField(min_value=0, max_value=SMALL, allow_null=True, required=False)
    points = serializers.ListField(child=PointIn(), max_length=MOST_VALUES, allow_null=True, required=False)
    missing = serializers.CharField(max_length=4, allow_null=True, required=False)


class AnswerIn(serializers.Serializer[Any]):
    pick = serializers.CharField(max_length=1, allow_null=True, required=False)
    ratings = serializers.DictField(
        child=serializers.IntegerField(min_value=-SMALL, max_value=SMALL), allow_null=True, required=False
    )
    call = serializers.ChoiceField(Call.choices, allow_null=True, required=False)
    confidence = serializers.IntegerField(min_value=0, max_value=SMALL, allow_null=True, required=False)
    verdict = serializers.ChoiceField(Verdict.choices, allow_null=True, required=False)
    observed = serializers.DictField(
        child=serializers.CharField(max_length=200), allow_null=True, required=False
    )
    reasons = serializers.ListField(
        child=ReasonIn(), max_length=MOST_REASONS, allow_null=True, required=False
    )
    items = serializers.ListField(child=SaidIn(), max_length=MOST_ITEMS, allow_null=True, required=False)


def answer_from(given: dict[str, Any]) -> Answer:
    return Answer(
        pick=given.get("pick"),
        ratings=given.get("ratings") or {},
        call=given.get("call"),
        confidence=given.get("confidence"),
        verdict=given.get("verdict"),
        observed=given.get("observed") or {},
        reasons=tuple(
            Spot(slot=reason["slot"], tag=reason.get("tag") or "", x=reason.get("x"), y=reason.get("y"))
            for reason in given.get("reasons") or ()
        ),
        items=tuple(Said.from_dict(said) for said in given.get("items") or ()),
    )


class TimingIn(serializers.Serializer[Any]):
    """Milliseconds by the browser's clock. More than is named here is kept as it came."""

    response_ms = serializers.IntegerField(min_value=0, max_value=LONGEST_MS, allow_null=True, required=False)
    active_ms = serializers.IntegerField(min_value=0, max_value=LONGEST_MS, allow_null=True, required=False)
    shown_at = serializers.CharField(max_length=40, allow_null=True, required=False)
    shown_ms = serializers.FloatField(min_value=0, max_value=LATEST_MS, allow_null=True, required=False)
    exposure_ms = serializers.FloatField(min_value=0, max_value=LATEST_MS, allow_null=True, required=False)
    first_paint_ms = serializers.FloatField(allow_null=True, required=False)
    first_input_ms = serializers.FloatField(allow_null=True, required=False)
    hidden_ms = serializers.FloatField(allow_null=True, required=False)
    paused_ms = serializers.FloatField(allow_null=True, required=False)
    events = serializers.ListField(
        child=serializers.DictField(), max_length=MOST_EVENTS, allow_null=True, required=False
    )
    clock = serializers.DictField(allow_null=True, required=False)


class ResponseIn(serializers.Serializer[Any]):
    client_uuid = serializers.UUIDField()
    answer = AnswerIn()
    timing = TimingIn(required=False, allow_null=True)


def timing_from(given: Mapping[str, Any]) -> Timing:
    rest = dict(given)
    return Timing(
        response_ms=rest.pop("response_ms", None), active_ms=rest.pop("active_ms", None), particulars=rest
    )


class DraftIn(serializers.Serializer[Any]):
    draft = serializers.DictField()
    client_ms = serializers.IntegerField(min_value=0, max_value=LATEST_MS, required=False)


class SittingIn(serializers.Serializer[Any]):
    sitting = serializers.UUIDField()
    take_over = serializers.BooleanField(default=False)
    screen = serializers.DictField(required=False)


class KeysIn(serializers.Serializer[Any]):
    """`keys`: the chosen key by the standard key of each tool; a tool that is not named keeps its own."""

    keys = serializers.DictField(child=serializers.CharField(max_length=4, trim_whitespace=False))


class ConcernIn(serializers.Serializer[Any]):
    client_uuid = serializers.UUIDField()
    kind = serializers.ChoiceField(Wrong.choices)
    slot = serializers.CharField(max_length=1, allow_blank=True, default="", source="letter")
    text = serializers.CharField(max_length=MOST_OTHER, allow_blank=True, default="")


class HandInIn(serializers.Serializer[Any]):
    section = serializers.CharField(max_length=80)


class EventIn(serializers.Serializer[Any]):
    kind = serializers.CharField(max_length=30)
    t_ms = serializers.FloatField(min_value=0, max_value=LATEST_MS, required=False, default=0)

    def to_internal_value(self, data: Any) -> Any:
        checked = super().to_internal_value(data)
        rest = {name: value for name, value in data.items() if name not in ("kind", "t_ms")}
        return Happening(kind=checked["kind"], client_ms=round(checked["t_ms"]), particulars=rest)


class EventsIn(serializers.Serializer[Any]):
    sitting = serializers.UUIDField()
    events = serializers.ListField(child=EventIn(), max_length=MOST_EVENTS)


class DigitsField(serializers.ListField):
    """The digits read on one chart, in order; an empty text where none was."""

    def __init__(self) -> None:
        child = serializers.CharField(max_length=1, allow_blank=True)
        super().__init__(child=child, min_length=DIGITS, max_length=DIGITS, required=False)


class DisplayIn(serializers.Serializer[Any]):
    """What the display check measured, and the hidden digits that the reader saw.

    Who cannot do the check says why in `cannot`; then no digits are needed.
    """

    screen_width = serializers.IntegerField(min_value=0, max_value=100_000)
    screen_height = serializers.IntegerField(min_value=0, max_value=100_000)
    viewport_width = serializers.IntegerField(min_value=0, max_value=100_000)
    viewport_height = serializers.IntegerField(min_value=0, max_value=100_000)
    pixel_ratio = serializers.FloatField(min_value=0.1, max_value=20)
    attempt = serializers.CharField(max_length=200, required=False)
    dark = DigitsField()
    grey = DigitsField()
    bright = DigitsField()
    ambient_light = serializers.ChoiceField(["dark", "dim", "bright"], required=False)
    cannot = serializers.ChoiceField(CANNOT, required=False, allow_blank=True)
    gamma = serializers.FloatField(min_value=0.3, max_value=10, required=False, allow_null=True)
    mm_per_px = serializers.FloatField(min_value=0.01, max_value=5, required=False, allow_null=True)
    distance_mm = serializers.FloatField(min_value=50, max_value=5000, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        asked = () if attrs.get("cannot") else ("attempt", "dark", "grey", "bright", "ambient_light")
        if missing := [name for name in asked if name not in attrs]:
            raise serializers.ValidationError({name: [_("This field is required.")] for name in missing})
        return {name: value for name, value in attrs.items() if value not in (None, "")}
