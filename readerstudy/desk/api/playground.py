"""Try models and the study itself: images to look at, and the reading as a reader sees it."""

from typing import Any

from django.http import FileResponse, Http404, HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.desk.access import LARGEST_KEY, LEADS, OWNERS
from readerstudy.desk.api import outputs
from readerstudy.desk.api.images import started
from readerstudy.desk.api.inputs import PreviewIn
from readerstudy.desk.api.outputs import REFUSALS, Shape, run_out
from readerstudy.desk.api.wire import DeskView
from readerstudy.desk.pages.playground import preview_of
from readerstudy.desk.preview import preview_study
from readerstudy.studies.models import Run, Study
from readerstudy.studies.runs import start_run
from readerstudy.synthesis.checkpoints import model, models
from readerstudy.synthesis.generate import request_of
from readerstudy.synthesis.runs import preview_images


class ModelOut(Shape):
    name = serializers.CharField()
    title = serializers.CharField()
    size = serializers.IntegerField(help_text="Of its images, in pixels.")
    conditions = serializers.DictField(
        child=serializers.ListField(), help_text="Of a number its least and most, of a category its values."
    )


class ModelsOut(Shape):
    models = ModelOut(many=True)


class PreviewOut(outputs.RunOut):
    images = serializers.ListField(
        child=serializers.CharField(), help_text="Addresses of those there so far."
    )


class ReadingOut(Shape):
    address = serializers.CharField(help_text="Where you read it, signed in with a browser.")


class ModelsView(DeskView):
    """The checkpoints on this server, with what they can be asked for."""

    @extend_schema(operation_id="models_list", responses={200: ModelsOut, **REFUSALS})
    def get(self, request: Request) -> Response:
        self.staff_only()
        return Response({"models": models_out()})


def models_out() -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "title": one.card.title,
            "size": one.card.size,
            "conditions": {name: list(may) for name, may in one.card.conditions.items()},
        }
        for one in models()
    ]


class PreviewsView(DeskView):
    """Have a model make a few images to look at; they go into no source."""

    @extend_schema(
        operation_id="previews_start", request=PreviewIn, responses={202: outputs.RunOut, **REFUSALS}
    )
    def post(self, request: Request, slug: str) -> Response:
        study, given = self.study(slug, *LEADS), self.given(PreviewIn)
        asked = given | {"checkpoint": str(model(given.pop("model")).card.path)}
        request_of({**asked, "out": "preview"})
        return started(start_run(study, "preview", asked, by=self.person(), total=asked["count"]))


def _preview(study: Study, number: int) -> Run:
    if number > LARGEST_KEY:
        raise Http404
    return preview_of(study, number)


class PreviewView(DeskView):
    """How far it is, and the images that are there."""

    @extend_schema(operation_id="previews_show", responses={200: PreviewOut, **REFUSALS})
    def get(self, request: Request, slug: str, number: int) -> Response:
        run = _preview(self.study(slug, *LEADS), number)
        count = len(preview_images(run))
        images = [reverse("api-preview-image", args=[slug, number, index]) for index in range(count)]
        return Response(run_out(run) | {"images": images})


class PreviewImageView(DeskView):
    """One image of a preview."""

    @extend_schema(
        operation_id="previews_image",
        responses={(200, "image/png"): OpenApiTypes.BINARY, **REFUSALS},
    )
    def get(self, request: Request, slug: str, number: int, index: int) -> HttpResponseBase:
        images = preview_images(_preview(self.study(slug, *LEADS), number))
        if index >= len(images):
            raise Http404
        return FileResponse(images[index].open("rb"), content_type="image/png")


class ReadingPreviewView(DeskView):
    """Make a rehearsal in which you are a reader; nothing of it stays in the study."""

    @extend_schema(operation_id="reading_preview", request=None, responses={201: ReadingOut, **REFUSALS})
    def post(self, request: Request, slug: str) -> Response:
        twin = preview_study(self.study(slug, *OWNERS), by=self.person())
        return Response({"address": reverse("read", args=[twin.slug])}, status=201)
