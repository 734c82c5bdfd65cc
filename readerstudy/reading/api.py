"""The addresses a reading browser speaks to. Each translates HTTP into one verb and back."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import close_old_connections, connection
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.accounts.models import Scope
from readerstudy.accounts.person import person
from readerstudy.reading import shapes
from readerstudy.reading.acknowledge import be_briefed, consent
from readerstudy.reading.check_display import check_display
from readerstudy.reading.debrief import debrief
from readerstudy.reading.display_chart import new_charts
from readerstudy.reading.errors import NothingHere
from readerstudy.reading.exposures import going_on
from readerstudy.reading.fill_questionnaire import fill_questionnaire
from readerstudy.reading.hand_in import hand_in_by_token
from readerstudy.reading.keep_draft import keep_draft
from readerstudy.reading.kept_check import keep_check, kept_check
from readerstudy.reading.note_activity import note_activity
from readerstudy.reading.open_sitting import open_sitting
from readerstudy.reading.options import (
    ConcernIn,
    DisplayIn,
    DraftIn,
    EventsIn,
    HandInIn,
    KeysIn,
    ResponseIn,
    SittingIn,
    answer_from,
    timing_from,
)
from readerstudy.reading.own_keys import choose_keys, keys_of
from readerstudy.reading.pixels import packed_file_of, packed_of, pixels_of, sealed_of
from readerstudy.reading.raise_concern import Raised, raise_concern
from readerstudy.reading.readers import reading_now, reading_of, require_open
from readerstudy.reading.respond import presentation_of, respond
from readerstudy.reading.state import show, state_of
from readerstudy.reading.steps import require_steps
from readerstudy.reading.walk import Walk
from readerstudy.web.authentication import ApiTokenAuthentication, BrowserSession
from readerstudy.web.openapi import operation
from readerstudy.web.pages import sign_in_url
from readerstudy.web.ranges import partial
from readerstudy.web.shapes import REFUSALS
from readerstudy.web.throttles import GenerousWithPixels
from readerstudy.web.views import ApiView

#: Where nginx finds packed images; nobody else can ask for it.
BY_NGINX = "/packed-images/"
SITTING_HEADER = "X-Reading-Sitting"
SITTING = OpenApiParameter(
    SITTING_HEADER, OpenApiTypes.UUID, OpenApiParameter.HEADER, description="The sitting of this tab."
)


def sitting_of(request: Request) -> UUID | None:
    """The sitting a tab names in its header."""
    named = request.headers.get(SITTING_HEADER, "")
    if not named:
        return None
    try:
        return UUID(named)
    except ValueError:
        raise ValidationError({SITTING_HEADER: [_("This is not a UUID.")]}) from None


class ReadingView(ApiView):
    """An address that a reader's browser speaks to, or a program that reads, with a key of its own scope."""

    authentication_classes = [BrowserSession, ApiTokenAuthentication]
    reads = writes = Scope.ANSWERS_WRITE

    def signed_out(self) -> dict[str, str]:
        slug = self.kwargs.get("slug")
        back = reverse("read-trial", args=[slug]) if slug else reverse("readings")
        return {
            "detail": _("You have been signed out. Sign in again; your answers are saved."),
            "code": "signed_out",
            "sign_in_url": sign_in_url(back),
        }


class StateView(ReadingView):
    """Where the reader stands."""

    @operation("state", shapes.StateOut, parameters=[SITTING])
    def get(self, request: Request, slug: str) -> Response:
        enrolment = reading_now(person(request), slug)
        require_open(enrolment)
        require_steps(enrolment)
        walk = going_on(Walk(enrolment), by=person(request))
        return Response(state_of(walk, sitting=sitting_of(request)))


class PresentationView(ReadingView):
    """A presentation the reader has answered and may look at again, or the one that is open."""

    @operation("presentation", shapes.PresentationOut)
    def get(self, request: Request, slug: str, token: str) -> Response:
        enrolment = reading_now(person(request), slug)
        require_open(enrolment)
        require_steps(enrolment)
        presentation = presentation_of(enrolment, token)
        walk = Walk(enrolment)
        if presentation != walk.current and not walk.may_go_back_to(presentation):
            raise NothingHere
        return Response(show(walk, presentation))


class DraftView(ReadingView):
    """A half-filled answer."""

    @operation("draft", None, asks=DraftIn, status=204, parameters=[SITTING])
    def put(self, request: Request, slug: str, token: str) -> Response:
        enrolment = reading_now(person(request), slug)
        keep_draft(enrolment, token, self.given(DraftIn)["draft"], sitting=sitting_of(request))
        return Response(status=204)


#: One for all requests: making its forty fields takes longer than checking an answer.
_RESPONSE = ResponseIn()


class ResponseView(ReadingView):
    """An answer. It is committed before it is acknowledged."""

    @extend_schema(
        operation_id="respond",
        request=ResponseIn,
        parameters=[SITTING],
        responses={200: shapes.AcceptedOut, 201: shapes.AcceptedOut, **REFUSALS},
    )
    def post(self, request: Request, slug: str, token: str) -> Response:
        enrolment, sitting = reading_now(person(request), slug), sitting_of(request)
        given = _RESPONSE.run_validation(request.data)
        client_uuid = given["client_uuid"]
        accepted = respond(
            enrolment,
            token,
            answer_from(given["answer"]),
            by=person(request),
            client_uuid=client_uuid,
            timing=timing_from(given.get("timing") or {}),
            sitting=sitting,
        )
        walk = going_on(accepted.walk, by=person(request))
        body = {"accepted": str(client_uuid), "state": state_of(walk, sitting=sitting)}
        return Response(body, status=200 if accepted.is_repeat else 201)


class ConcernView(ReadingView):
    """Something is wrong with a screen. It is no answer, and may be sent again."""

    @operation("concern", None, asks=ConcernIn, status=204)
    def post(self, request: Request, slug: str, token: str) -> Response:
        enrolment = reading_of(person(request), slug)
        given = self.given(ConcernIn)
        client_uuid = given.pop("client_uuid")
        raise_concern(enrolment, token, Raised(**given), by=person(request), client_uuid=client_uuid)
        return Response(status=204)


class SittingView(ReadingView):
    """Sit down in a tab, or take over from another."""

    @operation("sitting", shapes.SittingOut, asks=SittingIn)
    def post(self, request: Request, slug: str) -> Response:
        enrolment = reading_now(person(request), slug)
        given = self.given(SittingIn)
        sitting = open_sitting(
            enrolment,
            given["sitting"],
            by=person(request),
            take_over=given["take_over"],
            screen=given.get("screen"),
            display_check=kept_check(request.COOKIES, slug, by=person(request)),
        )
        return Response({"sitting": str(sitting.token)})


class EventsView(ReadingView):
    """What happened in a tab: pauses, focus, visibility."""

    @operation("events", None, asks=EventsIn, status=204)
    def post(self, request: Request, slug: str) -> Response:
        enrolment = reading_now(person(request), slug)
        given = self.given(EventsIn)
        note_activity(enrolment, given["sitting"], given["events"])
        return Response(status=204)


class HandInView(ReadingView):
    """Hand in a section whose answers could still be changed."""

    @operation("hand_in", None, asks=HandInIn, status=204)
    def post(self, request: Request, slug: str) -> Response:
        enrolment = reading_of(person(request), slug)
        hand_in_by_token(enrolment, self.given(HandInIn)["section"], by=person(request))
        return Response(status=204)


class DisclosedView(ReadingView):
    """Say that what a section discloses has been read."""

    @operation("disclosed", None, asks=HandInIn, status=204)
    def post(self, request: Request, slug: str) -> Response:
        enrolment = reading_of(person(request), slug)
        debrief(enrolment, self.given(HandInIn)["section"], by=person(request))
        return Response(status=204)


class ConsentView(ReadingView):
    """Consent to the text of the protocol."""

    @operation("consent", None, status=204)
    def post(self, request: Request, slug: str) -> Response:
        consent(reading_of(person(request), slug), by=person(request))
        return Response(status=204)


class QuestionnaireView(ReadingView):
    """Answers to the protocol's questions, by their names."""

    @operation("questionnaire", None, asks=OpenApiTypes.OBJECT, status=204)
    def post(self, request: Request, slug: str) -> Response:
        if not isinstance(request.data, dict):
            raise ValidationError([_("Send an object of question names and answers.")])
        fill_questionnaire(reading_of(person(request), slug), request.data, by=person(request))
        return Response(status=204)


class BriefingView(ReadingView):
    """Say that the instructions have been read."""

    @operation("briefing", None, status=204)
    def post(self, request: Request, slug: str) -> Response:
        be_briefed(reading_of(person(request), slug), by=person(request))
        return Response(status=204)


class DisplayView(ReadingView):
    """Hidden digits to be read, and the result of the display check, for this browser."""

    @operation("charts", shapes.ChartsOut)
    def get(self, request: Request, slug: str) -> Response:
        return Response(new_charts(reading_of(person(request), slug)))

    @operation("display", shapes.DisplayOut, asks=DisplayIn)
    def post(self, request: Request, slug: str) -> Response:
        enrolment = reading_of(person(request), slug)
        given = self.given(DisplayIn)
        verdict = check_display(enrolment, given, by=person(request))
        answer = Response(verdict.as_dict())
        keep_check(answer, slug, verdict.kept(), by=person(request))
        return answer


class KeysView(ReadingView):
    """The keys that the reader has chosen for the tools, in every study alike."""

    @operation("keys", shapes.KeysOut)
    def get(self, request: Request, slug: str) -> Response:
        reading_of(person(request), slug)
        return Response({"keys": keys_of(person(request))})

    @operation("choose_keys", shapes.KeysOut, asks=KeysIn)
    def put(self, request: Request, slug: str) -> Response:
        reading_of(person(request), slug)
        return Response({"keys": choose_keys(self.given(KeysIn)["keys"], by=person(request))})


BUFFER: dict[Any, Any] = {
    (200, "application/octet-stream"): OpenApiTypes.BINARY,
    (206, "application/octet-stream"): OpenApiTypes.BINARY,
    **REFUSALS,
}


class PixelsView(ReadingView):
    """The raw grey buffer of a slot: the same headers and the same length whatever it shows."""

    throttle_classes = [GenerousWithPixels]
    body_of = staticmethod(pixels_of)

    @extend_schema(operation_id="pixels", responses=BUFFER)
    def get(self, request: Request, token: str) -> HttpResponse:
        # A session that is saved sets a cookie, and then one image's headers would differ from another's.
        request.session.modified = False
        body = self.body_of(request.user, token)
        found = partial(body.length, body.read, request.headers.get("Range", ""))
        # The body may take minutes on its way; others can have the connection in the meantime.
        if connection.settings_dict["OPTIONS"].get("pool"):
            close_old_connections()
        return found

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        # A proxy that compressed bodies would make their lengths differ.
        final["Cache-Control"] = "no-store, no-transform"
        return final


class PackedView(PixelsView):
    """The same packed without loss, and padded to one length: a preview, then frame after frame."""

    body_of = staticmethod(packed_of)

    @extend_schema(operation_id="packed", responses=BUFFER)
    def get(self, request: Request, token: str) -> HttpResponse:
        place = packed_file_of(request.user, token) if settings.PIXELS_BY_NGINX else None
        if place is None:
            return super().get(request, token)
        request.session.modified = False
        answer = HttpResponse(content_type="application/octet-stream")
        answer["X-Accel-Redirect"] = f"{BY_NGINX}{place}"
        return answer


class SealedView(PixelsView):
    """A body of the next trial, sealed, where images are shown for a limited time: never from a file."""

    body_of = staticmethod(sealed_of)

    @extend_schema(operation_id="sealed", responses=BUFFER)
    def get(self, request: Request, token: str) -> HttpResponse:
        return super().get(request, token)
