"""What a reader's browser may send. Whether an answer fits its question is not decided here."""

from typing import Any

from rest_framework import serializers

from readerstudy.reading.answer import MOST_REASONS, Answer, Spot
from readerstudy.reading.models.response import Call, Verdict
from readerstudy.reading.note_activity import Happening
from readerstudy.reading.respond import Timing

LONGEST_MS = 2**31 - 1
SMALL = 32_767
MOST_EVENTS = 1_000
LATEST_MS = 2**53


class ReasonIn(serializers.Serializer[Any]):
    slot = serializers.CharField(max_length=1)
    tag = serializers.CharField(max_length=60, allow_blank=True, allow_null=True, required=False)
    x = serializers.FloatField(allow_null=True, required=False)
    y = serializers.FloatField(allow_null=True, required=False)


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
    )


class TimingIn(serializers.Serializer[Any]):
    """Milliseconds by the browser's clock. More than is named here is kept as it came."""

    response_ms = serializers.IntegerField(min_value=0, max_value=LONGEST_MS, allow_null=True, required=False)
    active_ms = serializers.IntegerField(min_value=0, max_value=LONGEST_MS, allow_null=True, required=False)
    shown_at = serializers.CharField(max_length=40, allow_null=True, required=False)
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

    def given_answer(self) -> Answer:
        return answer_from(self.validated_data["answer"])

    def given_timing(self) -> Timing:
        given = dict(self.validated_data.get("timing") or {})
        return Timing(
            response_ms=given.pop("response_ms", None),
            active_ms=given.pop("active_ms", None),
            particulars=given,
        )


class DraftIn(serializers.Serializer[Any]):
    draft = serializers.DictField()
    client_ms = serializers.IntegerField(min_value=0, max_value=LATEST_MS, required=False)


class SittingIn(serializers.Serializer[Any]):
    sitting = serializers.UUIDField()
    take_over = serializers.BooleanField(default=False)
    screen = serializers.DictField(required=False)


class HandInIn(serializers.Serializer[Any]):
    section = serializers.CharField(max_length=80)


class EventIn(serializers.Serializer[Any]):
    kind = serializers.CharField(max_length=30)
    t_ms = serializers.FloatField(min_value=0, max_value=LATEST_MS, required=False, default=0)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        checked = super().to_internal_value(data)
        rest = {name: value for name, value in data.items() if name not in ("kind", "t_ms")}
        return {**checked, "particulars": rest}


class EventsIn(serializers.Serializer[Any]):
    sitting = serializers.UUIDField()
    events = serializers.ListField(child=EventIn(), max_length=MOST_EVENTS)

    def happenings(self) -> list[Happening]:
        return [
            Happening(kind=event["kind"], client_ms=round(event["t_ms"]), particulars=event["particulars"])
            for event in self.validated_data["events"]
        ]


class DisplayIn(serializers.Serializer[Any]):
    """What the display check measured and what the reader saw of its grey steps."""

    screen_width = serializers.IntegerField(min_value=0, max_value=100_000)
    screen_height = serializers.IntegerField(min_value=0, max_value=100_000)
    viewport_width = serializers.IntegerField(min_value=0, max_value=100_000)
    viewport_height = serializers.IntegerField(min_value=0, max_value=100_000)
    pixel_ratio = serializers.FloatField(min_value=0.1, max_value=20)
    dark_steps_seen = serializers.IntegerField(min_value=0, max_value=100)
    dark_steps = serializers.IntegerField(min_value=1, max_value=100)
    bright_steps_seen = serializers.IntegerField(min_value=0, max_value=100)
    bright_steps = serializers.IntegerField(min_value=1, max_value=100)
    ambient_light = serializers.ChoiceField(["dark", "dim", "bright"])
