"""The people of a study: invite, remind, revoke, withdraw, replace."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods, require_POST

from readerstudy.accounts.person import person
from readerstudy.desk.access import LEADS, OWNERS, roles_of, study_page
from readerstudy.desk.links import Outcome, csv_address
from readerstudy.desk.pages.frame import done, refused, study_response
from readerstudy.desk.people import addresses_in, invite_people, remind_people, replace_person
from readerstudy.desk.unfinished import unfinished
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.lead import may_create_studies
from readerstudy.studies.models import Enrolment, Role, Study
from readerstudy.studies.withdraw import withdraw


@require_http_methods(["GET", "POST"])
@study_page(*OWNERS)
def people(request: HttpRequest, study: Study) -> HttpResponseBase:
    """Everybody in the study; after inviting, the links, which are shown this once."""
    outcome = Outcome()
    if request.method == "POST":
        verbs: dict[str, Callable[[HttpRequest, Study], Outcome]] = {
            "invite": _invite,
            "remind": _remind,
            "replace": _replace,
        }
        verb = verbs.get(request.POST.get("verb", "invite"))
        if verb is None:
            raise Http404
        outcome = verb(request, study)
    enrolments = (
        Enrolment.objects.filter(study=study)
        .select_related("user", "invitation__claim__by", "invitation__revocation", "withdrawal", "study")
        .order_by("role", "place", "pk")
    )
    waiting = {one.pk for one in unfinished(study)}
    context = {
        "people": enrolments,
        "waiting": waiting,
        "outcome": outcome,
        "links_csv": csv_address(outcome.invited),
        "all_roles": Role.choices,
        "may_give_the_lead": may_create_studies(request.user),
        "started": "\n".join(outcome.refused),
        "typed": request.POST.dict() if outcome.problems else {},
    }
    return study_response(request, study, "people", context)


def _invite(request: HttpRequest, study: Study) -> Outcome:
    role = request.POST.get("role", Role.READER)
    if role not in Role.values:
        raise Http404
    emails = addresses_in(request.POST.get("emails", ""))
    if not emails:
        return Outcome(problems=["No address was given. Write one on each line."])
    leads, mail = request.POST.get("leads") == "1", _wants_mail(request)
    try:
        return invite_people(study, emails, role, by=person(request), mail=mail, leads=leads)
    except ReaderstudyError as error:
        return Outcome(problems=[str(error)])


def _remind(request: HttpRequest, study: Study) -> Outcome:
    who = request.POST.get("who", "")
    people = [one for one in unfinished(study) if who in ("everybody", str(one.pk))]
    return remind_people(people, by=person(request), mail=_wants_mail(request))


def _replace(request: HttpRequest, study: Study) -> Outcome:
    try:
        return replace_person(
            _reader(study, request.POST.get("pseudonym", "")),
            request.POST.get("email", "").strip(),
            by=person(request),
            reason=request.POST.get("reason", ""),
            keep_answers=request.POST.get("answers") == "keep",
            mail=_wants_mail(request),
        )
    except ReaderstudyError as error:
        return Outcome(problems=[str(error)])


def _wants_mail(request: HttpRequest) -> bool:
    return bool(request.POST.get("mail"))


def _reader(study: Study, pseudonym: str) -> Enrolment:
    found = Enrolment.objects.filter(study=study, pseudonym=pseudonym, role=Role.READER).first()
    if found is None:
        raise Http404
    return found


@require_POST
@study_page(*LEADS)
def withdraw_person(request: HttpRequest, study: Study, pseudonym: str) -> HttpResponseBase:
    return _withdraw(request, study, _reader(study, pseudonym))


@require_POST
@study_page(*OWNERS)
def withdraw_staff(request: HttpRequest, study: Study, number: int) -> HttpResponseBase:
    staff = Enrolment.objects.filter(study=study, pk=number).exclude(role=Role.READER).current().first()
    if staff is None:
        raise Http404
    return _withdraw(request, study, staff)


def _withdraw(request: HttpRequest, study: Study, enrolment: Enrolment) -> HttpResponseBase:
    # Coordinators withdraw by pseudonym; the list of people is for owners alone.
    back = "desk-people" if Role.OWNER in roles_of(request, study) else "desk-progress"
    keep = request.POST.get("answers") == "keep"
    name = enrolment.pseudonym or enrolment.email
    try:
        withdraw(enrolment, by=person(request), reason=request.POST.get("reason", ""), keep_answers=keep)
    except ReaderstudyError as error:
        return refused(request, error, back, study.slug)
    if not roles_of(request, study):
        return done(request, f"You have left {study.title}.", "desk-studies")
    return done(request, f"{name} is withdrawn.", back, study.slug)
