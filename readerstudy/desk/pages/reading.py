"""Watching the reading: progress, never accuracy."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from readerstudy.desk.access import STAFF, study_page
from readerstudy.desk.drawing import days_chart
from readerstudy.desk.health import health_problems
from readerstudy.desk.pages.frame import study_response
from readerstudy.desk.progress import answers_by_day, progress_of
from readerstudy.studies.models import Study


@require_GET
@study_page(*STAFF)
def progress(request: HttpRequest, study: Study) -> HttpResponseBase:
    readers, days = progress_of(study), answers_by_day(study)
    context = {
        "readers": readers,
        "days": days_chart(days) if days else "",
        "answers": sum(count for _, count in days),
        "deviating": [reader for reader in readers if reader.deviations or reader.is_stale],
        "health": health_problems(study),
    }
    return study_response(request, study, "progress", context)
