"""Studies, and where they stand."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.desk.access import OWNERS, STAFF, roles_of
from readerstudy.desk.api import outputs
from readerstudy.desk.api.inputs import StudyIn
from readerstudy.desk.api.outputs import REFUSALS, study_out
from readerstudy.desk.api.wire import DeskView
from readerstudy.desk.life import life_of
from readerstudy.desk.query import whole_number
from readerstudy.studies.create import create_study
from readerstudy.studies.models import Study
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
            "roles": sorted(roles_of(request, study)),
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
