"""The API for feedback on an answer, the only truth that a reader's browser can request."""

from django.db.models import F
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.reading.api import ReadingView
from readerstudy.reading.errors import NothingHere
from readerstudy.reading.readers import readings_of
from readerstudy.truth.feedback import feedback
from readerstudy.web.openapi import operation
from readerstudy.web.shapes import Shape


class ShownOut(Shape):
    slot = serializers.CharField()
    x = serializers.FloatField()
    y = serializers.FloatField()
    frame = serializers.IntegerField(allow_null=True)


class FeedbackOut(Shape):
    sentence = serializers.CharField(allow_blank=True)
    correct = serializers.BooleanField(allow_null=True)
    outline = serializers.ListField(child=serializers.CharField(), help_text="The letters of real images.")
    points = ShownOut(many=True, help_text="What was to be marked.")


class FeedbackView(ReadingView):
    """Feedback on a committed answer, in sections that give feedback."""

    @operation("practice_feedback", FeedbackOut)
    def get(self, request: Request, token: str) -> Response:
        at = "study__sections__presentations"
        mine = readings_of(self.person()).filter(**{f"{at}__token": token, f"{at}__place": F("place")})
        reading = mine.first()
        if reading is None:
            raise NothingHere
        return Response(FeedbackOut(feedback(reading, token)).data)
