import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from readerstudy.accounts.person import person
from readerstudy.desk.planner.drawing import designs_of, power_curves, sized
from readerstudy.desk.planner.options import ASKED_WHEN, EndpointQuestion, Margin, Question
from readerstudy.desk.shell.access import LEADS, STAFF, study_page
from readerstudy.results.item_planner import asks_items, endpoint_power, endpoint_question_of
from readerstudy.results.planner import (
    QUICK_REPLICATES,
    PlanRefused,
    first_counting,
    minutes_each,
    power,
    question_of,
)
from readerstudy.studies.create import revise_protocol
from readerstudy.studies.models import Study, Task
from readerstudy.studies.protocol.rewrite import put
from readerstudy.web.options import form_for, posted
from readerstudy.web.pages import done

REFINED_REPLICATES = 4_000


QuestionForm = form_for(Question, "replicates")
EndpointForm = form_for(EndpointQuestion)
for _name, _rules in ASKED_WHEN.items():
    EndpointForm.base_fields[_name].widget.attrs["data-asked-when"] = json.dumps(_rules)


@login_required
@require_GET
def planner(request: HttpRequest) -> HttpResponse:
    """Show the planner with a quick simulation; the page then requests the refined one."""
    study = Study.objects.in_role(request.user, *STAFF).filter(slug=request.GET.get("study", "")).first()
    if "what" in request.GET or (
        study is not None and "task" not in request.GET and asks_items(study.protocol.document)
    ):
        return _endpoint(request, study)
    given = {key: value for key, value in request.GET.items() if key in QuestionForm.base_fields}
    start = {name: field.initial for name, field in QuestionForm.base_fields.items() if field.initial}
    if study is not None:
        start |= question_of(study.protocol.document)
    form = QuestionForm({**start, **given})
    context: dict[str, Any] = {"form": form, "study": study}
    if form.is_valid():
        context |= _answer(form.cleaned_data, refined="refined" in request.GET)
    if study is not None:
        document = study.protocol.document
        context |= {"minutes": minutes_each(document), "section": first_counting(document).title}
    template = (
        "desk/planner/_power.html"
        if request.headers.get("X-Part") == "power"
        else "desk/planner/planner.html"
    )
    return render(request, template, context, status=200 if form.is_valid() else 422)


def _endpoint(request: HttpRequest, study: Study | None) -> HttpResponse:
    """Show the size for an endpoint of an item, which needs no simulation."""
    fields = EndpointForm.base_fields
    start = {name: field.initial for name, field in fields.items() if field.initial is not None}
    context: dict[str, Any] = {"study": study, "is_endpoint": True}
    if study is not None:
        context["minutes"] = minutes_each(study.protocol.document)
        try:
            start |= endpoint_question_of(study.protocol.document)
        except PlanRefused as error:
            context["refusal"] = str(error)
    given = {name: value for name, value in request.GET.items() if name in fields}
    # A box that was not ticked is not sent.
    boxes = ("compared", "paired")
    start = {
        name: value for name, value in start.items() if name not in boxes or (value and "what" not in given)
    }
    context["form"] = form = EndpointForm({**start, **given})
    said = {name: form[name].value() for name in form.fields}
    for name, rules in ASKED_WHEN.items():
        if not any(all(said[key] in values for key, values in rule.items()) for rule in rules):
            # Disabled fields, which the chosen endpoint does not need, are not shown or sent.
            form.fields[name].widget.attrs["disabled"] = True
    is_asked = "refusal" not in context or "what" in given
    if form.is_valid() and is_asked:
        try:
            context["sized"] = sized(endpoint_power(form.cleaned_data))
            context.pop("refusal", None)
        except PlanRefused as error:
            context["refusal"] = str(error)
    part = request.headers.get("X-Part") == "power"
    template = "desk/planner/_sized.html" if part else "desk/planner/planner.html"
    return render(request, template, context, status=200 if form.is_valid() else 422)


@study_page(*LEADS, methods="POST", back="desk-protocol")
def write_margin(request: HttpRequest, study: Study) -> HttpResponseBase:
    """Write the chosen margin into the protocol, and leave every other byte of it unchanged."""
    asked = posted(Margin, request.POST)
    margin, name = asked["margin"], "realism" if asked["task"] == Task.RATE else "detection"
    text = put(study.protocol.text, f"margins.{name}", margin)
    revised = revise_protocol(study, text, by=person(request))
    said = f"The margin of {name} is ±{margin:g}: version {revised.version} of the protocol."
    return done(request, said, "desk-protocol", study.slug)


def _answer(question: dict[str, Any], *, refined: bool) -> dict[str, Any]:
    replicates = REFINED_REPLICATES if refined else QUICK_REPLICATES
    try:
        found = power({**question, "replicates": replicates})
    except PlanRefused as error:
        return {"refusal": str(error)}
    return {
        "plan": found,
        "curves": power_curves(found),
        "designs": designs_of(found),
        "power": 100 * found["power_equivalence"],
        "power_above": 100 * found["power_superiority"] if found["power_superiority"] is not None else None,
        "refined": refined,
        "points": 100 * found["margin"],
    }
