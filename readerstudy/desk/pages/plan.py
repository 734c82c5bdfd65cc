"""The plan, and the lock that closes it."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods

from readerstudy.accounts.person import person
from readerstudy.accounts.reauthentication import recently_authenticated_to_act
from readerstudy.desk.access import LEADS, OWNERS, study_page
from readerstudy.desk.pages.frame import done, refused, refused_here, study_response
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.models import Study
from readerstudy.truth.allocate import allocate, allocations_of
from readerstudy.truth.lock import lock_study
from readerstudy.truth.secrets import commitment_of


@require_http_methods(["GET", "POST"])
@study_page(*LEADS)
def plan(request: HttpRequest, study: Study) -> HttpResponseBase:
    if request.method == "GET":
        facts = {"commitment": commitment_of(study), "allocations": allocations_of(study)}
        return study_response(request, study, "plan", facts)
    try:
        made = allocate(study, by=person(request))
    except ReaderstudyError as error:
        return refused(request, error, "desk-plan", study.slug)
    return done(request, f"Plan {made.digest[:16]} made for {made.places} places.", "desk-plan", study.slug)


@require_http_methods(["GET", "POST"])
@recently_authenticated_to_act
@study_page(*OWNERS)
def lock(request: HttpRequest, study: Study) -> HttpResponseBase:
    if request.method == "GET":
        return study_response(request, study, "lock", {"commitment": commitment_of(study)})
    try:
        lock_study(study, by=person(request), reason=request.POST.get("reason", ""))
    except ReaderstudyError as error:
        return refused_here(request, study, "lock", error, {"commitment": commitment_of(study)})
    return done(request, "The study is locked. Invite its readers.", "desk-people", study.slug)
