"""Long work: how far it is, how it ended, and a way to stop it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.desk.access import LEADS, STAFF, run_of
from readerstudy.desk.api import outputs
from readerstudy.desk.api.images import started
from readerstudy.desk.api.inputs import PreflightIn, StatedReasonIn
from readerstudy.desk.api.outputs import REFUSALS, run_out
from readerstudy.desk.api.wire import DeskView
from readerstudy.desk.pages.rehearsal import newest_preflight
from readerstudy.results.planner import minutes_each
from readerstudy.studies.models import Run, Study
from readerstudy.studies.runs import cancel_run, start_run

MOST_RUNS = 100


def runs_out(study: Study) -> dict[str, Any]:
    runs = Run.objects.filter(study=study).select_related("study", "cancellation")[:MOST_RUNS]
    return {"runs": [run_out(run) for run in runs]}


class RunsView(DeskView):
    """The newest runs."""

    @extend_schema(operation_id="runs_list", responses={200: outputs.RunsOut, **REFUSALS})
    def get(self, request: Request, slug: str) -> Response:
        return Response(runs_out(self.study(slug, *LEADS)))


class RunView(DeskView):
    """One run."""

    @extend_schema(operation_id="runs_show", responses={200: outputs.RunOut, **REFUSALS})
    def get(self, request: Request, slug: str, number: int) -> Response:
        return Response(run_out(run_of(request, self.study(slug, *STAFF), number)))


class CancellationView(DeskView):
    """Ask a run to stop; what it has finished is kept."""

    @extend_schema(
        operation_id="runs_cancel", request=StatedReasonIn, responses={200: outputs.RunOut, **REFUSALS}
    )
    def post(self, request: Request, slug: str, number: int) -> Response:
        run = run_of(request, self.study(slug, *STAFF), number)
        cancel_run(run, by=self.person(), reason=self.given(StatedReasonIn)["reason"])
        return Response(run_out(Run.objects.select_related("study", "cancellation").get(pk=run.pk)))


class PreflightOut(outputs.Shape):
    run = outputs.RunOut(allow_null=True)
    minutes = serializers.IntegerField(help_text="Of reading, for each reader.")
    sections = serializers.DictField(
        allow_null=True, help_text="The report on the virtual readers, by section."
    )


def preflight_out(study: Study) -> dict[str, Any]:
    run, report = newest_preflight(study)
    return {
        "run": run_out(run) if run else None,
        "minutes": minutes_each(study.protocol.document),
        "sections": report["sections"] if report else None,
    }


class PreflightView(DeskView):
    """Have virtual readers read the whole study in a rehearsal, and what came of it."""

    @extend_schema(operation_id="preflight_show", responses={200: PreflightOut, **REFUSALS})
    def get(self, request: Request, slug: str) -> Response:
        return Response(preflight_out(self.study(slug, *LEADS)))

    @extend_schema(
        operation_id="preflight_start", request=PreflightIn, responses={202: outputs.RunOut, **REFUSALS}
    )
    def post(self, request: Request, slug: str) -> Response:
        study, given = self.study(slug, *LEADS), self.given(PreflightIn)
        return started(start_run(study, "preflight", given, by=self.person()))
