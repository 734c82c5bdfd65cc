"""The end of a study: freeze, unblind in two steps, take the data away."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET, require_http_methods

from readerstudy.accounts.person import person
from readerstudy.accounts.reauthentication import recently_authenticated
from readerstudy.desk.access import study_page
from readerstudy.desk.archives import bundle_archive, reproduction_archive
from readerstudy.desk.pages.frame import done, refused, study_response
from readerstudy.desk.unfinished import unfinished
from readerstudy.errors import ReaderstudyError
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.models import Role, Study
from readerstudy.truth.models import Unblinding, UnblindingRequest
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding

VERBS = {
    "freeze": (freeze_study, "Frozen. No answer comes any more."),
    "ask": (request_unblinding, "The unblinding is asked for."),
    "confirm": (confirm_unblinding, "The study is unblinded."),
}


@require_http_methods(["GET", "POST"])
@recently_authenticated
@study_page(Role.OWNER, Role.ANALYST)
def ending(request: HttpRequest, study: Study) -> HttpResponseBase:
    if request.method == "GET":
        context = {
            "freeze": getattr(study, "freeze", None),
            "asked": UnblindingRequest.objects.filter(study=study).select_related("by").first(),
            "unblinding": Unblinding.objects.filter(study=study).select_related("by").first(),
            "still_reading": [one for one in unfinished(study) if one.role == Role.READER],
        }
        return study_response(request, study, "ending", context)
    verb, said = VERBS.get(request.POST.get("verb", ""), (None, ""))
    if verb is None:
        raise Http404
    try:
        verb(study, by=person(request), reason=request.POST.get("reason", ""))
    except ReaderstudyError as error:
        return refused(request, error, "desk-ending", study.slug)
    return done(request, said, "desk-ending", study.slug)


@require_GET
@recently_authenticated
@study_page(Role.OWNER, Role.ANALYST)
def bundle(request: HttpRequest, study: Study) -> HttpResponseBase:
    """The bundle as a zip archive; masked as long as the study is blinded."""
    try:
        archive, name = bundle_archive(study, by=person(request))
    except ReaderstudyError as error:
        return refused(request, error, "desk-ending", study.slug)
    return FileResponse(archive, as_attachment=True, filename=name)


@require_GET
@recently_authenticated
@study_page(Role.OWNER, Role.ANALYST)
def reproduction(request: HttpRequest, study: Study) -> HttpResponseBase:
    """The archive that computes the report anew."""
    try:
        archive, name = reproduction_archive(study, by=person(request))
    except ReaderstudyError as error:
        return refused(request, error, "desk-ending", study.slug)
    return FileResponse(archive, as_attachment=True, filename=name)
