"""The people of a study: invite, remind, revoke, withdraw, replace."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods, require_POST

from readerstudy.accounts.person import person
from readerstudy.desk.access import LEADS, OWNERS, roles_of, study_page
from readerstudy.desk.links import Outcome, csv_address
from readerstudy.desk.pages.frame import done, refused, study_response
from readerstudy.desk.unfinished import unfinished
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.invite import Invited, invite_reader, invite_staff, renew_link
from readerstudy.studies.mail import send_invitation, send_reminder
from readerstudy.studies.models import Enrolment, Role, Study
from readerstudy.studies.withdraw import replace_reader, withdraw


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
        "started": "\n".join(outcome.to_mend),
    }
    return study_response(request, study, "people", context)


def _invite(request: HttpRequest, study: Study) -> Outcome:
    role, outcome = request.POST.get("role", Role.READER), Outcome()
    if role not in Role.values:
        raise Http404
    for email in request.POST.get("emails", "").replace(",", "\n").split():
        try:
            if role == Role.READER:
                invited = invite_reader(study, email, by=person(request))
            else:
                invited = invite_staff(study, email, role, by=person(request))
        except ReaderstudyError as error:
            outcome.problems.append(f"{email}: {error}")
            outcome.to_mend.append(email)
        else:
            _tell(request, invited, outcome)
    if not outcome.problems and not outcome.invited:
        outcome.problems.append("No address was given. Write one on each line.")
    return outcome


def _tell(request: HttpRequest, invited: Invited, outcome: Outcome) -> None:
    """Put the link on the page, and by mail where that is wanted."""
    outcome.invited.append(invited)
    if request.POST.get("mail") and not send_invitation(invited, by=person(request)):
        outcome.problems.append(
            f"The letter to {invited.enrolment.email} could not be sent. Give them the link below yourself."
        )


def _remind(request: HttpRequest, study: Study) -> Outcome:
    """A letter to those who read, a new link to those who have not come yet: links are not kept."""
    outcome, who = Outcome(), request.POST.get("who", "")
    for enrolment in unfinished(study):
        if who not in ("everybody", str(enrolment.pk)):
            continue
        try:
            if enrolment.person is None:
                _tell(request, renew_link(enrolment, by=person(request)), outcome)
            elif send_reminder(enrolment, by=person(request)):
                outcome.reminded.append(enrolment)
            else:
                outcome.problems.append(f"The letter to {enrolment.email} could not be sent.")
        except ReaderstudyError as error:
            outcome.problems.append(f"{enrolment.email}: {error}")
    return outcome


def _replace(request: HttpRequest, study: Study) -> Outcome:
    """Somebody else takes the next free place; the link is shown like any other."""
    outcome = Outcome()
    enrolment = _reader(study, request.POST.get("pseudonym", ""))
    try:
        invited = replace_reader(
            enrolment,
            request.POST.get("email", "").strip(),
            by=person(request),
            reason=request.POST.get("reason", ""),
            keep_answers=request.POST.get("answers") == "keep",
        )
    except ReaderstudyError as error:
        outcome.problems.append(str(error))
    else:
        _tell(request, invited, outcome)
    return outcome


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
    try:
        withdraw(enrolment, by=person(request), reason=request.POST.get("reason", ""), keep_answers=keep)
    except ReaderstudyError as error:
        return refused(request, error, back, study.slug)
    if not roles_of(request, study):
        return done(request, f"You have left {study.title}.", "desk-studies")
    return done(request, f"{enrolment.pseudonym or enrolment.email} is withdrawn.", back, study.slug)
