"""The shapes of what goes out, for the OpenAPI schema alone; state.py makes the values."""

from typing import Any

from rest_framework import serializers


class LabelOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    value = serializers.CharField()


class WindowOut(serializers.Serializer[Any]):
    center = serializers.FloatField()
    width = serializers.FloatField()


class ImageOut(serializers.Serializer[Any]):
    slot = serializers.CharField()
    url = serializers.CharField(help_text="Where the raw little-endian grey buffer is.")
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    bits = serializers.IntegerField()
    window = WindowOut()
    label = LabelOut(many=True, allow_null=True)  # type: ignore[assignment]  # a field, not the base's own


class ReasonOut(serializers.Serializer[Any]):
    slot = serializers.CharField()
    tag = serializers.CharField(allow_blank=True)
    x = serializers.FloatField(allow_null=True)
    y = serializers.FloatField(allow_null=True)


class AnswerOut(serializers.Serializer[Any]):
    pick = serializers.CharField(allow_null=True)
    ratings = serializers.DictField(child=serializers.IntegerField(), allow_null=True)
    call = serializers.CharField(allow_null=True)
    confidence = serializers.IntegerField(allow_null=True)
    verdict = serializers.CharField(allow_null=True)
    observed = serializers.DictField(child=serializers.CharField(), allow_null=True)
    reasons = ReasonOut(many=True)


class PresentationOut(serializers.Serializer[Any]):
    token = serializers.CharField()
    number = serializers.IntegerField()
    images = ImageOut(many=True)
    draft = serializers.DictField(allow_null=True)
    previous = AnswerOut(allow_null=True)
    back = serializers.CharField(allow_null=True, help_text="The presentation before, where one may go back.")


class ScaleOut(serializers.Serializer[Any]):
    points = serializers.ListField(child=serializers.IntegerField())
    labels = serializers.ListField(child=serializers.CharField())


class ReasonsOut(serializers.Serializer[Any]):
    tags = serializers.ListField(child=serializers.CharField())
    spot = serializers.BooleanField()


class SectionOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    task = serializers.ChoiceField(["pick_real", "call", "rate", "check_label"])
    index = serializers.IntegerField()
    answered = serializers.IntegerField()
    total = serializers.IntegerField()
    allow_back = serializers.BooleanField()
    rate = serializers.BooleanField()
    require_confidence = serializers.IntegerField(help_text="The number of steps, or 0 for none.")
    scale = ScaleOut()
    reasons = ReasonsOut()
    label_choices = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), allow_null=True
    )
    break_after = serializers.IntegerField(allow_null=True)
    show_clock = serializers.BooleanField()
    idle_after_s = serializers.IntegerField()


class ProgressOut(serializers.Serializer[Any]):
    section = serializers.CharField()
    answered = serializers.IntegerField()
    total = serializers.IntegerField()


class StudyOut(serializers.Serializer[Any]):
    title = serializers.CharField()


class HandInOut(serializers.Serializer[Any]):
    section = serializers.CharField()
    back = serializers.CharField(help_text="The presentation at which to go back into it.")


class StateOut(serializers.Serializer[Any]):
    study = StudyOut()
    section = SectionOut(allow_null=True)
    progress = ProgressOut(many=True, help_text="Sections so far. Nothing is told of a later one.")
    current = PresentationOut(allow_null=True)
    ahead = PresentationOut(
        many=True, help_text="What comes next, to be fetched meanwhile and read where there is no network."
    )
    finished = serializers.BooleanField()
    hand_in = HandInOut(allow_null=True, help_text="What has to be handed in before anything else is shown.")
    sitting = serializers.UUIDField(allow_null=True)
    practice = serializers.BooleanField()
    finish_url = serializers.CharField(allow_null=True)


class AcceptedOut(serializers.Serializer[Any]):
    accepted = serializers.UUIDField()
    state = StateOut()


class SittingOut(serializers.Serializer[Any]):
    sitting = serializers.UUIDField()


class DisplayOut(serializers.Serializer[Any]):
    passed = serializers.BooleanField()
    problems = serializers.ListField(child=serializers.CharField())
    refused = serializers.BooleanField()
