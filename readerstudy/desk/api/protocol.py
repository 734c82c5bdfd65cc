"""What is asked in a study: its protocol with every version, the check of a text, and the published ones."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.desk.access import LEADS, STAFF
from readerstudy.desk.api.inputs import RevisionIn, TextIn
from readerstudy.desk.api.outputs import REFUSALS, Shape, iso
from readerstudy.desk.api.wire import DeskView
from readerstudy.desk.builder.changes import changes_between
from readerstudy.desk.pages.history import newest_versions
from readerstudy.desk.published import all_published
from readerstudy.studies.create import revise_protocol
from readerstudy.studies.models import Protocol, Study
from readerstudy.studies.protocol import ProtocolError, parse_protocol
from readerstudy.web.shapes import ProblemOut


class ProtocolOut(Shape):
    version = serializers.IntegerField()
    digest = serializers.CharField()
    text = serializers.CharField()


class VersionOut(Shape):
    version = serializers.IntegerField()
    digest = serializers.CharField()
    at = serializers.DateTimeField()
    by = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    changes = serializers.ListField(
        child=serializers.CharField(), help_text="What it says differently from the version before."
    )


class VersionsOut(Shape):
    versions = VersionOut(many=True)


class CheckOut(Shape):
    problems = ProblemOut(many=True)
    images = serializers.DictField(child=serializers.IntegerField(), allow_null=True)
    places = serializers.IntegerField(allow_null=True)


class PublishedOut(Shape):
    name = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()


class PublishedListOut(Shape):
    protocols = PublishedOut(many=True)


def protocol_out(protocol: Protocol) -> dict[str, Any]:
    return {"version": protocol.version, "digest": protocol.digest, "text": protocol.text}


def versions_out(study: Study) -> dict[str, Any]:
    rows = [
        {
            "version": version.version,
            "digest": version.digest,
            "at": iso(version.at),
            "by": str(version.by),
            "reason": version.reason,
            "changes": [str(change) for change in changes_between(before.text, version.text)]
            if before
            else [],
        }
        for version, before in newest_versions(study)
    ]
    return {"versions": rows}


def check_out(text: str) -> dict[str, Any]:
    """What is wrong with a text, or what it needs."""
    try:
        document = parse_protocol(text)
    except ProtocolError as error:
        return {**error.details, "images": None, "places": None}
    needed = {source.name: document.images_needed(source.name) for source in document.sources}
    return {"problems": [], "images": needed, "places": document.places}


class ProtocolView(DeskView):
    """The protocol; a text that is none is refused with every problem in its line."""

    @extend_schema(operation_id="protocol_show", responses={200: ProtocolOut, **REFUSALS})
    def get(self, request: Request, slug: str) -> Response:
        return Response(protocol_out(self.study(slug, *STAFF).protocol))

    @extend_schema(
        operation_id="protocol_revise", request=RevisionIn, responses={200: ProtocolOut, **REFUSALS}
    )
    def put(self, request: Request, slug: str) -> Response:
        study, given = self.study(slug, *LEADS), self.given(RevisionIn)
        return Response(protocol_out(revise_protocol(study, by=self.person(), **given)))


class VersionsView(DeskView):
    """The versions of the protocol, the newest first: who wrote each, when, why, and what it changed."""

    @extend_schema(operation_id="protocol_versions", responses={200: VersionsOut, **REFUSALS})
    def get(self, request: Request, slug: str) -> Response:
        return Response(versions_out(self.study(slug, *STAFF)))


class VersionView(DeskView):
    """One version."""

    @extend_schema(operation_id="protocol_version", responses={200: ProtocolOut, **REFUSALS})
    def get(self, request: Request, slug: str, number: int) -> Response:
        versions = self.study(slug, *STAFF).protocols
        return Response(protocol_out(get_object_or_404(versions, version=number)))


class ProtocolCheckView(DeskView):
    """What is wrong with a text, without keeping it."""

    @extend_schema(operation_id="protocol_check", request=TextIn, responses={200: CheckOut, **REFUSALS})
    def post(self, request: Request, slug: str) -> Response:
        self.study(slug, *LEADS)
        return Response(check_out(self.given(TextIn)["text"]))


class NewProtocolCheckView(DeskView):
    """The same for a study that is not there yet."""

    @extend_schema(operation_id="protocols_check", request=TextIn, responses={200: CheckOut, **REFUSALS})
    def post(self, request: Request) -> Response:
        self.staff_only()
        return Response(check_out(self.given(TextIn)["text"]))


class PublishedView(DeskView):
    """The published protocols to start from."""

    @extend_schema(operation_id="protocols_list", responses={200: PublishedListOut, **REFUSALS})
    def get(self, request: Request) -> Response:
        self.staff_only()
        rows = [{"name": one.name, "title": one.document.title, "text": one.text} for one in all_published()]
        return Response({"protocols": rows})
