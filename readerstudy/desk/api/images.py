"""Sources, uploads in pieces, and the runs that bring images in."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.desk.access import LEADS
from readerstudy.desk.api import outputs
from readerstudy.desk.api.inputs import GenerationIn, ImportIn
from readerstudy.desk.api.outputs import REFUSALS, run_out
from readerstudy.desk.api.wire import DeskView
from readerstudy.desk.life import images_by_source
from readerstudy.desk.uploads import MOST_BYTES_A_PIECE, Batch, start_import
from readerstudy.studies.errors import StudyIsLocked
from readerstudy.studies.models import Run, Study
from readerstudy.studies.runs import start_run
from readerstudy.synthesis.checkpoints import model
from readerstudy.synthesis.generate import request_of
from readerstudy.truth.models import Source
from readerstudy.truth.sources import source_of
from readerstudy.web.paging import whole_number
from readerstudy.web.parsers import RawBytes

NAME = OpenApiParameter("name", OpenApiTypes.STR, description="The file's name; a manifest may mention it.")
OFFSET = OpenApiParameter("offset", OpenApiTypes.INT, description="Where in the file the piece begins.")


class SourcesView(DeskView):
    """What each source has and what the protocol needs of it."""

    @extend_schema(operation_id="sources_list", responses={200: outputs.SourcesOut, **REFUSALS})
    def get(self, request: Request, slug: str) -> Response:
        return Response({"sources": sources_out(self.study(slug, *LEADS))})


def sources_out(study: Study) -> list[dict[str, Any]]:
    document, have = study.protocol.document, images_by_source(study)
    stored = {source.name: source for source in Source.objects.filter(study=study)}
    rows = []
    for declared in document.sources:
        source = stored.get(declared.name)
        rows.append(
            {
                "name": declared.name,
                "kind": declared.kind,
                "images": have.get(declared.name, 0),
                "needed": document.images_needed(declared.name),
                "checkpoint": source.checkpoint_digest or None if source else None,
                "generated": source.generated if source else None,
                "rejected": source.rejected if source else None,
            }
        )
    return rows


class UploadView(DeskView):
    """A file in pieces: ask how much is here, send the next piece. Sent twice, a piece is taken once."""

    parser_classes = [RawBytes]
    most_bytes = MOST_BYTES_A_PIECE

    @extend_schema(
        operation_id="uploads_received",
        parameters=[NAME],
        responses={200: outputs.ReceivedOut, **REFUSALS},
    )
    def get(self, request: Request, slug: str, batch: UUID, index: int) -> Response:
        staged = Batch(study=self.study(slug, *LEADS), token=batch, by=self.person())
        return Response({"received": staged.received(index, request.query_params.get("name", "file"))})

    @extend_schema(
        operation_id="uploads_append",
        parameters=[NAME, OFFSET],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={200: outputs.ReceivedOut, **REFUSALS},
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
    """Hand a batch that is whole to the worker."""

    @extend_schema(
        operation_id="imports_start", request=ImportIn, responses={202: outputs.RunOut, **REFUSALS}
    )
    def post(self, request: Request, slug: str) -> Response:
        study, given = self.study(slug, *LEADS), self.given(ImportIn)
        batch = Batch(study=study, token=given["batch"], by=self.person())
        source = source_of(study, given["source"])
        return started(start_import(batch, source, by=self.person(), names=given["names"]))


class GenerationsView(DeskView):
    """Have a model of the server make images for a synthetic source."""

    @extend_schema(
        operation_id="generations_start", request=GenerationIn, responses={202: outputs.RunOut, **REFUSALS}
    )
    def post(self, request: Request, slug: str) -> Response:
        study, given = self.study(slug, *LEADS), self.given(GenerationIn)
        source = source_of(study, given.pop("source"), kind="synthetic")
        asked = given | {"checkpoint": str(model(given.pop("model")).card.path)}
        request_of({**asked, "out": "run"})
        wanted = {**asked, "source": source.name}
        return started(start_run(study, "generate", wanted, by=self.person(), total=asked["count"]))


def started(run: Run) -> Response:
    """A run is under way, and its address tells how far it is."""
    body = run_out(run)
    return Response(body, status=202, headers={"Location": body["address"]})
