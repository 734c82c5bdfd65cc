"""The people of a study: invite, revoke, withdraw."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods, require_POST

from readerstudy.accounts.person import person
from readerstudy.desk.access import LEADS, OWNERS, study_page
from readerstudy.desk.pages.frame import done, refused, study_response
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.invite import Invited, invite_reader, invite_staff
from readerstudy.studies.models import Enrolment, Role, Study
from readerstudy.studies.withdraw import withdraw


@require_http_methods(["GET", "POST"])
@study_page(*OWNERS)
def people(request: HttpRequest, study: Study) -> HttpResponseBase:
    """Everybody in the study; after inviting, the links, which are shown this once."""
    invited: list[Invited] = []
    problems: list[str] = []
    if request.method == "POST":
        role = request.POST.get("role", Role.READER)
        for email in request.POST.get("emails", "").replace(",", "\n").split():
            try:
                invited.append(_invite(request, study, email, role))
            except ReaderstudyError as error:
                problems.append(f"{email}: {error}")
    enrolments = (
        Enrolment.objects.filter(study=study)
        .select_related("user", "invitation__claim__by", "invitation__revocation", "withdrawal")
        .order_by("role", "place", "pk")
    )
    context = {"people": enrolments, "invited": invited, "problems": problems, "all_roles": Role.choices}
    return study_response(request, study, "people", context)


def _invite(request: HttpRequest, study: Study, email: str, role: str) -> Invited:
    if role == Role.READER:
        return invite_reader(study, email, by=person(request))
    if role not in Role.values:
        raise Http404
    return invite_staff(study, email, role, by=person(request))


@require_POST
@study_page(*LEADS)
def withdraw_person(request: HttpRequest, study: Study, pseudonym: str) -> HttpResponseBase:
    enrolment = Enrolment.objects.filter(study=study, pseudonym=pseudonym, role=Role.READER).first()
    if enrolment is None:
        raise Http404
    try:
        withdraw(
            enrolment,
            by=person(request),
            reason=request.POST.get("reason", ""),
            keep_answers=request.POST.get("answers") == "keep",
        )
    except ReaderstudyError as error:
        return refused(request, error, "desk-people", study.slug)
    return done(request, f"{pseudonym} is withdrawn.", "desk-people", study.slug)
