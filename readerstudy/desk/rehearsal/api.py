from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.desk.rehearsal.options import Preflight
from readerstudy.desk.rehearsal.preflight import start_preflight
from readerstudy.desk.rehearsal.preview import preview_study
from readerstudy.desk.rehearsal.queries import preflight_of
from readerstudy.desk.rehearsal.shapes import PreflightOut, ReadingOut
from readerstudy.desk.runs.api import started
from readerstudy.desk.runs.shapes import RunOut
from readerstudy.desk.shell.access import LEADS, OWNERS
from readerstudy.desk.shell.api import DeskView
from readerstudy.web.openapi import operation


class PreflightView(DeskView):
    """Have virtual readers read the whole study in a rehearsal, and what came of it."""

    @operation("preflight_show", PreflightOut)
    def get(self, request: Request, slug: str) -> Response:
        return Response(PreflightOut(preflight_of(self.study(slug, *LEADS))).data)

    @operation("preflight_start", RunOut, asks=Preflight, status=202)
    def post(self, request: Request, slug: str) -> Response:
        study, given = self.study(slug, *LEADS), self.given(Preflight)
        return started(start_preflight(study, given, by=self.person()))


class ReadingPreviewView(DeskView):
    """Make a rehearsal in which you are a reader; nothing of it stays in the study."""

    @operation("reading_preview", ReadingOut, status=201)
    def post(self, request: Request, slug: str) -> Response:
        twin = preview_study(self.study(slug, *OWNERS), by=self.person())
        return Response({"address": reverse("read", args=[twin.slug])}, status=201)
