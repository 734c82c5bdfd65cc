"""The people of a study: invite, remind, replace, withdraw."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.desk.access import LEADS, OWNERS
from readerstudy.desk.api import outputs
from readerstudy.desk.api.inputs import InviteIn, RemindIn, ReplacementIn, StaffLeavesIn, WithdrawalIn
from readerstudy.desk.api.outputs import REFUSALS, person_out
from readerstudy.desk.api.wire import DeskView
from readerstudy.desk.links import Outcome
from readerstudy.desk.people import invite_people, remind_people, replace_person, to_remind
from readerstudy.studies.models import Enrolment, Role, Study
from readerstudy.studies.withdraw import withdraw


class PeopleView(DeskView):
    """Everybody in the study; for owners alone, because readers are pseudonymous."""

    @extend_schema(operation_id="people_list", responses={200: outputs.PeopleOut, **REFUSALS})
    def get(self, request: Request, slug: str) -> Response:
        return Response(people_out(self.study(slug, *OWNERS)))

    @extend_schema(
        operation_id="people_invite", request=InviteIn, responses={200: outputs.InvitationsOut, **REFUSALS}
    )
    def post(self, request: Request, slug: str) -> Response:
        """Each address gets its link, by letter unless `mail` is false, or the sentence why not."""
        study, given = self.study(slug, *OWNERS), self.given(InviteIn)
        return Response(outcome_out(invite_people(study, by=self.person(), **given)))


class RemindersView(DeskView):
    """A letter to those who read; a new link to those who have not come yet, and the old one is useless."""

    @extend_schema(
        operation_id="people_remind", request=RemindIn, responses={200: outputs.InvitationsOut, **REFUSALS}
    )
    def post(self, request: Request, slug: str) -> Response:
        study, given = self.study(slug, *OWNERS), self.given(RemindIn)
        people = to_remind(study, given["emails"])
        return Response(outcome_out(remind_people(people, by=self.person(), mail=given["mail"])))


class WithdrawalView(DeskView):
    """A reader leaves; what they answered stays on record. An open invitation is revoked."""

    @extend_schema(operation_id="people_withdraw", request=WithdrawalIn, responses={204: None, **REFUSALS})
    def post(self, request: Request, slug: str, pseudonym: str) -> Response:
        reader, given = _reader(self.study(slug, *LEADS), pseudonym), self.given(WithdrawalIn)
        withdraw(reader, by=self.person(), **given)
        return Response(status=204)


class StaffWithdrawalView(DeskView):
    """Somebody of the staff leaves, named by their address. An open invitation is revoked."""

    @extend_schema(operation_id="staff_withdraw", request=StaffLeavesIn, responses={204: None, **REFUSALS})
    def post(self, request: Request, slug: str) -> Response:
        study, given = self.study(slug, *OWNERS), self.given(StaffLeavesIn)
        staff = Enrolment.objects.filter(study=study).exclude(role=Role.READER).current()
        for one in staff.select_related("study", "user", "invitation__claim__by", "invitation__revocation"):
            if one.email.lower() == given["email"].lower():
                withdraw(one, by=self.person(), reason=given["reason"], keep_answers=True)
                return Response(status=204)
        raise Http404


class ReplacementView(DeskView):
    """A reader leaves and somebody else gets the next free place, both or neither."""

    @extend_schema(
        operation_id="people_replace",
        request=ReplacementIn,
        responses={200: outputs.InvitationsOut, **REFUSALS},
    )
    def post(self, request: Request, slug: str, pseudonym: str) -> Response:
        reader, given = _reader(self.study(slug, *OWNERS), pseudonym), self.given(ReplacementIn)
        return Response(outcome_out(replace_person(reader, by=self.person(), **given)))


def _reader(study: Study, pseudonym: str) -> Enrolment:
    found = Enrolment.objects.filter(study=study, pseudonym=pseudonym).readers().first()
    if found is None:
        raise Http404
    return found


def people_out(study: Study) -> dict[str, Any]:
    rows = Enrolment.objects.filter(study=study).order_by("role", "place", "pk")
    rows = rows.select_related("user", "invitation__claim__by", "invitation__revocation", "withdrawal")
    return {"people": [person_out(row) for row in rows]}


def outcome_out(outcome: Outcome) -> dict[str, Any]:
    invited = [
        {
            "email": one.enrolment.email,
            "pseudonym": one.enrolment.pseudonym,
            "link": one.link,
            "letter": one.enrolment.email in outcome.lettered,
        }
        for one in outcome.invited
    ]
    refused = [
        {"email": email, "detail": str(error), "code": error.code} for email, error in outcome.refused.items()
    ]
    reminded = [enrolment.email for enrolment in outcome.reminded]
    return {"invited": invited, "reminded": reminded, "refused": refused}
