"""Try a study before anybody reads it: as its reader, or by virtual readers."""

import json
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from readerstudy.accounts.person import person
from readerstudy.desk.access import LEADS, OWNERS, study_page
from readerstudy.desk.pages.frame import done, refused, study_response
from readerstudy.desk.pages.result import SANDBOX, by_title
from readerstudy.desk.pages.runs import newest_run
from readerstudy.desk.preview import preview_study
from readerstudy.errors import ReaderstudyError
from readerstudy.results.planner import minutes_each
from readerstudy.results.runs import report_folder
from readerstudy.studies.models import Run, Study
from readerstudy.studies.runs import start_run
from readerstudy.truth.duplicate import duplicate
from readerstudy.truth.recognisable import recognisable


class Virtual(forms.Form):
    """What the virtual readers are like."""

    readers = forms.IntegerField(min_value=2, max_value=50)
    accuracy = forms.FloatField(
        min_value=0.01,
        max_value=0.99,
        required=False,
        help_text="Share of right answers; left empty, as is usual for the task",
    )
    bias = forms.FloatField(min_value=-3, max_value=3, initial=0, label="Bias towards synthetic (logits)")
    fatigue = forms.FloatField(min_value=0, max_value=3, initial=0, label="Lost to fatigue (logits)")
    dropout = forms.FloatField(
        min_value=0,
        max_value=0.5,
        initial=0,
        label="Dropout",
        help_text="Chance of stopping before any one trial",
    )
    seed = forms.IntegerField(min_value=0, max_value=2**31 - 1, initial=1)


@require_http_methods(["GET", "POST"])
@study_page(*LEADS)
def preflight(request: HttpRequest, study: Study) -> HttpResponseBase:
    start = {"readers": study.protocol.document.readers}
    form = Virtual(request.POST) if request.method == "POST" else Virtual(initial=start)
    if request.method == "POST" and form.is_valid():
        start_run(study, "preflight", form.cleaned_data, by=person(request))
        return done(request, "The pre-flight has begun.", "desk-preflight", study.slug)
    run, report = newest_preflight(study)
    context: dict[str, Any] = {
        "form": form,
        "run": run,
        "minutes": minutes_each(study.protocol.document),
        "sections": by_title(study, report),
        "recognisable": recognisable(study),
        "rehearsal": run.outcome.get("rehearsal", "") if run and report else "",
    }
    return study_response(request, study, "preflight", context, status=422 if form.errors else 200)


def newest_preflight(study: Study) -> tuple[Run | None, dict[str, Any] | None]:
    """The last pre-flight, and the report on its virtual readers once that is written."""
    run = newest_run(study, "preflight")
    if run is None or run.state != "finished":
        return run, None
    path = report_folder(_rehearsal(study, run.outcome.get("rehearsal", ""))) / "report.json"
    return run, json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _rehearsal(study: Study, slug: str) -> Study:
    twin = Study.objects.filter(rehearses=study, slug=slug).first()
    if twin is None:
        raise Http404
    return twin


@require_GET
@study_page(*LEADS)
def preflight_report(request: HttpRequest, study: Study, rehearsal: str) -> HttpResponseBase:
    """The report on virtual readers, which tells nothing of real ones."""
    path = report_folder(_rehearsal(study, rehearsal)) / "report.html"
    if not path.is_file():
        raise Http404
    headers = {"Content-Security-Policy": SANDBOX}
    return HttpResponse(path.read_bytes(), content_type="text/html; charset=utf-8", headers=headers)


@require_POST
@study_page(*OWNERS)
def preview(request: HttpRequest, study: Study) -> HttpResponseBase:
    """Read the study oneself, in a rehearsal that leaves nothing in it."""
    try:
        twin = preview_study(study, by=person(request))
    except ReaderstudyError as error:
        return refused(request, error, "desk-study", study.slug)
    return redirect("read", twin.slug)


@require_POST
@study_page(*OWNERS)
def copy(request: HttpRequest, study: Study) -> HttpResponseBase:
    try:
        twin = duplicate(study, by=person(request))
    except ReaderstudyError as error:
        return refused(request, error, "desk-study", study.slug)
    return done(request, f"This is the copy, a draft called {twin.slug}.", "desk-study", twin.slug)
