"""The same for programs that have a person's session. No token has a scope for it."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.desk.person.data import erase_person, export_person
from readerstudy.web.authentication import BrowserSession
from readerstudy.web.openapi import operation
from readerstudy.web.options import StatedReason
from readerstudy.web.views import ApiView


class MyDataView(ApiView):
    """Everything kept of you, without secrets and without what would unblind a study."""

    authentication_classes = [BrowserSession]

    @operation("my_data_show", OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        self.confirmed()
        body: dict[str, Any] = export_person(self.person(), by=self.person())
        return Response(body)


class ErasureView(ApiView):
    """Erase your name, address and every way in. Answers stay under the pseudonym. No way back."""

    authentication_classes = [BrowserSession]

    @operation("my_data_erase", None, asks=StatedReason, status=204)
    def post(self, request: Request) -> Response:
        self.confirmed()
        erase_person(self.person(), by=self.person(), reason=self.given(StatedReason)["reason"])
        return Response(status=204)
