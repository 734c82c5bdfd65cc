"""The result on screen, once the study is unblinded."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from readerstudy.desk.access import study_page
from readerstudy.desk.pages.frame import study_response
from readerstudy.studies.models import Role, Study
from readerstudy.truth.unblind import is_unblinded


@require_GET
@study_page(Role.OWNER, Role.ANALYST)
def result(request: HttpRequest, study: Study) -> HttpResponseBase:
    return study_response(request, study, "result", {"unblinded": is_unblinded(study)})
