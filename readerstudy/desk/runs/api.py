from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.desk.runs.queries import newest_runs, run_of
from readerstudy.desk.runs.shapes import RunOut, RunsOut
from readerstudy.desk.shell.access import LEADS, STAFF
from readerstudy.desk.shell.api import DeskView
from readerstudy.studies.models import Run
from readerstudy.studies.runs import cancel_run
from readerstudy.web.openapi import operation
from readerstudy.web.options import StatedReason


def started(run: Run) -> Response:
    """Answer that a run was accepted; its address shows the progress."""
    body = RunOut(run).data
    return Response(body, status=202, headers={"Location": body["address"]})


class RunsView(DeskView):
    """The newest runs."""

    @operation("runs_list", RunsOut)
    def get(self, request: Request, slug: str) -> Response:
        return Response(RunsOut({"runs": newest_runs(self.study(slug, *LEADS))}).data)


class RunView(DeskView):
    """One run."""

    @operation("runs_show", RunOut)
    def get(self, request: Request, slug: str, number: int) -> Response:
        return Response(RunOut(run_of(request, self.study(slug, *STAFF), number)).data)


class CancellationView(DeskView):
    """Ask a run to stop; what it has finished is kept."""

    @operation("runs_cancel", RunOut, asks=StatedReason)
    def post(self, request: Request, slug: str, number: int) -> Response:
        study = self.study(slug, *STAFF)
        run = run_of(request, study, number)
        cancel_run(run, by=self.person(), reason=self.given(StatedReason)["reason"])
        return Response(RunOut(run_of(request, study, number)).data)
