"""Studies, and what is asked in them."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.desk.access import LEADS, OWNERS, STAFF, roles_of
from readerstudy.desk.api import outputs
from readerstudy.desk.api.inputs import StudyIn, TextIn
from readerstudy.desk.api.outputs import REFUSALS, study_out
from readerstudy.desk.api.problems import problems_of
from readerstudy.desk.api.wire import DeskView
from readerstudy.desk.life import life_of
from readerstudy.desk.query import whole_number
from readerstudy.studies.create import create_study, revise_protocol
from readerstudy.studies.models import Protocol, Study
from readerstudy.studies.protocol import ProtocolError, parse_protocol
from readerstudy.truth.duplicate import duplicate
from readerstudy.truth.unblind import is_unblinded

PAGE = 50
START = OpenApiParameter("start", OpenApiTypes.INT, description="How many to leave out.")


class StudiesView(DeskView):
    """The studies in which one has a role."""

    @extend_schema(
        operation_id="studies_list", parameters=[START], responses={200: outputs.StudiesOut, **REFUSALS}
    )
    def get(self, request: Request) -> Response:
        start = whole_number(request.query_params.get("start"))
        mine = Study.objects.real().in_role(request.user, *STAFF).select_related("lock", "freeze")
        rows = list(mine.order_by("-created_at", "-pk")[start : start + PAGE + 1])
        following = f"/api/studies?start={start + PAGE}" if len(rows) > PAGE else None
        return Response({"studies": [study_out(row) for row in rows[:PAGE]], "next": following})

    @extend_schema(
        operation_id="studies_create", request=StudyIn, responses={201: outputs.StudyBriefOut, **REFUSALS}
    )
    def post(self, request: Request) -> Response:
        given = self.given(StudyIn)
        study = create_study(given["text"], by=self.person(), slug=given.get("slug", ""))
        return Response(study_out(study), status=201)


class StudyView(DeskView):
    """One study and where it stands."""

    @extend_schema(operation_id="studies_show", responses={200: outputs.StudyInFullOut, **REFUSALS})
    def get(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *STAFF)
        body = study_out(study) | {
            "roles": sorted(roles_of(request._request, study)),
            "unblinded": is_unblinded(study),
            "life": life_out(study),
        }
        return Response(body)


def life_out(study: Study) -> list[dict[str, str]]:
    return [{"name": step.name, "state": step.state, "said": step.said} for step in life_of(study)]


class CopyView(DeskView):
    """A new draft with the same protocol and images."""

    @extend_schema(
        operation_id="studies_copy", request=None, responses={201: outputs.StudyBriefOut, **REFUSALS}
    )
    def post(self, request: Request, slug: str) -> Response:
        return Response(study_out(duplicate(self.study(slug, *OWNERS), by=self.person())), status=201)


def protocol_out(protocol: Protocol) -> dict[str, Any]:
    return {"version": protocol.version, "digest": protocol.digest, "text": protocol.text}


class ProtocolView(DeskView):
    """The protocol; a text that is none is refused with every problem in its line."""

    @extend_schema(operation_id="protocol_show", responses={200: outputs.ProtocolOut, **REFUSALS})
    def get(self, request: Request, slug: str) -> Response:
        return Response(protocol_out(self.study(slug, *STAFF).protocol))

    @extend_schema(
        operation_id="protocol_revise", request=TextIn, responses={200: outputs.ProtocolOut, **REFUSALS}
    )
    def put(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *LEADS)
        return Response(protocol_out(revise_protocol(study, self.given(TextIn)["text"], by=self.person())))


class ProtocolCheckView(DeskView):
    """What is wrong with a text, without keeping it."""

    @extend_schema(
        operation_id="protocol_check", request=TextIn, responses={200: outputs.CheckOut, **REFUSALS}
    )
    def post(self, request: Request, slug: str) -> Response:
        self.study(slug, *LEADS)
        try:
            document = parse_protocol(self.given(TextIn)["text"])
        except ProtocolError as error:
            return Response({"problems": problems_of(error), "images": None, "places": None})
        needed = {source.name: document.images_needed(source.name) for source in document.sources}
        return Response({"problems": [], "images": needed, "places": document.places})
