from django.urls import reverse
from rest_framework import serializers

from readerstudy.truth.models import Provenance
from readerstudy.web.shapes import Shape


class SourceOut(Shape):
    name = serializers.CharField(source="document.name")
    kind = serializers.ChoiceField(["real", "synthetic"], source="document.kind")
    images = serializers.IntegerField(source="have")
    needed = serializers.IntegerField()
    checkpoint = serializers.CharField(allow_null=True)
    generated = serializers.IntegerField(source="source.generated", allow_null=True)
    rejected = serializers.IntegerField(source="source.rejected", allow_null=True)


class SourcesOut(Shape):
    sources = SourceOut(many=True)


class SourceImageOut(Shape):
    number = serializers.IntegerField(source="pk")
    labels = serializers.DictField(child=serializers.CharField())
    picture = serializers.SerializerMethodField(help_text="The address of the image as PNG.")

    def get_picture(self, row: Provenance) -> str:
        return reverse("api-source-picture", args=[self.context["slug"], row.pk])


class ImagesOut(Shape):
    images = SourceImageOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="The address of the next thousand.")


class RemovedOut(Shape):
    taken_out = serializers.IntegerField()


class ReceivedOut(Shape):
    received = serializers.IntegerField(help_text="How many bytes of the file are on the server.")
