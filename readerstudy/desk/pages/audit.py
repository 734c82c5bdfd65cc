"""The blinding audit and the gate it keeps."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from readerstudy.desk.access import LEADS, study_page
from readerstudy.desk.pages.frame import study_response
from readerstudy.studies.models import Study
from readerstudy.truth.blinding.gate import newest_audit


@require_GET
@study_page(*LEADS)
def audit(request: HttpRequest, study: Study) -> HttpResponseBase:
    return study_response(request, study, "audit", {"audit": newest_audit(study)})
