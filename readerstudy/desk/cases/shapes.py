"""How the API shows cases."""

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


class SaidOut(Shape):
    reader = serializers.CharField()
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
    response_ms = serializers.IntegerField(allow_null=True)
    revision = serializers.IntegerField()


class CaseFileOut(Shape):
    case = CaseOut()
    answers = SaidOut(many=True)
    before = serializers.IntegerField(allow_null=True)
    after = serializers.IntegerField(allow_null=True)
