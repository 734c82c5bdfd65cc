"""Emergency unblinding of one image, in two steps by two people."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.accounts.models import Scope
from readerstudy.desk.access import LEADS
from readerstudy.desk.api.inputs import StatedReasonIn
from readerstudy.desk.api.outputs import REFUSALS, MilestoneOut, Shape
from readerstudy.desk.api.plan import milestone_out
from readerstudy.desk.api.wire import DeskView
from readerstudy.truth.disclose import Case, confirm_disclosure, disclosures_of, request_disclosure
from readerstudy.truth.models import DisclosureRequest


class DisclosureIn(StatedReasonIn):
    reader = serializers.CharField(max_length=12, help_text="On whose screen it was seen, such as R03.")
    section = serializers.CharField(max_length=80)
    number = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="The number of the trial on that screen."
    )
    letter = serializers.CharField(max_length=1, default="A")
    recipient = serializers.CharField(max_length=200, help_text="Who is told: name and function.")
    email = serializers.EmailField(help_text="Nobody who reads or analyses the study.")


class DisclosureOut(Shape):
    number = serializers.IntegerField()
    reader = serializers.CharField()
    section = serializers.CharField()
    trial = serializers.IntegerField()
    letter = serializers.CharField()
    recipient = serializers.CharField()
    email = serializers.CharField()
    requested = MilestoneOut()
    confirmed = MilestoneOut(allow_null=True)


class DisclosuresOut(Shape):
    disclosures = DisclosureOut(many=True)


def disclosure_out(request: DisclosureRequest) -> dict[str, Any]:
    disclosure = getattr(request, "disclosure", None)
    return {
        "number": request.pk,
        "reader": request.reader,
        "section": request.section,
        "trial": request.number,
        "letter": request.letter,
        "recipient": request.recipient,
        "email": request.email,
        "requested": milestone_out(request),
        "confirmed": milestone_out(disclosure) if disclosure else None,
    }


class DisclosuresView(DeskView):
    """Requests that somebody outside the study be told the kind of one image. No response has the kind."""

    writes = Scope.STUDY_END

    @extend_schema(operation_id="disclosure_list", responses={200: DisclosuresOut, **REFUSALS})
    def get(self, request: Request, slug: str) -> Response:
        found = disclosures_of(self.study(slug, *LEADS))
        return Response({"disclosures": [disclosure_out(one) for one in found]})

    @extend_schema(
        operation_id="disclosure_ask", request=DisclosureIn, responses={200: DisclosureOut, **REFUSALS}
    )
    def post(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *LEADS)
        self.confirmed()
        said = self.given(DisclosureIn)
        case = Case(**{name: said.pop(name) for name in ("reader", "section", "number", "letter")})
        return Response(disclosure_out(request_disclosure(study, case, **said, by=self.person())))


class DisclosureConfirmationView(DeskView):
    """The second step, by another person: the kind goes out by email. Again sends it once more."""

    writes = Scope.STUDY_END

    @extend_schema(
        operation_id="disclosure_confirm", request=StatedReasonIn, responses={200: DisclosureOut, **REFUSALS}
    )
    def post(self, request: Request, slug: str, number: int) -> Response:
        study = self.study(slug, *LEADS)
        self.confirmed()
        asked = get_object_or_404(disclosures_of(study), pk=number)
        confirm_disclosure(asked, by=self.person(), reason=self.given(StatedReasonIn)["reason"])
        return Response(disclosure_out(disclosures_of(study).get(pk=asked.pk)))
