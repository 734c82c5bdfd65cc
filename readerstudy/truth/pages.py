"""What readers get to see of the truth: the result of a practice section, and their own result at the end."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from readerstudy.accounts.person import person
from readerstudy.reading.pages import context_of, opened, page
from readerstudy.reading.readers import reading_of
from readerstudy.reading.walk import Walk
from readerstudy.truth.own_result import own_result
from readerstudy.truth.practice import judge_practice, score_of


@page("POST")
def practice_result(request: HttpRequest, slug: str) -> HttpResponse:
    """After a practice section with a pass mark: on to the study, or once more."""
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
    """The reader's own result; there is none before the unblinding."""
    enrolment = reading_of(request.user, slug)
    results = own_result(enrolment)
    return render(request, "truth/own_result.html", context_of(enrolment, results=results))
