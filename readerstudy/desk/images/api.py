from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.desk.images.options import Import, Removal
from readerstudy.desk.images.queries import source_picture, sources_of
from readerstudy.desk.images.shapes import ImagesOut, ReceivedOut, RemovedOut, SourcesOut
from readerstudy.desk.images.uploads import MOST_BYTES_A_PIECE, Batch, import_upload
from readerstudy.desk.runs.api import started
from readerstudy.desk.runs.shapes import RunOut
from readerstudy.desk.shell.access import LEADS
from readerstudy.desk.shell.api import DeskView
from readerstudy.imaging.delivery import LARGE_PX
from readerstudy.studies.errors import StudyIsLocked
from readerstudy.truth.models import Source
from readerstudy.truth.take_out import take_out
from readerstudy.web.openapi import download, operation
from readerstudy.web.paging import START, page_of, whole_number
from readerstudy.web.parsers import RawBytes

PAGE = 1_000
NAME = OpenApiParameter("name", OpenApiTypes.STR, description="The file's name; a manifest may mention it.")
OFFSET = OpenApiParameter("offset", OpenApiTypes.INT, description="Where in the file the piece begins.")


class SourcesView(DeskView):
    """What each source has and what the protocol needs of it."""

    @operation("sources_list", SourcesOut)
    def get(self, request: Request, slug: str) -> Response:
        return Response(SourcesOut({"sources": sources_of(self.study(slug, *LEADS))}).data)


class UploadView(DeskView):
    """A file in pieces: ask how much has arrived, send the next piece. A piece sent twice is taken once."""

    parser_classes = [RawBytes]
    most_bytes = MOST_BYTES_A_PIECE

    @operation("uploads_received", ReceivedOut, parameters=[NAME])
    def get(self, request: Request, slug: str, batch: UUID, index: int) -> Response:
        staged = Batch(study=self.study(slug, *LEADS), token=batch, by=self.person())
        return Response({"received": staged.received(index, request.query_params.get("name", "file"))})

    @operation(
        "uploads_append",
        ReceivedOut,
        asks={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[NAME, OFFSET],
    )
    def put(self, request: Request, slug: str, batch: UUID, index: int) -> Response:
        study = self.study(slug, *LEADS)
        if study.is_locked:
            raise StudyIsLocked
        name, offset = request.query_params.get("name", "file"), whole_number(request, "offset")
        sent: Any = request.data
        piece = sent if isinstance(sent, bytes) else b""
        staged = Batch(study=study, token=batch, by=self.person())
        return Response({"received": staged.append(index, name, offset, piece)})


class ImportsView(DeskView):
    """Have the worker import a complete upload."""

    @operation("imports_start", RunOut, asks=Import, status=202)
    def post(self, request: Request, slug: str) -> Response:
        study, given = self.study(slug, *LEADS), self.given(Import)
        return started(import_upload(study, given, by=self.person()))


class SourceImagesView(DeskView):
    """The images of a source by the numbers that its contact sheet shows."""

    @operation("sources_images", ImagesOut, parameters=[START])
    def get(self, request: Request, slug: str, source: str) -> Response:
        found = get_object_or_404(Source, study=self.study(slug, *LEADS), name=source)
        page = page_of(found.provenances.order_by("pk"), whole_number(request, "start"), PAGE)
        body = {"images": page.rows, "next": page.next(request.path)}
        return Response(ImagesOut(body, context={"slug": slug}).data)


class SourcePictureView(DeskView):
    """One of them, as PNG."""

    @download("sources_picture", "image/png")
    def get(self, request: Request, slug: str, number: int) -> HttpResponseBase:
        picture = source_picture(self.study(slug, *LEADS), number, LARGE_PX)
        return HttpResponse(picture, content_type="image/png")


class RemovalView(DeskView):
    """Remove images from a source while the study is not locked."""

    @operation("sources_take_out", RemovedOut, asks=Removal)
    def post(self, request: Request, slug: str, source: str) -> Response:
        found = get_object_or_404(Source, study=self.study(slug, *LEADS), name=source)
        given = self.given(Removal)
        taken = take_out(found, by=self.person(), reason=given["reason"], only=given.get("images"))
        return Response({"taken_out": taken})
