"""The images of one source, and how they leave it again."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.desk.access import LEADS
from readerstudy.desk.api import outputs
from readerstudy.desk.api.inputs import RemovalIn
from readerstudy.desk.api.outputs import REFUSALS
from readerstudy.desk.api.wire import DeskView
from readerstudy.desk.pages.cases import LARGE_PX
from readerstudy.desk.pages.images import source_picture
from readerstudy.desk.query import whole_number
from readerstudy.studies.models import Study
from readerstudy.truth.models import Provenance, Source
from readerstudy.truth.take_out import take_out

PAGE = 1_000
AFTER = OpenApiParameter("after", OpenApiTypes.INT, description="The last number of the page before.")


def image_out(row: Provenance, slug: str) -> dict[str, Any]:
    picture = reverse("api-source-picture", args=[slug, row.pk])
    return {"number": row.pk, "labels": row.labels, "picture": picture}


def images_out(study: Study) -> dict[str, Any]:
    """Every image of a study, by source."""
    return {
        source.name: [image_out(row, study.slug) for row in source.provenances.order_by("pk")]
        for source in Source.objects.filter(study=study)
    }


class SourceImagesView(DeskView):
    """The images of a source by the numbers that its contact sheet shows."""

    @extend_schema(
        operation_id="sources_images", parameters=[AFTER], responses={200: outputs.ImagesOut, **REFUSALS}
    )
    def get(self, request: Request, slug: str, source: str) -> Response:
        found = get_object_or_404(Source, study=self.study(slug, *LEADS), name=source)
        after = whole_number(request.query_params.get("after"))
        rows = list(found.provenances.filter(pk__gt=after).order_by("pk")[: PAGE + 1])
        shown = [image_out(row, slug) for row in rows[:PAGE]]
        following = f"{request.path}?after={rows[PAGE - 1].pk}" if len(rows) > PAGE else None
        return Response({"images": shown, "next": following})


class SourcePictureView(DeskView):
    """One of them, as PNG."""

    @extend_schema(
        operation_id="sources_picture", responses={(200, "image/png"): OpenApiTypes.BINARY, **REFUSALS}
    )
    def get(self, request: Request, slug: str, number: int) -> HttpResponseBase:
        return HttpResponse(
            source_picture(self.study(slug, *LEADS), number, LARGE_PX), content_type="image/png"
        )


class RemovalView(DeskView):
    """Take images out of a source while the study is not locked."""

    @extend_schema(
        operation_id="sources_take_out", request=RemovalIn, responses={200: outputs.RemovedOut, **REFUSALS}
    )
    def post(self, request: Request, slug: str, source: str) -> Response:
        found = get_object_or_404(Source, study=self.study(slug, *LEADS), name=source)
        given = self.given(RemovalIn)
        taken = take_out(found, by=self.person(), reason=given["reason"], only=given.get("images"))
        return Response({"taken_out": taken})
