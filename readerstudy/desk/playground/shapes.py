from typing import Any

from django.urls import reverse
from rest_framework import serializers

from readerstudy.desk.runs.shapes import RunOut
from readerstudy.studies.models import Run
from readerstudy.synthesis.checkpoints import Model
from readerstudy.synthesis.runs import preview_images
from readerstudy.web.shapes import Shape


class ModelOut(Shape):
    name = serializers.CharField()
    title = serializers.CharField(source="card.title")
    size = serializers.IntegerField(source="card.size", help_text="Of its images, in pixels.")
    conditions = serializers.SerializerMethodField(
        help_text="Of a number its least and most, of a category its values."
    )

    def get_conditions(self, model: Model) -> dict[str, list[Any]]:
        return {name: list(may) for name, may in model.card.conditions.items()}


class ModelsOut(Shape):
    models = ModelOut(many=True)


class PreviewOut(RunOut):
    images = serializers.SerializerMethodField(help_text="Addresses of the images made so far.")

    def get_images(self, run: Run) -> list[str]:
        count = len(preview_images(run))
        return [reverse("api-preview-image", args=[run.study.slug, run.pk, index]) for index in range(count)]
