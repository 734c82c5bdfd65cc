"""The people of a study: invite, remind, revoke, withdraw, replace."""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods, require_POST

from readerstudy.accounts.person import person
from readerstudy.desk.people.inviting import (
    addresses_in,
    invite_people,
    remind_people,
    replace_person,
    to_remind,
)
from readerstudy.desk.people.options import Invitation, Reminder, Replacement, Withdrawal
from readerstudy.desk.people.outcome import Outcome, csv_address
from readerstudy.desk.people.queries import people_of, reader_called, unfinished
from readerstudy.desk.shell.access import LEADS, OWNERS, roles_of, study_page
from readerstudy.desk.shell.frame import study_response
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.lead import may_create_studies
from readerstudy.studies.models import Enrolment, Role, Study
from readerstudy.studies.withdraw import withdraw
from readerstudy.web.options import posted
from readerstudy.web.pages import done, refused


@require_http_methods(["GET", "POST"])
@study_page(*OWNERS)
def people(request: HttpRequest, study: Study) -> HttpResponseBase:
    """Everybody in the study; after inviting, the links, which are shown this once."""
    outcome, unsent = Outcome(), ""
    if request.method == "POST":
        verbs: dict[str, Callable[[HttpRequest, Study], Outcome]] = {
            "invite": _invite,
            "remind": _remind,
            "replace": _replace,
        }
        verb = verbs.get(request.POST.get("verb", "invite"))
        if verb is None:
            raise Http404
        try:
            outcome = verb(request, study)
        except ReaderstudyError as error:
            outcome, unsent = Outcome(problems=[str(error)]), request.POST.get("emails", "")
    waiting = {one.pk for one in unfinished(study)}
    context = {
        "people": people_of(study),
        "waiting": waiting,
        "outcome": outcome,
        "links_csv": csv_address(outcome.invited),
        "all_roles": Role.choices,
        "languages": settings.LANGUAGES,
        "may_give_the_lead": may_create_studies(request.user),
        "started": "\n".join(refused.email for refused in outcome.refused) or unsent,
        "typed": request.POST.dict() if outcome.problems else {},
    }
    return study_response(request, study, "people/people", context)


def _invite(request: HttpRequest, study: Study) -> Outcome:
    emails = addresses_in(request.POST.get("emails", ""))
    return invite_people(study, by=person(request), **posted(Invitation, request.POST, emails=emails))


def _remind(request: HttpRequest, study: Study) -> Outcome:
    given = posted(Reminder, request.POST)
    return remind_people(to_remind(study, given["emails"]), by=person(request), mail=given["mail"])


def _replace(request: HttpRequest, study: Study) -> Outcome:
    reader = reader_called(study, request.POST.get("pseudonym", ""))
    return replace_person(reader, by=person(request), **posted(Replacement, request.POST))


@require_POST
@study_page(*LEADS)
def withdraw_person(request: HttpRequest, study: Study, pseudonym: str) -> HttpResponseBase:
    return _withdraw(request, study, reader_called(study, pseudonym))


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
    name = enrolment.pseudonym or enrolment.email
    try:
        withdraw(enrolment, by=person(request), **posted(Withdrawal, request.POST))
    except ReaderstudyError as error:
        return refused(request, error, back, study.slug)
    if not Enrolment.objects.current().of(request.user).filter(study=study).exists():
        return done(request, f"You have left {study.title}.", "desk-studies")
    return done(request, f"{name} is withdrawn.", back, study.slug)
