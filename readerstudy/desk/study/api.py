from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.desk.shell.access import OWNERS, STAFF, roles_of
from readerstudy.desk.shell.api import DeskView
from readerstudy.desk.study.options import Copy, NewStudy
from readerstudy.desk.study.queries import PAGE, studies_of
from readerstudy.desk.study.shapes import StudiesOut, StudyBriefOut, StudyInFullOut
from readerstudy.studies.create import create_study
from readerstudy.truth.duplicate import duplicate
from readerstudy.web.openapi import operation
from readerstudy.web.paging import START, page_of, whole_number


class StudiesView(DeskView):
    """The studies in which you have a role."""

    @operation("studies_list", StudiesOut, parameters=[START])
    def get(self, request: Request) -> Response:
        page = page_of(studies_of(request.user), whole_number(request, "start"), PAGE)
        return Response(StudiesOut({"studies": page.rows, "next": page.next(request.path)}).data)

    @operation("studies_create", StudyBriefOut, asks=NewStudy, status=201)
    def post(self, request: Request) -> Response:
        given = self.given(NewStudy)
        study = create_study(given["text"], by=self.person(), slug=given.get("slug", ""))
        return Response(StudyBriefOut(study).data, status=201)


class StudyView(DeskView):
    """One study and where it stands."""

    @operation("studies_show", StudyInFullOut)
    def get(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *STAFF)
        return Response(StudyInFullOut(study, context={"roles": roles_of(request, study)}).data)


class CopyView(DeskView):
    """A new draft with the same protocol and images."""

    @operation("studies_copy", StudyBriefOut, asks=Copy, status=201)
    def post(self, request: Request, slug: str) -> Response:
        copy = duplicate(self.study(slug, *OWNERS), by=self.person(), **self.given(Copy))
        return Response(StudyBriefOut(copy).data, status=201)
