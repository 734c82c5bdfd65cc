"""The pages on which a reader leaves: for today, or for good."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from readerstudy.accounts.person import person
from readerstudy.reading.minutes import minutes_left
from readerstudy.reading.pages import context_of, opened, page
from readerstudy.reading.steps import next_step
from readerstudy.reading.stop_reading import stop_reading
from readerstudy.reading.walk import Walk
from readerstudy.studies.withdraw import withdraw

#: No words of the reader's own: staff read the reason before the unblinding.
REASON = "Withdrawn by the reader"


@page("POST")
def read_stop(request: HttpRequest, slug: str) -> HttpResponse:
    """What is safe, what is left, and how to come back."""
    enrolment = opened(request, slug)
    if request.method == "POST":
        stop_reading(enrolment, by=person(request))
        return redirect("read-stop", slug)
    walk = Walk(enrolment)
    begun = next_step(enrolment) is None
    context = context_of(
        enrolment,
        stretch=walk.stretch if begun else None,
        left=minutes_left(walk),
        address=request.build_absolute_uri("../"),
    )
    return render(request, "reading/stop.html", context)


@page("POST")
def read_withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    """Leave the study for good; what happens to the answers is the reader's to say."""
    enrolment = opened(request, slug)
    if request.method != "POST":
        return render(request, "reading/withdraw.html", context_of(enrolment))
    answers = request.POST.get("answers", "")
    if answers not in ("keep", "remove") or request.POST.get("sure") != "yes":
        missing = _("Choose what happens to your answers, and tick the box to confirm.")
        context = context_of(enrolment, problem=missing, answers=answers)
        return render(request, "reading/withdraw.html", context, status=422)
    withdraw(enrolment, by=person(request), reason=REASON, keep_answers=answers == "keep")
    return redirect("readings")
