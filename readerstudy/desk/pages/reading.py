"""Watching the reading: progress, never accuracy."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from readerstudy.desk.access import STAFF, study_page
from readerstudy.desk.pages.frame import study_response
from readerstudy.desk.progress import progress_of
from readerstudy.studies.models import Study


@require_GET
@study_page(*STAFF)
def progress(request: HttpRequest, study: Study) -> HttpResponseBase:
    return study_response(request, study, "progress", {"readers": progress_of(study)})
