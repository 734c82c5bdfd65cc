from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.accounts.models import Scope
from readerstudy.desk.interim.queries import looks_of
from readerstudy.desk.interim.shapes import InterimLooksOut
from readerstudy.desk.shell.access import MONITORS, STAFF, roles_of
from readerstudy.desk.shell.api import DeskView
from readerstudy.results.interim import take_look
from readerstudy.web.openapi import operation
from readerstudy.web.options import StatedReason


class InterimView(DeskView):
    """The looks that were taken, and the one that comes next; its monitor takes it."""

    writes = Scope.STUDY_END

    @operation("interim_list", InterimLooksOut)
    def get(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *MONITORS, *STAFF)
        return Response(InterimLooksOut(looks_of(study, roles=roles_of(request, study))).data)

    @operation("interim_take", InterimLooksOut, asks=StatedReason)
    def post(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *MONITORS)
        self.confirmed()
        take_look(study, by=self.person(), reason=self.given(StatedReason)["reason"])
        return Response(InterimLooksOut(looks_of(study, roles=roles_of(request, study))).data)
