"""The shapes of what goes out, for the OpenAPI schema alone; state.py makes the values."""

from typing import Any

from rest_framework import serializers

from readerstudy.studies.protocol.document import ARRANGEMENTS, ASKED, MASKS
from readerstudy.studies.protocol.items import KINDS, OF


class LabelOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    value = serializers.CharField()
    title = serializers.CharField(help_text="The name as the protocol has it for readers.")
    text = serializers.CharField(help_text="The value as the protocol has it for readers.")


class WindowOut(serializers.Serializer[Any]):
    center = serializers.FloatField()
    width = serializers.FloatField()


class PackedOut(serializers.Serializer[Any]):
    url = serializers.CharField(help_text="Where the packed image is: a preview, then frame after frame.")
    preview_bytes = serializers.IntegerField(help_text="How long the preview is, with padding; 0: none.")
    frame_bytes = serializers.IntegerField(help_text="How long each frame is, with padding.")


class SealOut(serializers.Serializer[Any]):
    url = serializers.CharField(help_text="Where the image is sealed: packed where it is packed.")
    key = serializers.CharField(help_text="The key, AES-256 in counter mode from 0, in base64 for addresses.")


class ImageOut(serializers.Serializer[Any]):
    slot = serializers.CharField()
    url = serializers.CharField(
        help_text="Where the raw little-endian buffer is: frame after frame, colour as red, green, blue."
    )
    packed = PackedOut(allow_null=True, help_text="The same in fewer bytes, where that is so.")
    seal = SealOut(allow_null=True, help_text="Where the time to look is limited.")
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    bits = serializers.IntegerField()
    channels = serializers.IntegerField(help_text="1: grey; 3: red, green and blue of 8 bits (sRGB).")
    frames = serializers.IntegerField()
    play = serializers.ChoiceField(["stack", "cine"], allow_null=True, help_text="Of several frames.")
    rate_hz = serializers.FloatField(allow_null=True, help_text="How fast a cine plays at first.")
    spacing_mm = serializers.FloatField(allow_null=True, help_text="The side of a pixel, where it is known.")
    window = WindowOut()
    label = LabelOut(many=True, allow_null=True)  # type: ignore[assignment]  # a field, not the base's own
    tells = LabelOut(many=True, allow_null=True)
    reference = serializers.BooleanField()


class ReasonOut(serializers.Serializer[Any]):
    slot = serializers.CharField()
    tag = serializers.CharField(allow_blank=True)
    x = serializers.FloatField(allow_null=True)
    y = serializers.FloatField(allow_null=True)


class PointOut(serializers.Serializer[Any]):
    x = serializers.FloatField()
    y = serializers.FloatField()
    frame = serializers.IntegerField(allow_null=True)
    confidence = serializers.IntegerField(allow_null=True)


class SaidOut(serializers.Serializer[Any]):
    item = serializers.CharField()
    slot = serializers.CharField(allow_null=True)
    value = serializers.JSONField(allow_null=True, help_text="A number, a text or a list of texts.")
    other = serializers.CharField(allow_null=True)
    confidence = serializers.IntegerField(allow_null=True)
    points = PointOut(many=True, allow_null=True)
    missing = serializers.CharField(allow_null=True, help_text="skip or time.")


class ConditionOut(serializers.Serializer[Any]):
    item = serializers.CharField()
    at_least = serializers.FloatField(allow_null=True)
    at_most = serializers.FloatField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """`is` is a word of Python."""
        one_of = serializers.ListField(child=serializers.CharField(), allow_null=True)
        return {**super().get_fields(), "is": one_of}


class OptionOut(serializers.Serializer[Any]):
    value = serializers.CharField()
    text = serializers.CharField()


class ScaleOut(serializers.Serializer[Any]):
    points = serializers.ListField(child=serializers.IntegerField())
    labels = serializers.ListField(child=serializers.CharField())


class ItemOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.ChoiceField(list(KINDS))
    of = serializers.ChoiceField(list(OF))
    task = serializers.CharField(allow_blank=True, help_text="The task that this item is short for, or none.")
    ask = serializers.CharField()
    help = serializers.CharField(allow_blank=True)
    required = serializers.BooleanField()  # type: ignore[assignment]  # a field, not the base's own
    skip = serializers.CharField(allow_blank=True, help_text="The words of the button that skips it.")
    confidence = serializers.IntegerField(help_text="The number of steps, or 0 for none.")
    when = ConditionOut(many=True, help_text="All must hold, or the item is not asked.")
    scale = ScaleOut(allow_null=True)
    options = OptionOut(many=True)
    other = serializers.CharField(allow_blank=True)
    least = serializers.IntegerField()
    most = serializers.IntegerField(allow_null=True)
    none = serializers.CharField(allow_blank=True)
    min = serializers.FloatField(allow_null=True)
    max = serializers.FloatField(allow_null=True)
    step = serializers.FloatField(allow_null=True)
    unit = serializers.CharField(allow_blank=True)
    limits = serializers.CharField(allow_blank=True, help_text="Which numbers are allowed, in words.")
    slider = serializers.BooleanField()
    what = serializers.CharField(allow_blank=True, help_text="Of a measure: distance or angle.")


class ScreenOut(serializers.Serializer[Any]):
    arrange = serializers.ChoiceField(list(ARRANGEMENTS))
    reference = serializers.BooleanField()
    exposure_ms = serializers.IntegerField(help_text="0: until answered.")
    mask = serializers.ChoiceField(list(MASKS))
    preview = serializers.BooleanField(help_text="Whether coarse images may be seen until they are here.")
    min_view_ms = serializers.IntegerField()
    answer_within_ms = serializers.IntegerField(help_text="0: no limit.")
    feedback = serializers.BooleanField()


class PresetOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    center = serializers.FloatField()
    width = serializers.FloatField()


class ViewOut(serializers.Serializer[Any]):
    presets = PresetOut(many=True, help_text="Windows on a key, in stored values.")
    keep_window = serializers.BooleanField(help_text="The reader's window stays over trials.")
    keep_zoom = serializers.BooleanField(help_text="Zoom and place stay over trials.")


class AnswerOut(serializers.Serializer[Any]):
    pick = serializers.CharField(allow_null=True)
    ratings = serializers.DictField(child=serializers.IntegerField(), allow_null=True)
    call = serializers.CharField(allow_null=True)
    confidence = serializers.IntegerField(allow_null=True)
    verdict = serializers.CharField(allow_null=True)
    observed = serializers.DictField(child=serializers.CharField(), allow_null=True)
    reasons = ReasonOut(many=True)
    items = SaidOut(many=True)


class PresentationOut(serializers.Serializer[Any]):
    token = serializers.CharField()
    kind = serializers.ChoiceField(["screen", "questions"])
    number = serializers.IntegerField()
    images = ImageOut(many=True)
    draft = serializers.DictField(allow_null=True)
    previous = AnswerOut(allow_null=True)
    back = serializers.CharField(allow_null=True, help_text="The presentation before, where one may go back.")


class ReasonsOut(serializers.Serializer[Any]):
    tags = serializers.ListField(child=serializers.CharField())
    spot = serializers.BooleanField()


class SectionOut(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="Random; it tells nothing.")
    title = serializers.CharField()
    briefing = serializers.CharField(allow_blank=True, help_text="To be read before the first trial.")
    help = serializers.CharField(allow_blank=True)
    task = serializers.ChoiceField(list(ASKED))
    items = ItemOut(many=True)
    screen = ScreenOut()
    view = ViewOut()
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


class DisclosureOut(serializers.Serializer[Any]):
    section = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()


class StateOut(serializers.Serializer[Any]):
    study = StudyOut()
    section = SectionOut(allow_null=True)
    progress = ProgressOut(many=True, help_text="Sections so far. Nothing is told of a later one.")
    current = PresentationOut(allow_null=True)
    ahead = PresentationOut(
        many=True, help_text="What comes next, to be fetched meanwhile and read where there is no network."
    )
    sealed = serializers.ListField(
        child=serializers.CharField(),
        help_text="Addresses of the next trial's images, to be fetched now and opened by its `seal`.",
    )
    finished = serializers.BooleanField()
    hand_in = HandInOut(allow_null=True, help_text="What has to be handed in before anything else is shown.")
    disclosure = DisclosureOut(allow_null=True, help_text="To be acknowledged before anything later.")
    sitting = serializers.UUIDField(allow_null=True)
    practice = serializers.BooleanField()
    finish_url = serializers.CharField(allow_null=True)


class AcceptedOut(serializers.Serializer[Any]):
    accepted = serializers.UUIDField()
    state = StateOut()


class SittingOut(serializers.Serializer[Any]):
    sitting = serializers.UUIDField()


class KeysOut(serializers.Serializer[Any]):
    keys = serializers.DictField(child=serializers.CharField(), help_text="By the standard key of each tool.")


class ChartsOut(serializers.Serializer[Any]):
    attempt = serializers.CharField(help_text="To be sent back with the digits, within an hour.")
    charts = serializers.DictField(
        child=serializers.CharField(), help_text="`dark`, `grey`, `bright`: four hidden digits each, as PNG."
    )


class DisplayOut(serializers.Serializer[Any]):
    passed = serializers.BooleanField()
    problems = serializers.ListField(child=serializers.CharField())
    refused = serializers.BooleanField()
