"""Looking at cases, once the study is unblinded: what the readers saw, and who answered what."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.accounts.models import Scope
from readerstudy.desk.access import UNBLINDERS
from readerstudy.desk.api.outputs import REFUSALS, Shape
from readerstudy.desk.api.wire import DeskView
from readerstudy.desk.pages.cases import LARGE_PX, picture_of
from readerstudy.desk.query import whole_number
from readerstudy.results.case_file import case_file
from readerstudy.results.cases import SeenImage, counting_section, gallery
from readerstudy.studies.models import Section, Study
from readerstudy.truth.unblind import require_unblinded

PAGE = 50
READER = OpenApiParameter("reader", OpenApiTypes.STR, description="As this reader saw them, such as R7KQ2.")
SOURCE = OpenApiParameter("source", OpenApiTypes.STR, description="Those with an image of this source.")
START = OpenApiParameter("start", OpenApiTypes.INT, description="How many to leave out.")


class SeenImageOut(Shape):
    source = serializers.CharField()  # type: ignore[assignment]
    real = serializers.BooleanField()
    votes = serializers.IntegerField()
    readers = serializers.IntegerField()
    mean_rating = serializers.FloatField(allow_null=True)
    label = serializers.DictField(  # type: ignore[assignment]
        child=serializers.CharField(), help_text="What readers were asked to check."
    )
    picture = serializers.SerializerMethodField(help_text="The address of the image as PNG.")

    def get_picture(self, image: SeenImage) -> str:
        return reverse("api-picture", args=[self.context["slug"], image.trial_image])


class CaseOut(Shape):
    number = serializers.IntegerField()
    fooled = serializers.FloatField()
    images = SeenImageOut(many=True)


class CasesOut(Shape):
    cases = CaseOut(many=True)
    count = serializers.IntegerField(help_text="Of all cases that answer to the question.")
    next = serializers.CharField(allow_null=True, help_text="Where the next fifty are.")


class PointedOut(Shape):
    source = serializers.CharField()  # type: ignore[assignment]
    tag = serializers.CharField(allow_blank=True)
    x = serializers.FloatField(allow_null=True)
    y = serializers.FloatField(allow_null=True)


class SaidOut(Shape):
    reader = serializers.CharField()
    again = serializers.BooleanField(help_text="Whether this answers a hidden repeat of the case.")
    order = serializers.IntegerField()
    picked = serializers.CharField(source="picked.source", default=None, allow_null=True)
    call = serializers.CharField(allow_blank=True)
    confidence = serializers.IntegerField(allow_null=True)
    verdict = serializers.CharField(allow_blank=True)
    observed = serializers.DictField(child=serializers.CharField())
    right = serializers.BooleanField(allow_null=True)
    ratings = serializers.ListField(
        child=serializers.IntegerField(allow_null=True), help_text="In the order of the images."
    )
    reasons = PointedOut(many=True)
    response_ms = serializers.IntegerField(allow_null=True)
    revision = serializers.IntegerField()


class CaseFileOut(Shape):
    case = CaseOut()
    answers = SaidOut(many=True)
    before = serializers.IntegerField(allow_null=True)
    after = serializers.IntegerField(allow_null=True)


def cases_out(
    study: Study, section: Section, *, reader: str = "", source: str = "", start: int = 0
) -> dict[str, Any]:
    found = gallery(study, section, reader=reader, source=source, start=start, most=PAGE, reasons=False)
    following = {"reader": reader, "source": source, "start": start + PAGE}
    address = f"{reverse('api-cases', args=[study.slug, section.name])}?{urlencode(following)}"
    return {
        "cases": CaseOut(found.cases, many=True, context={"slug": study.slug}).data,
        "count": found.count,
        "next": address if start + PAGE < found.count else None,
    }


def case_out(study: Study, section: Section, number: int) -> dict[str, Any] | None:
    opened = case_file(study, section, number)
    return None if opened is None else CaseFileOut(opened, context={"slug": study.slug}).data


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

    @extend_schema(
        operation_id="cases_list",
        parameters=[READER, SOURCE, START],
        responses={200: CasesOut, **REFUSALS},
    )
    def get(self, request: Request, slug: str, section: str) -> Response:
        study, shown = self.section(slug, section)
        asked = {name: request.query_params.get(name, "") for name in ("reader", "source")}
        start = whole_number(request.query_params.get("start"))
        return Response(cases_out(study, shown, start=start, **asked))


class CaseView(_LookingAtCases):
    """One case: its images with their truth, and what every reader answered."""

    @extend_schema(operation_id="cases_show", responses={200: CaseFileOut, **REFUSALS})
    def get(self, request: Request, slug: str, section: str, number: int) -> Response:
        opened = case_out(*self.section(slug, section), number)
        if opened is None:
            raise Http404
        return Response(opened)


class PictureView(DeskView):
    """An image that a case shows, once the study is unblinded."""

    reads = Scope.RESULTS_READ

    @extend_schema(
        operation_id="cases_picture", responses={(200, "image/png"): OpenApiTypes.BINARY, **REFUSALS}
    )
    def get(self, request: Request, slug: str, number: int) -> HttpResponseBase:
        study = self.study(slug, *UNBLINDERS)
        require_unblinded(study)
        picture = picture_of(study, number, LARGE_PX)
        if picture is None:
            raise Http404
        return HttpResponse(picture, content_type="image/png")
