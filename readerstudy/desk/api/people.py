"""The people of a study and how far they are; never how well."""

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.desk.access import LEADS, OWNERS, STAFF
from readerstudy.desk.api import outputs
from readerstudy.desk.api.inputs import InviteIn, WithdrawalIn
from readerstudy.desk.api.outputs import REFUSALS, iso, person_out, progress_out
from readerstudy.desk.api.problems import code_of
from readerstudy.desk.api.studies import whole_number
from readerstudy.desk.api.wire import DeskView
from readerstudy.desk.pages.log import entries_of
from readerstudy.desk.progress import progress_of
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.invite import invite_reader, invite_staff
from readerstudy.studies.models import Enrolment, Role
from readerstudy.studies.withdraw import withdraw

PAGE = OpenApiParameter("page", OpenApiTypes.INT, description="From 1, newest first.")


class PeopleView(DeskView):
    """Everybody in the study; for owners alone, because readers are pseudonymous."""

    @extend_schema(operation_id="people_list", responses={200: outputs.PeopleOut, **REFUSALS})
    def get(self, request: Request, slug: str) -> Response:
        rows = Enrolment.objects.filter(study=self.study(slug, *OWNERS)).order_by("role", "place", "pk")
        rows = rows.select_related("user", "invitation__claim__by", "invitation__revocation", "withdrawal")
        return Response({"people": [person_out(row) for row in rows]})

    @extend_schema(
        operation_id="people_invite", request=InviteIn, responses={200: outputs.InvitationsOut, **REFUSALS}
    )
    def post(self, request: Request, slug: str) -> Response:
        """Each address gets its link, or the sentence why not."""
        study, given = self.study(slug, *OWNERS), self.given(InviteIn)
        invited, refused = [], []
        for email in given["emails"]:
            try:
                if given["role"] == Role.READER:
                    made = invite_reader(study, email, by=self.person())
                else:
                    made = invite_staff(study, email, given["role"], by=self.person())
            except ReaderstudyError as error:
                refused.append({"email": email, "detail": str(error), "code": code_of(error)})
            else:
                invited.append({"email": email, "pseudonym": made.enrolment.pseudonym, "link": made.link})
        return Response({"invited": invited, "refused": refused})


class WithdrawalView(DeskView):
    """Somebody leaves; what they answered stays on record."""

    @extend_schema(operation_id="people_withdraw", request=WithdrawalIn, responses={204: None, **REFUSALS})
    def post(self, request: Request, slug: str, pseudonym: str) -> Response:
        readers = Enrolment.objects.filter(study=self.study(slug, *LEADS)).readers()
        enrolment, given = readers.filter(pseudonym=pseudonym).first(), self.given(WithdrawalIn)
        if enrolment is None:
            raise Http404
        withdraw(enrolment, by=self.person(), **given)
        return Response(status=204)


class ProgressView(DeskView):
    """How far each reader is."""

    @extend_schema(operation_id="progress_show", responses={200: outputs.ReadersProgressOut, **REFUSALS})
    def get(self, request: Request, slug: str) -> Response:
        readers = progress_of(self.study(slug, *STAFF))
        return Response({"readers": [progress_out(reader) for reader in readers]})


class LogView(DeskView):
    """Everything that happened, newest first, without what would unblind."""

    @extend_schema(operation_id="log_list", parameters=[PAGE], responses={200: outputs.LogOut, **REFUSALS})
    def get(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *STAFF)
        named, shown = entries_of(study, whole_number(request.query_params.get("page"), 1))
        entries = [
            {
                "number": entry.number,
                "stream": entry.stream,
                "at": iso(entry.at),
                "by": str(who or ""),
                "verb": entry.verb,
                "subject": entry.subject,
                "particulars": entry.particulars,
                "reason": entry.reason,
                "withheld": entry.withheld,
            }
            for who, entry in named
        ]
        return Response({"entries": entries, "pages": shown.paginator.num_pages})
