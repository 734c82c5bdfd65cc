from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.desk.protocol.options import ProtocolText, Revision
from readerstudy.desk.protocol.published import all_published
from readerstudy.desk.protocol.queries import newest_versions
from readerstudy.desk.protocol.shapes import CheckOut, ProtocolOut, PublishedListOut, VersionsOut
from readerstudy.desk.shell.access import LEADS, STAFF
from readerstudy.desk.shell.api import DeskView
from readerstudy.studies.create import revise_protocol
from readerstudy.studies.protocol import examine
from readerstudy.web.openapi import operation


class ProtocolView(DeskView):
    """The protocol; a text that is none is refused with every problem in its line."""

    @operation("protocol_show", ProtocolOut)
    def get(self, request: Request, slug: str) -> Response:
        return Response(ProtocolOut(self.study(slug, *STAFF).protocol).data)

    @operation("protocol_revise", ProtocolOut, asks=Revision)
    def put(self, request: Request, slug: str) -> Response:
        study, given = self.study(slug, *LEADS), self.given(Revision)
        return Response(ProtocolOut(revise_protocol(study, by=self.person(), **given)).data)


class VersionsView(DeskView):
    """The versions of the protocol, the newest first: who wrote each, when, why, and what it changed."""

    @operation("protocol_versions", VersionsOut)
    def get(self, request: Request, slug: str) -> Response:
        return Response(VersionsOut({"versions": newest_versions(self.study(slug, *STAFF))}).data)


class VersionView(DeskView):
    """One version."""

    @operation("protocol_version", ProtocolOut)
    def get(self, request: Request, slug: str, number: int) -> Response:
        versions = self.study(slug, *STAFF).protocols
        return Response(ProtocolOut(get_object_or_404(versions, version=number)).data)


class ProtocolCheckView(DeskView):
    """Check a text without saving it."""

    @operation("protocol_check", CheckOut, asks=ProtocolText)
    def post(self, request: Request, slug: str) -> Response:
        self.study(slug, *LEADS)
        return Response(CheckOut(examine(self.given(ProtocolText)["text"])).data)


class NewProtocolCheckView(DeskView):
    """The same for a study that does not exist yet."""

    @operation("protocols_check", CheckOut, asks=ProtocolText)
    def post(self, request: Request) -> Response:
        self.staff_only()
        return Response(CheckOut(examine(self.given(ProtocolText)["text"])).data)


class PublishedView(DeskView):
    """The published protocols to start from."""

    @operation("protocols_list", PublishedListOut)
    def get(self, request: Request) -> Response:
        self.staff_only()
        return Response(PublishedListOut({"protocols": all_published()}).data)
