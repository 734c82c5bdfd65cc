"""Looking at cases, once the study is unblinded: what the readers saw, and who answered what."""

from django.http import Http404, HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.accounts.models import Scope
from readerstudy.desk.cases.queries import gallery_page, picture_of
from readerstudy.desk.cases.shapes import CaseFileOut, CasesOut
from readerstudy.desk.shell.access import UNBLINDERS
from readerstudy.desk.shell.api import DeskView
from readerstudy.imaging.delivery import LARGE_PX
from readerstudy.results.case_file import case_file
from readerstudy.results.cases import counting_section
from readerstudy.studies.models import Section, Study
from readerstudy.truth.unblind import require_unblinded
from readerstudy.web.openapi import download, operation
from readerstudy.web.paging import START, whole_number

PAGE = 50
READER = OpenApiParameter("reader", OpenApiTypes.STR, description="As this reader saw them, such as R7KQ2.")
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


class PictureView(DeskView):
    """An image that a case shows, once the study is unblinded."""

    reads = Scope.RESULTS_READ

    @download("cases_picture", "image/png")
    def get(self, request: Request, slug: str, number: int) -> HttpResponseBase:
        study = self.study(slug, *UNBLINDERS)
        require_unblinded(study)
        picture = picture_of(study, number, LARGE_PX)
        if picture is None:
            raise Http404
        return HttpResponse(picture, content_type="image/png")
