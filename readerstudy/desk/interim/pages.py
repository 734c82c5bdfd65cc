"""The page of interim looks: what is due and what was decided; for the monitor also the results."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from readerstudy.accounts.person import person
from readerstudy.accounts.reauthentication import recently_authenticated_to_act
from readerstudy.desk.interim.queries import looks_of
from readerstudy.desk.shell.access import MONITORS, STAFF, roles_of, study_page
from readerstudy.desk.shell.frame import study_response
from readerstudy.errors import ReaderstudyError
from readerstudy.results.interim import take_look
from readerstudy.studies.models import Study
from readerstudy.web.options import StatedReason, posted
from readerstudy.web.pages import done


@recently_authenticated_to_act
@study_page(*MONITORS, *STAFF, methods="GET POST")
def interim(request: HttpRequest, study: Study) -> HttpResponseBase:
    if request.method == "GET":
        return _page(request, study)
    try:
        look = take_look(study, by=person(request), **posted(StatedReason, request.POST))
    except ReaderstudyError as error:
        return _page(request, study, problem=str(error), status=error.status)
    return done(request, f"Look {look.number}: {look.get_decision_display()}.", "desk-interim", study.slug)


def _page(request: HttpRequest, study: Study, *, problem: str = "", status: int = 200) -> HttpResponse:
    """Staff see the page in the frame of the study, whose other pages its monitor cannot open."""
    roles, protocol = roles_of(request, study), study.protocol.document
    shown: dict[str, Any] = {
        "looks": looks_of(study, roles=roles),
        "planned": protocol.looks,
        "endpoint": protocol.primary,
        "problem": problem,
        "typed": request.POST.get("reason", ""),
    }
    if roles.isdisjoint(MONITORS):
        return study_response(request, study, "interim/interim", shown, status=status)
    return render(request, "desk/interim/monitor.html", {"study": study, **shown}, status=status)
