from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from readerstudy.accounts.person import person
from readerstudy.desk.rehearsal.options import Preflight
from readerstudy.desk.rehearsal.preflight import start_preflight
from readerstudy.desk.rehearsal.preview import preview_study
from readerstudy.desk.rehearsal.queries import preflight_of, rehearsal_of
from readerstudy.desk.result.queries import SANDBOX, by_title
from readerstudy.desk.shell.access import LEADS, OWNERS, study_page
from readerstudy.desk.shell.frame import study_response
from readerstudy.results.runs import report_folder
from readerstudy.studies.models import Study
from readerstudy.truth.recognisable import recognisable
from readerstudy.web.options import form_for
from readerstudy.web.pages import done

PreflightForm = form_for(Preflight)


@study_page(*LEADS, methods="GET POST")
def preflight(request: HttpRequest, study: Study) -> HttpResponseBase:
    start = {"readers": study.protocol.document.readers}
    form = PreflightForm(request.POST if request.method == "POST" else None, initial=start)
    if form.is_valid():
        start_preflight(study, form.cleaned_data, by=person(request))
        return done(request, "The pre-flight has begun.", "desk-preflight", study.slug)
    found = preflight_of(study)
    context: dict[str, Any] = {
        "form": form,
        "run": found.run,
        "minutes": found.minutes,
        "sections": by_title(study, found.report),
        "recognisable": recognisable(study),
        "rehearsal": found.run.outcome.get("rehearsal", "") if found.run and found.report else "",
    }
    return study_response(request, study, "rehearsal/preflight", context, status=422 if form.errors else 200)


@study_page(*LEADS)
def preflight_report(request: HttpRequest, study: Study, rehearsal: str) -> HttpResponseBase:
    """Return the report on virtual readers, which says nothing about real ones."""
    path = report_folder(rehearsal_of(study, rehearsal)) / "report.html"
    if not path.is_file():
        raise Http404
    headers = {"Content-Security-Policy": SANDBOX}
    return HttpResponse(path.read_bytes(), content_type="text/html; charset=utf-8", headers=headers)


@study_page(*OWNERS, methods="POST", back="desk-study")
def preview(request: HttpRequest, study: Study) -> HttpResponseBase:
    """Read the study oneself, in a rehearsal that leaves nothing in it."""
    return redirect("read", preview_study(study, by=person(request)).slug)
