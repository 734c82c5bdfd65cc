from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.accounts.models import Scope
from readerstudy.desk.cases.queries import gallery_page, looked_at, picture_of
from readerstudy.desk.cases.shapes import CaseFileOut, CasesOut, GazeCodesOut, GazeOut, LooksOut
from readerstudy.desk.shell.access import LEADS, UNBLINDERS
from readerstudy.desk.shell.api import DeskView
from readerstudy.imaging.delivery import LARGE_PX
from readerstudy.results.case_file import case_file
from readerstudy.results.cases import counting_section
from readerstudy.results.gaze import MOST_BYTES, gaze_codes, import_gaze
from readerstudy.studies.models import Section, Study
from readerstudy.truth.unblind import require_unblinded
from readerstudy.web.openapi import download, operation
from readerstudy.web.paging import START, whole_number
from readerstudy.web.parsers import RawBytes

PAGE = 50
READER = OpenApiParameter("reader", OpenApiTypes.STR, description="As this reader saw them, such as R7KQ2.")
LOOKER = OpenApiParameter("reader", OpenApiTypes.STR, description="The maps of this reader alone.")
SOURCE = OpenApiParameter("source", OpenApiTypes.STR, description="Those with an image of this source.")


class _LookingAtCases(DeskView):
    reads = Scope.RESULTS_READ

    def section(self, slug: str, name: str) -> tuple[Study, Section]:
        study = self.study(slug, *UNBLINDERS)
        section = counting_section(study, name)
        if section is None:
            raise Http404
        return study, section


class CasesView(_LookingAtCases):
    """What the readers saw and said, the cases that fooled most of them first."""

    @operation("cases_list", CasesOut, parameters=[READER, SOURCE, START])
    def get(self, request: Request, slug: str, section: str) -> Response:
        study, shown = self.section(slug, section)
        reader, source = request.query_params.get("reader", ""), request.query_params.get("source", "")
        start = whole_number(request, "start")
        page = gallery_page(study, shown, reader=reader, source=source, start=start, size=PAGE)
        following = page.next(request.path, reader=reader, source=source)
        body = {"cases": page.rows, "count": page.count, "next": following}
        return Response(CasesOut(body, context={"slug": slug}).data)


class CaseView(_LookingAtCases):
    """One case: its images with their truth, and what every reader answered."""

    @operation("cases_show", CaseFileOut)
    def get(self, request: Request, slug: str, section: str, number: int) -> Response:
        opened = case_file(*self.section(slug, section), number)
        if opened is None:
            raise Http404
        return Response(CaseFileOut(opened, context={"slug": slug}).data)


class LooksView(_LookingAtCases):
    """Where the readers looked: how long each part of an image was on the screen, and what was done."""

    @operation("cases_looks", LooksOut, parameters=[LOOKER])
    def get(self, request: Request, slug: str, section: str, number: int) -> Response:
        looked = looked_at(*self.section(slug, section), number, request.query_params.get("reader", ""))
        if looked is None:
            raise Http404
        return Response(LooksOut(looked).data)


class GazeView(DeskView):
    """Import a gaze table: CSV with code, time, x and y. The same table again changes nothing."""

    parser_classes = [RawBytes]
    most_bytes = MOST_BYTES
    writes = Scope.STUDY_END

    @operation("gaze_import", GazeOut, asks={"application/octet-stream": OpenApiTypes.BINARY})
    def post(self, request: Request, slug: str) -> Response:
        sent: Any = request.data
        study = self.study(slug, *UNBLINDERS)
        table = import_gaze(study, sent if isinstance(sent, bytes) else b"", by=self.person())
        return Response(GazeOut(table).data)


class GazeCodesView(DeskView):
    """What the laboratory names its gaze recordings by; a code tells nothing of its reader."""

    @operation("gaze_codes", GazeCodesOut)
    def get(self, request: Request, slug: str) -> Response:
        codes = [{"reader": reader, "code": code} for reader, code in gaze_codes(self.study(slug, *LEADS))]
        return Response(GazeCodesOut({"codes": codes}).data)


class PictureView(DeskView):
    """An image that a case shows, once the study is unblinded."""

    reads = Scope.RESULTS_READ

    @download("cases_picture", "image/png")
    def get(self, request: Request, slug: str, number: int) -> HttpResponseBase:
        study = self.study(slug, *UNBLINDERS)
        require_unblinded(study)
        frame = whole_number(request, "frame") or None
        return HttpResponse(picture_of(study, number, LARGE_PX, frame), content_type="image/png")
