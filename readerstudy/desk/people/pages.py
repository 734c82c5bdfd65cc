from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format

from readerstudy.accounts.person import person
from readerstudy.desk.people.inviting import (
    addresses_in,
    invite_people,
    remind_people,
    replace_person,
    to_remind,
    withdraw_person,
)
from readerstudy.desk.people.options import Invitation, NewDeadline, Reminder, Replacement, Withdrawal
from readerstudy.desk.people.outcome import Enrolled, Outcome, csv_address
from readerstudy.desk.people.queries import people_of, reader_called, unfinished
from readerstudy.desk.shell.access import LEADS, OWNERS, roles_of, study_page
from readerstudy.desk.shell.frame import study_response
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.enrol_program import enrol_program, facts_and_holder, issue_key
from readerstudy.studies.lead import may_create_studies
from readerstudy.studies.models import Enrolment, Role, Study
from readerstudy.studies.move_deadline import move_deadline
from readerstudy.studies.options import ProgramRequest
from readerstudy.truth.known_elsewhere import known_elsewhere
from readerstudy.web.options import posted
from readerstudy.web.pages import done, refused


@study_page(*OWNERS, methods="GET POST", back="desk-people")
def people(request: HttpRequest, study: Study) -> HttpResponseBase:
    """Everybody in the study; after inviting, the links, which are shown this once."""
    outcome, unsent = Outcome(), ""
    if request.POST.get("verb") == "deadline":
        return _move_deadline(request, study)
    if request.method == "POST":
        verbs: dict[str, Callable[[HttpRequest, Study], Outcome]] = {
            "invite": _invite,
            "remind": _remind,
            "replace": _replace,
            "program": _enrol_program,
        }
        verb = verbs.get(request.POST.get("verb", "invite"))
        if verb is None:
            raise Http404
        try:
            outcome = verb(request, study)
        except ReaderstudyError as error:
            outcome, unsent = Outcome(problems=[str(error)]), request.POST.get("emails", "")
    everybody = people_of(study)
    waiting, known = unfinished(study, everybody), known_elsewhere(study, everybody)
    context = {
        "people": everybody,
        "known_elsewhere": [(one.pseudonym, known[one.pk]) for one in everybody if one.pk in known],
        "waiting": {one.pk for one in waiting},
        "waiting_readers": sum(one.role == Role.READER for one in waiting),
        "outcome": outcome,
        "links_csv": csv_address(outcome.invited),
        "all_roles": _roles_to_invite(study),
        "languages": settings.LANGUAGES,
        "arms": [arm.name for arm in study.protocol.document.arms],
        "may_give_the_lead": may_create_studies(request.user),
        "started": "\n".join(refused.email for refused in outcome.refused) or unsent,
        "typed": request.POST.dict() if outcome.problems else {},
    }
    return study_response(request, study, "people/people", context)


def _roles_to_invite(study: Study) -> list[tuple[str, str]]:
    """Those that an invitation can have now; a monitor only where a locked protocol plans looks."""
    closed = set()
    locked = hasattr(study, "lock")
    if not locked or hasattr(study, "freeze"):
        closed.add(Role.READER)
    if not locked or study.protocol.document.looks is None:
        closed.add(Role.MONITOR)
    return [(role.value, str(role.label)) for role in Role if role not in closed]


def _move_deadline(request: HttpRequest, study: Study) -> HttpResponseBase:
    moved = move_deadline(study, by=person(request), **posted(NewDeadline, request.POST))
    said = f"Readers are asked to finish by {date_format(moved.day)}."
    return done(request, said, "desk-people", study.slug)


def _invite(request: HttpRequest, study: Study) -> Outcome:
    emails = addresses_in(request.POST.get("emails", ""))
    return invite_people(study, by=person(request), **posted(Invitation, request.POST, emails=emails))


def _remind(request: HttpRequest, study: Study) -> Outcome:
    given = posted(Reminder, request.POST)
    return remind_people(to_remind(study, given["emails"]), by=person(request), mail=given["mail"])


def _enrol_program(request: HttpRequest, study: Study) -> Outcome:
    facts, holder = facts_and_holder(posted(ProgramRequest, request.POST), by=person(request))
    program = enrol_program(study, facts, holder=holder, by=person(request))
    key = issue_key(program, by=person(request))
    return Outcome(enrolled=[Enrolled(pseudonym=program.pseudonym, key=key)])


def _replace(request: HttpRequest, study: Study) -> Outcome:
    reader = reader_called(study, request.POST.get("pseudonym", ""))
    return replace_person(reader, by=person(request), **posted(Replacement, request.POST))


@study_page(*LEADS, methods="POST")
def withdraw_reader(request: HttpRequest, study: Study, pseudonym: str) -> HttpResponseBase:
    return _withdraw(request, study, reader_called(study, pseudonym))


@study_page(*OWNERS, methods="POST")
def withdraw_staff(request: HttpRequest, study: Study, number: int) -> HttpResponseBase:
    staff = Enrolment.objects.filter(study=study).exclude(role=Role.READER).current()
    return _withdraw(request, study, get_object_or_404(staff, pk=number))


def _withdraw(request: HttpRequest, study: Study, enrolment: Enrolment) -> HttpResponseBase:
    # Coordinators withdraw by pseudonym; the list of people is for owners alone.
    back = "desk-people" if Role.OWNER in roles_of(request, study) else "desk-progress"
    name = enrolment.pseudonym or enrolment.email
    try:
        withdraw_person(enrolment, by=person(request), **posted(Withdrawal, request.POST))
    except ReaderstudyError as error:
        return refused(request, error, back, study.slug)
    if not Enrolment.objects.current().of(request.user).filter(study=study).exists():
        return done(request, f"You have left {study.title}.", "desk-studies")
    return done(request, f"{name} was withdrawn.", back, study.slug)
