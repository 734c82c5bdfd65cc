from django.http import FileResponse, HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.accounts.models import Scope
from readerstudy.desk.result.files import file_of, names_in
from readerstudy.desk.result.options import WriteReport
from readerstudy.desk.result.shapes import ReportOut
from readerstudy.desk.runs.api import started
from readerstudy.desk.runs.queries import newest_run
from readerstudy.desk.runs.shapes import RunOut
from readerstudy.desk.shell.access import UNBLINDERS
from readerstudy.desk.shell.api import DeskView
from readerstudy.results.runs import report_folder
from readerstudy.studies.runs import start_run
from readerstudy.truth.unblind import require_unblinded
from readerstudy.web.openapi import download, operation


class ReportView(DeskView):
    """The report's files, and the run that writes them."""

    reads = Scope.RESULTS_READ

    @operation("report_show", ReportOut)
    def get(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *UNBLINDERS)
        require_unblinded(study)
        body = {"files": names_in(report_folder(study)), "run": newest_run(study, "report")}
        return Response(ReportOut(body).data)

    @operation("report_start", RunOut, status=202, asks=WriteReport)
    def post(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *UNBLINDERS)
        require_unblinded(study)
        asked = {"anew": True, **self.given(WriteReport)}
        return started(start_run(study, "report", asked, by=self.person()))


class ReportFileView(DeskView):
    """One file of the report."""

    reads = Scope.RESULTS_READ

    @download("report_download", "application/octet-stream")
    def get(self, request: Request, slug: str, name: str) -> HttpResponseBase:
        study = self.study(slug, *UNBLINDERS)
        return FileResponse(file_of(study, name), as_attachment=True, filename=f"{study.slug}-{name}")
