"""Shapes that every API shares."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

Shape = serializers.Serializer[Any]


class ProblemOut(Shape):
    line = serializers.IntegerField(allow_null=True)
    field = serializers.CharField(allow_blank=True)
    sentence = serializers.CharField()


class ErrorOut(Shape):
    detail = serializers.CharField(help_text="A sentence for people.")
    code = serializers.CharField(help_text="A word for programs.")
    sign_in_url = serializers.CharField(required=False, help_text="With `signed_out`: where to sign in.")
    problems = ProblemOut(many=True, required=False, help_text="Of a protocol: each with its line.")


REFUSED = OpenApiResponse(ErrorOut, description="Refused: a sentence and a code.")
REFUSALS: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 409, 413, 415, 422, 423, 429), REFUSED)
