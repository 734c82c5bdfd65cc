import io

from django.http import FileResponse, Http404, HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.desk.shell.access import STAFF
from readerstudy.desk.shell.api import DeskView
from readerstudy.desk.watching.audit_trail import FORMATS, audit_trail
from readerstudy.desk.watching.queries import log_of, watched
from readerstudy.desk.watching.shapes import LogOut, ReadersProgressOut
from readerstudy.web.openapi import download, operation
from readerstudy.web.paging import START, whole_number


class ProgressView(DeskView):
    """The progress of each reader."""

    @operation("progress_show", ReadersProgressOut)
    def get(self, request: Request, slug: str) -> Response:
        return Response(ReadersProgressOut(watched(self.study(slug, *STAFF))).data)


class AuditTrailView(DeskView):
    """The whole log in sentences, oldest first, as `csv` or `pdf`."""

    @download("audit_trail_download", "text/csv", "application/pdf")
    def get(self, request: Request, slug: str, kind: str) -> HttpResponseBase:
        study = self.study(slug, *STAFF)
        if kind not in FORMATS:
            raise Http404
        made, name = audit_trail(study, kind, by=self.person())
        return FileResponse(io.BytesIO(made), as_attachment=True, filename=name)


class LogView(DeskView):
    """Everything that happened, newest first, without what would unblind."""

    @operation("log_list", LogOut, parameters=[START])
    def get(self, request: Request, slug: str) -> Response:
        page = log_of(self.study(slug, *STAFF), whole_number(request, "start"))
        return Response(LogOut({"entries": page.rows, "next": page.next(request.path)}).data)
