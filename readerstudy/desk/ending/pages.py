from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase

from readerstudy.accounts.models import User
from readerstudy.accounts.person import person
from readerstudy.accounts.reauthentication import recently_authenticated, recently_authenticated_to_act
from readerstudy.desk.ending.archives import Archiver
from readerstudy.desk.ending.queries import responses_told, unblinding_of
from readerstudy.desk.people.queries import unfinished_readers
from readerstudy.desk.shell.access import UNBLINDERS, study_page
from readerstudy.desk.shell.frame import refused_here, study_response
from readerstudy.errors import ReaderstudyError
from readerstudy.reading.models import Tally
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.models import Enrolment, Study
from readerstudy.truth.models import SharedImagesApproval
from readerstudy.truth.shared_images import approve_shared_images, endangered_by, named
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from readerstudy.web.options import StatedReason, posted
from readerstudy.web.pages import done, refused

VERBS = {
    "freeze": (freeze_study, "The study is frozen. No more answers are accepted."),
    "ask": (request_unblinding, "The unblinding is requested."),
    "approve": (approve_shared_images, "Approved. Another owner or analyst can now unblind and export."),
    "confirm": (confirm_unblinding, "The study is unblinded."),
}


@recently_authenticated_to_act
@study_page(*UNBLINDERS, methods="GET POST")
def ending(request: HttpRequest, study: Study) -> HttpResponseBase:
    if request.method == "GET":
        return study_response(request, study, "ending/ending", _so_far(study, person(request)))
    verb, said = VERBS.get(request.POST.get("verb", ""), (None, ""))
    if verb is None:
        raise Http404
    try:
        verb(study, by=person(request), **posted(StatedReason, request.POST))
    except ReaderstudyError as error:
        return refused_here(request, study, "ending/ending", error, _so_far(study, person(request)))
    return done(request, said, "desk-ending", study.slug)


def _so_far(study: Study, by: User) -> dict[str, Any]:
    unblinders = Enrolment.objects.filter(study=study, role__in=UNBLINDERS).current()
    tallies = Tally.objects.filter(enrolment__study=study, section__practice=False).exclude(
        enrolment__withdrawal__keep_answers=False
    )
    steps, endangered = unblinding_of(study), endangered_by(study)
    approvals = SharedImagesApproval.objects.filter(study=study, endangered__in=endangered)
    return {
        "freeze": getattr(study, "freeze", None),
        "responses": responses_told(study.freeze) if hasattr(study, "freeze") else None,
        "asked": steps.asked,
        "unblinding": steps.unblinded,
        "answered": tallies.values("enrolment").distinct().count(),
        "still_reading": unfinished_readers(study),
        "endangered": named(endangered, to=by),
        "approvals": approvals.select_related("by").order_by("at"),
        "may_approve": approvals.filter(by=by).count() < len(endangered),
        "nobody_else": unblinders.count() < study.protocol.document.unblinding_people,
    }


@recently_authenticated
@study_page(*UNBLINDERS)
def archive(request: HttpRequest, study: Study, make: Archiver) -> HttpResponseBase:
    """The bundle, masked as long as the study is blinded, or what recomputes the report."""
    try:
        made, name = make(study, by=person(request))
    except ReaderstudyError as error:
        return refused(request, error, "desk-ending", study.slug)
    return FileResponse(made, as_attachment=True, filename=name)
