from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.accounts.models import Scope
from readerstudy.desk.planner.options import EndpointQuestion, Question
from readerstudy.desk.shell.api import DeskView
from readerstudy.results.item_planner import endpoint_power
from readerstudy.results.planner import power
from readerstudy.web.openapi import operation


class PlannerView(DeskView):
    """Estimate the power of a design by simulation."""

    writes = Scope.STUDY_READ

    @operation("planner_ask", OpenApiTypes.OBJECT, asks=Question)
    def post(self, request: Request) -> Response:
        return Response(power(self.given(Question)))


class EndpointPlannerView(DeskView):
    """Compute the size of a study for one endpoint of an item."""

    writes = Scope.STUDY_READ

    @operation("planner_endpoint", OpenApiTypes.OBJECT, asks=EndpointQuestion)
    def post(self, request: Request) -> Response:
        return Response(endpoint_power(self.given(EndpointQuestion)))
