from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.accounts.models import Scope
from readerstudy.desk.emergency.ask import ask_for_disclosure
from readerstudy.desk.emergency.options import Disclosure
from readerstudy.desk.emergency.shapes import DisclosuresOut, EmergencyOut
from readerstudy.desk.shell.access import LEADS
from readerstudy.desk.shell.api import DeskView
from readerstudy.truth.disclose import confirm_disclosure, disclosures_of
from readerstudy.web.openapi import operation
from readerstudy.web.options import StatedReason


class DisclosuresView(DeskView):
    """Requests that somebody outside the study be told the kind of one image. No response has the kind."""

    writes = Scope.STUDY_END

    @operation("disclosure_list", DisclosuresOut)
    def get(self, request: Request, slug: str) -> Response:
        return Response(DisclosuresOut({"disclosures": disclosures_of(self.study(slug, *LEADS))}).data)

    @operation("disclosure_ask", EmergencyOut, asks=Disclosure)
    def post(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *LEADS)
        self.confirmed()
        asked = ask_for_disclosure(study, self.given(Disclosure), by=self.person())
        return Response(EmergencyOut(asked).data)


class DisclosureConfirmationView(DeskView):
    """The second step, by another person: the kind goes out by email. Confirming again sends it again."""

    writes = Scope.STUDY_END

    @operation("disclosure_confirm", EmergencyOut, asks=StatedReason)
    def post(self, request: Request, slug: str, number: int) -> Response:
        study = self.study(slug, *LEADS)
        self.confirmed()
        asked = get_object_or_404(disclosures_of(study), pk=number)
        confirm_disclosure(asked, by=self.person(), reason=self.given(StatedReason)["reason"])
        return Response(EmergencyOut(disclosures_of(study).get(pk=asked.pk)).data)
