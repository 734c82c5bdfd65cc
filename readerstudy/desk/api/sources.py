"""The images of one source, and how they leave it again."""

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.desk.access import LEADS
from readerstudy.desk.api import outputs
from readerstudy.desk.api.inputs import RemovalIn
from readerstudy.desk.api.outputs import REFUSALS
from readerstudy.desk.api.wire import DeskView
from readerstudy.desk.query import whole_number
from readerstudy.truth.models import Source
from readerstudy.truth.take_out import take_out

PAGE = 1_000
AFTER = OpenApiParameter("after", OpenApiTypes.INT, description="The last number of the page before.")


class SourceImagesView(DeskView):
    """The images of a source by the numbers that its contact sheet shows."""

    @extend_schema(
        operation_id="sources_images", parameters=[AFTER], responses={200: outputs.ImagesOut, **REFUSALS}
    )
    def get(self, request: Request, slug: str, source: str) -> Response:
        found = get_object_or_404(Source, study=self.study(slug, *LEADS), name=source)
        after = whole_number(request.query_params.get("after"))
        rows = list(found.provenances.filter(pk__gt=after).order_by("pk")[: PAGE + 1])
        shown = [{"number": row.pk, "labels": row.labels} for row in rows[:PAGE]]
        following = f"{request.path}?after={rows[PAGE - 1].pk}" if len(rows) > PAGE else None
        return Response({"images": shown, "next": following})


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
