"""The pages that show readers the truth: practice results, their own result, emergency disclosures."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from readerstudy.accounts.person import person
from readerstudy.accounts.reauthentication import recently_authenticated_to_act
from readerstudy.reading.pages import context_of, opened, page
from readerstudy.reading.readers import reading_of
from readerstudy.reading.walk import Walk
from readerstudy.truth.disclose import disclosed_to, read_disclosure
from readerstudy.truth.errors import TruthError
from readerstudy.truth.own_result import own_result
from readerstudy.truth.practice import judge_practice, score_of
from readerstudy.web.paging import number_in


@page("POST")
def practice_result(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the result of a practice section with a pass mark, and go on or repeat it."""
    enrolment = opened(request, slug)
    gate = Walk(enrolment).gate
    if gate is None:
        return redirect("read", slug)
    if request.method == "POST":
        judge_practice(enrolment, gate.section, by=person(request))
        return redirect("read", slug)
    context = context_of(enrolment, score=score_of(enrolment, gate), stretch=gate)
    return render(request, "truth/practice_result.html", context)


@page()
def read_result(request: HttpRequest, slug: str) -> HttpResponse:
    """The reader's own result; before the unblinding the page says that it is not there yet."""
    enrolment = reading_of(request.user, slug)
    results = own_result(enrolment)
    return render(request, "truth/own_result.html", context_of(enrolment, results=results))


@require_http_methods(["GET", "POST"])
@recently_authenticated_to_act
def disclosures(request: HttpRequest) -> HttpResponseBase:
    """The images disclosed to this person in an emergency; one at a time, after confirming who they are."""
    told = disclosed_to(person(request))
    context: dict[str, Any] = {"told": told}
    if request.method == "POST":
        shown = get_object_or_404(told, pk=number_in(request.POST.get("number", "")))
        try:
            context |= {"shown": shown, "kind": read_disclosure(shown, by=person(request))}
        except TruthError as error:
            messages.error(request, str(error))
    return render(request, "truth/disclosures.html", context)
