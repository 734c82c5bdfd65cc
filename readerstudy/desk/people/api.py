from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.desk.people.inviting import (
    invite_people,
    remind_people,
    replace_person,
    to_remind,
    withdraw_person,
)
from readerstudy.desk.people.options import (
    Invitation,
    NewDeadline,
    Reminder,
    Replacement,
    StaffWithdrawal,
    Withdrawal,
)
from readerstudy.desk.people.queries import people_of, reader_called
from readerstudy.desk.people.shapes import InvitationsOut, PeopleOut, ProgramOut, outcome_out, people_out
from readerstudy.desk.shell.access import LEADS, OWNERS
from readerstudy.desk.shell.api import DeskView
from readerstudy.studies.enrol_program import enrol_program, facts_and_holder, issue_key
from readerstudy.studies.models import Role
from readerstudy.studies.move_deadline import move_deadline
from readerstudy.studies.options import ProgramRequest
from readerstudy.web.openapi import operation


class PeopleView(DeskView):
    """Everybody in the study; for owners alone, because readers are pseudonymous."""

    @operation("people_list", PeopleOut)
    def get(self, request: Request, slug: str) -> Response:
        return Response(people_out(self.study(slug, *OWNERS)).data)

    @operation("people_invite", InvitationsOut, asks=Invitation)
    def post(self, request: Request, slug: str) -> Response:
        """Each address gets its link, by email unless `mail` is false, or the reason why not."""
        study, given = self.study(slug, *OWNERS), self.given(Invitation)
        return Response(outcome_out(invite_people(study, by=self.person(), **given)).data)


class RemindersView(DeskView):
    """Email those who read; a new link to those who have not come yet, and the old one no longer works."""

    @operation("people_remind", InvitationsOut, asks=Reminder)
    def post(self, request: Request, slug: str) -> Response:
        study, given = self.study(slug, *OWNERS), self.given(Reminder)
        people = to_remind(study, given["emails"])
        return Response(outcome_out(remind_people(people, by=self.person(), mail=given["mail"])).data)


class DeadlineView(DeskView):
    """Tell readers another last day to read. Answers are taken until the freeze, also after it."""

    @operation("deadline_move", None, asks=NewDeadline, status=204)
    def post(self, request: Request, slug: str) -> Response:
        study, given = self.study(slug, *OWNERS), self.given(NewDeadline)
        move_deadline(study, given["day"], by=self.person(), reason=given["reason"])
        return Response(status=204)


class WithdrawalView(DeskView):
    """A reader leaves; their answers stay on record. An open invitation is revoked."""

    @operation("people_withdraw", None, asks=Withdrawal, status=204)
    def post(self, request: Request, slug: str, pseudonym: str) -> Response:
        reader, given = reader_called(self.study(slug, *LEADS), pseudonym), self.given(Withdrawal)
        withdraw_person(reader, by=self.person(), **given)
        return Response(status=204)


class ProgramsView(DeskView):
    """A program becomes a reader. Its answers are never pooled with people's."""

    @operation("programs_enrol", ProgramOut, asks=ProgramRequest, status=201)
    def post(self, request: Request, slug: str) -> Response:
        study, given = self.study(slug, *OWNERS), self.given(ProgramRequest)
        facts, holder = facts_and_holder(given, by=self.person())
        enrolment = enrol_program(study, facts, holder=holder, by=self.person())
        key = issue_key(enrolment, by=self.person())
        return Response(ProgramOut({"pseudonym": enrolment.pseudonym, "key": key}).data, status=201)


class StaffWithdrawalView(DeskView):
    """Somebody of the staff leaves, named by their address. An open invitation is revoked."""

    @operation("staff_withdraw", None, asks=StaffWithdrawal, status=204)
    def post(self, request: Request, slug: str) -> Response:
        study, given = self.study(slug, *OWNERS), self.given(StaffWithdrawal)
        for one in people_of(study).exclude(role=Role.READER).current():
            if one.email.lower() == given["email"].lower():
                withdraw_person(one, by=self.person(), reason=given["reason"], keep_answers=True)
                return Response(status=204)
        raise Http404


class ReplacementView(DeskView):
    """A reader leaves and somebody else gets the next free place, both or neither."""

    @operation("people_replace", InvitationsOut, asks=Replacement)
    def post(self, request: Request, slug: str, pseudonym: str) -> Response:
        reader, given = reader_called(self.study(slug, *OWNERS), pseudonym), self.given(Replacement)
        return Response(outcome_out(replace_person(reader, by=self.person(), **given)).data)
