from django.urls import reverse
from rest_framework import serializers

from readerstudy.results.cases import SeenImage
from readerstudy.web.shapes import Shape


class SeenImageOut(Shape):
    source = serializers.CharField()  # type: ignore[assignment]
    real = serializers.BooleanField()
    votes = serializers.IntegerField()
    readers = serializers.IntegerField()
    mean_rating = serializers.FloatField(allow_null=True)
    label = serializers.DictField(  # type: ignore[assignment]
        child=serializers.CharField(), help_text="What readers were asked to check."
    )
    picture = serializers.SerializerMethodField(help_text="The address of the image as PNG.")

    def get_picture(self, image: SeenImage) -> str:
        return reverse("api-picture", args=[self.context["slug"], image.trial_image])


class CaseOut(Shape):
    number = serializers.IntegerField()
    fooled = serializers.FloatField()
    images = SeenImageOut(many=True)


class CasesOut(Shape):
    cases = CaseOut(many=True)
    count = serializers.IntegerField(help_text="Of all cases that match.")
    next = serializers.CharField(allow_null=True, help_text="The address of the next fifty.")


class PointedOut(Shape):
    source = serializers.CharField()  # type: ignore[assignment]
    tag = serializers.CharField(allow_blank=True)
    x = serializers.FloatField(allow_null=True)
    y = serializers.FloatField(allow_null=True)


class AnsweredOut(Shape):
    ask = serializers.CharField()
    text = serializers.CharField()
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]


class CaseAnswerOut(Shape):
    reader = serializers.CharField()
    program = serializers.BooleanField(help_text="Programs are not counted among votes and readers.")
    again = serializers.BooleanField(help_text="Whether this answers a hidden repeat of the case.")
    order = serializers.IntegerField()
    picked = serializers.CharField(source="picked.source", default=None, allow_null=True)
    call = serializers.CharField(allow_blank=True)
    confidence = serializers.IntegerField(allow_null=True)
    verdict = serializers.CharField(allow_blank=True)
    observed = serializers.DictField(child=serializers.CharField())
    right = serializers.BooleanField(allow_null=True)
    ratings = serializers.ListField(
        child=serializers.IntegerField(allow_null=True), help_text="In the order of the images."
    )
    reasons = PointedOut(many=True)
    items = AnsweredOut(many=True, help_text="What was asked beside the task, with the answer in words.")
    response_ms = serializers.IntegerField(allow_null=True)
    revision = serializers.IntegerField()


class CaseConcernOut(Shape):
    reader = serializers.CharField()
    source = serializers.CharField(allow_blank=True, help_text="Of the image that is meant.")  # type: ignore[assignment]
    kind = serializers.CharField()
    text = serializers.CharField(allow_blank=True)


class CaseFileOut(Shape):
    case = CaseOut()
    answers = CaseAnswerOut(many=True)
    reported = CaseConcernOut(many=True, help_text="Problems that readers reported.")
    before = serializers.IntegerField(allow_null=True)
    after = serializers.IntegerField(allow_null=True)


class HandlingOut(Shape):
    seconds = serializers.FloatField(help_text="From the first sight of the images to the answer, no pauses.")
    zoomed_s = serializers.FloatField()
    magnified_s = serializers.FloatField()
    views = serializers.IntegerField(help_text="Zooms and moves.")
    windows = serializers.IntegerField(help_text="Changes of the grey-level window.")


class DwellOut(Shape):
    source = serializers.CharField()  # type: ignore[assignment]
    seconds = serializers.FloatField(help_text="For how long the image was on the screen.")
    peak = serializers.FloatField(help_text="How many times the average its longest part was in sight.")
    cells = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField()), help_text="Seconds, rows from the top."
    )


class LookOut(Shape):
    reader = serializers.CharField()
    again = serializers.BooleanField()
    handling = HandlingOut()
    letters = serializers.ListField(child=serializers.CharField())
    moments = serializers.ListField(
        child=serializers.DictField(), help_text="What was on the screen from t_ms on, in image pixels."
    )
    gaze = serializers.ListField(
        child=serializers.ListField(), help_text="Milliseconds, letter, x and y in image pixels."
    )


class LooksOut(Shape):
    images = DwellOut(many=True)
    readers = LookOut(many=True)


class GazeOut(Shape):
    digest = serializers.CharField(help_text="SHA-256 of the table.")
    samples = serializers.IntegerField()
    placed = serializers.IntegerField(help_text="On an image while it was read.")


class GazeCodeOut(Shape):
    reader = serializers.CharField()
    code = serializers.CharField()


class GazeCodesOut(Shape):
    codes = GazeCodeOut(many=True)
