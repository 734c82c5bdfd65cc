"""The planner: what a design can show, before anybody reads."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from readerstudy.accounts.person import person
from readerstudy.desk.access import LEADS, STAFF, study_page
from readerstudy.desk.pages.frame import done, refused
from readerstudy.desk.power_drawing import power_curves
from readerstudy.errors import ReaderstudyError
from readerstudy.results.planner import QUICK_REPLICATES, PlanRefused, minutes_each, power, question_of
from readerstudy.studies.create import revise_protocol
from readerstudy.studies.models import Study, Task
from readerstudy.studies.protocol.rewrite import put

REFINED_REPLICATES = 4_000


class Question(forms.Form):
    """What the planner is asked."""

    task = forms.ChoiceField(choices=Task.choices, initial=Task.PICK_REAL)
    alternatives = forms.IntegerField(
        min_value=2,
        max_value=8,
        initial=4,
        label="Images on a screen",
        help_text="Where one of several is picked",
    )
    readers = forms.IntegerField(min_value=2, max_value=200, initial=8)
    trials = forms.IntegerField(min_value=2, max_value=2000, initial=50)
    accuracy = forms.FloatField(
        min_value=0.01,
        max_value=0.99,
        required=False,
        label="True rate",
        help_text="Between 0 and 1; left empty, chance",
    )
    margin = forms.FloatField(
        min_value=0.005,
        max_value=0.5,
        initial=0.10,
        label="Margin of equivalence",
        help_text="0.1 is ten percentage points",
    )
    reader_sd = forms.FloatField(
        min_value=0,
        max_value=3,
        initial=0.3,
        label="Readers differ by",
        help_text="Standard deviation, in logits",
    )
    case_icc = forms.FloatField(
        min_value=0,
        max_value=0.8,
        initial=0.05,
        label="Cases correlate by",
        help_text="Answers to the same case",
    )


@login_required
@require_GET
def planner(request: HttpRequest) -> HttpResponse:
    """Answers at once with a quick simulation; the page asks for the refined one by itself."""
    study = Study.objects.in_role(request.user, *STAFF).filter(slug=request.GET.get("study", "")).first()
    given = {key: value for key, value in request.GET.items() if key in Question.base_fields}
    start = {name: field.initial for name, field in Question.base_fields.items() if field.initial is not None}
    if study is not None:
        start |= question_of(study.protocol.document)
    form = Question({**start, **given})
    context: dict[str, Any] = {"form": form, "study": study}
    if form.is_valid():
        context |= _answer(form.cleaned_data, refined="refined" in request.GET)
    if study is not None:
        context["minutes"] = minutes_each(study.protocol.document)
    template = "desk/_power.html" if request.headers.get("X-Part") == "power" else "desk/planner.html"
    return render(request, template, context, status=200 if form.is_valid() else 422)


@require_POST
@study_page(*LEADS)
def write_margin(request: HttpRequest, study: Study) -> HttpResponseBase:
    """Put the margin that was settled on into the protocol, and leave every other byte of it alone."""
    form = Question(request.POST)
    form.is_valid()
    if not {"task", "margin"} <= form.cleaned_data.keys():
        raise Http404
    task, margin = form.cleaned_data["task"], form.cleaned_data["margin"]
    name = "realism" if task == Task.RATE else "detection"
    try:
        text = put(study.protocol.text, f"margins.{name}", margin)
        revised = revise_protocol(study, text, by=person(request))
    except ReaderstudyError as error:
        return refused(request, error, "desk-protocol", study.slug)
    said = f"The margin of {name} is ±{margin:g}: version {revised.version} of the protocol."
    return done(request, said, "desk-protocol", study.slug)


def _answer(question: dict[str, Any], *, refined: bool) -> dict[str, Any]:
    replicates = REFINED_REPLICATES if refined else QUICK_REPLICATES
    try:
        found = power({**question, "replicates": replicates})
    except PlanRefused as error:
        return {"refusal": str(error)}
    return {"plan": found, "curves": power_curves(found), "refined": refined, "points": 100 * found["margin"]}
