from django.http import FileResponse, Http404, HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.desk.playground.options import Generation, Preview
from readerstudy.desk.playground.queries import preview_of
from readerstudy.desk.playground.shapes import ModelsOut, PreviewOut
from readerstudy.desk.playground.start import start_generation, start_preview
from readerstudy.desk.runs.api import started
from readerstudy.desk.runs.shapes import RunOut
from readerstudy.desk.shell.access import LEADS
from readerstudy.desk.shell.api import DeskView
from readerstudy.synthesis.checkpoints import models
from readerstudy.synthesis.runs import preview_images
from readerstudy.web.openapi import download, operation


class ModelsView(DeskView):
    """The checkpoints on this server, with what they can be asked for."""

    @operation("models_list", ModelsOut)
    def get(self, request: Request) -> Response:
        self.staff_only()
        return Response(ModelsOut({"models": models()}).data)


class GenerationsView(DeskView):
    """Have a model of the server make images for a synthetic source."""

    @operation("generations_start", RunOut, asks=Generation, status=202)
    def post(self, request: Request, slug: str) -> Response:
        study, given = self.study(slug, *LEADS), self.given(Generation)
        return started(start_generation(study, given, by=self.person()))


class PreviewsView(DeskView):
    """Have a model make a few images to look at; they go into no source."""

    @operation("previews_start", RunOut, asks=Preview, status=202)
    def post(self, request: Request, slug: str) -> Response:
        study, given = self.study(slug, *LEADS), self.given(Preview)
        return started(start_preview(study, given, by=self.person()))


class PreviewView(DeskView):
    """How far it is, and the images made so far."""

    @operation("previews_show", PreviewOut)
    def get(self, request: Request, slug: str, number: int) -> Response:
        return Response(PreviewOut(preview_of(self.study(slug, *LEADS), number)).data)


class PreviewImageView(DeskView):
    """One image of a preview."""

    @download("previews_image", "image/png")
    def get(self, request: Request, slug: str, number: int, index: int) -> HttpResponseBase:
        images = preview_images(preview_of(self.study(slug, *LEADS), number))
        if index >= len(images):
            raise Http404
        return FileResponse(images[index].open("rb"), content_type="image/png")
