"""The addresses a reading browser speaks to. Each translates HTTP into one verb and back."""

from uuid import UUID

from django.db import close_old_connections, connection
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.accounts.person import person
from readerstudy.reading import shapes
from readerstudy.reading.be_briefed import be_briefed
from readerstudy.reading.check_display import check_display
from readerstudy.reading.consent import consent
from readerstudy.reading.errors import NothingHere
from readerstudy.reading.fill_questionnaire import fill_questionnaire
from readerstudy.reading.hand_in import hand_in_named
from readerstudy.reading.keep_draft import keep_draft
from readerstudy.reading.kept_check import keep_check, kept_check
from readerstudy.reading.note_activity import note_activity
from readerstudy.reading.open_sitting import open_sitting
from readerstudy.reading.options import DisplayIn, DraftIn, EventsIn, HandInIn, ResponseIn, SittingIn
from readerstudy.reading.pixels import pixels_of
from readerstudy.reading.readers import reading_of, require_open
from readerstudy.reading.respond import presentation_of, respond
from readerstudy.reading.state import show, state_of
from readerstudy.reading.steps import require_steps
from readerstudy.reading.walk import Walk
from readerstudy.web.authentication import BrowserSession
from readerstudy.web.pages import sign_in_url
from readerstudy.web.ranges import partial
from readerstudy.web.shapes import REFUSALS
from readerstudy.web.throttles import GenerousWithPixels
from readerstudy.web.views import ApiView

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
    """An address that a reader's browser speaks to; tokens open none of them."""

    authentication_classes = [BrowserSession]

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

    @extend_schema(operation_id="state", parameters=[SITTING], responses={200: shapes.StateOut, **REFUSALS})
    def get(self, request: Request, slug: str) -> Response:
        enrolment = reading_of(person(request), slug)
        require_open(enrolment)
        require_steps(enrolment)
        return Response(state_of(Walk(enrolment), sitting=sitting_of(request)))


class PresentationView(ReadingView):
    """A presentation the reader has answered and may look at again, or the one that is open."""

    @extend_schema(operation_id="presentation", responses={200: shapes.PresentationOut, **REFUSALS})
    def get(self, request: Request, slug: str, token: str) -> Response:
        enrolment = reading_of(person(request), slug)
        require_open(enrolment)
        require_steps(enrolment)
        presentation = presentation_of(enrolment, token)
        walk = Walk(enrolment)
        if presentation != walk.current and not walk.may_go_back_to(presentation):
            raise NothingHere
        return Response(show(walk, presentation))


class DraftView(ReadingView):
    """A half-filled answer."""

    @extend_schema(
        operation_id="draft", request=DraftIn, parameters=[SITTING], responses={204: None, **REFUSALS}
    )
    def put(self, request: Request, slug: str, token: str) -> Response:
        enrolment = reading_of(person(request), slug)
        given = self.given(DraftIn)
        keep_draft(enrolment, token, given["draft"], sitting=sitting_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ResponseView(ReadingView):
    """An answer. It is committed before it is acknowledged."""

    @extend_schema(
        operation_id="respond",
        request=ResponseIn,
        parameters=[SITTING],
        responses={200: shapes.AcceptedOut, 201: shapes.AcceptedOut, **REFUSALS},
    )
    def post(self, request: Request, slug: str, token: str) -> Response:
        enrolment, sitting = reading_of(person(request), slug), sitting_of(request)
        given = ResponseIn(data=request.data)
        given.is_valid(raise_exception=True)
        client_uuid = given.validated_data["client_uuid"]
        accepted = respond(
            enrolment,
            token,
            given.given_answer(),
            by=person(request),
            client_uuid=client_uuid,
            timing=given.given_timing(),
            sitting=sitting,
        )
        body = {"accepted": str(client_uuid), "state": state_of(accepted.walk, sitting=sitting)}
        return Response(body, status=200 if accepted.is_repeat else 201)


class SittingView(ReadingView):
    """Sit down in a tab, or take over from another."""

    @extend_schema(
        operation_id="sitting",
        request=SittingIn,
        responses={200: shapes.SittingOut, **REFUSALS},
    )
    def post(self, request: Request, slug: str) -> Response:
        enrolment = reading_of(person(request), slug)
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

    @extend_schema(operation_id="events", request=EventsIn, responses={204: None, **REFUSALS})
    def post(self, request: Request, slug: str) -> Response:
        enrolment = reading_of(person(request), slug)
        given = EventsIn(data=request.data)
        given.is_valid(raise_exception=True)
        note_activity(enrolment, given.validated_data["sitting"], given.happenings())
        return Response(status=status.HTTP_204_NO_CONTENT)


class HandInView(ReadingView):
    """Hand in a section whose answers could still be changed."""

    @extend_schema(operation_id="hand_in", request=HandInIn, responses={204: None, **REFUSALS})
    def post(self, request: Request, slug: str) -> Response:
        enrolment = reading_of(person(request), slug)
        given = self.given(HandInIn)
        hand_in_named(enrolment, given["section"], by=person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ConsentView(ReadingView):
    """Consent to the text of the protocol."""

    @extend_schema(operation_id="consent", request=None, responses={204: None, **REFUSALS})
    def post(self, request: Request, slug: str) -> Response:
        consent(reading_of(person(request), slug), by=person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class QuestionnaireView(ReadingView):
    """Answers to the protocol's questions, by their names."""

    @extend_schema(
        operation_id="questionnaire", request=OpenApiTypes.OBJECT, responses={204: None, **REFUSALS}
    )
    def post(self, request: Request, slug: str) -> Response:
        if not isinstance(request.data, dict):
            raise ValidationError([_("Send an object of question names and answers.")])
        fill_questionnaire(reading_of(person(request), slug), request.data, by=person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class BriefingView(ReadingView):
    """Say that the instructions have been read."""

    @extend_schema(operation_id="briefing", request=None, responses={204: None, **REFUSALS})
    def post(self, request: Request, slug: str) -> Response:
        be_briefed(reading_of(person(request), slug), by=person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class DisplayView(ReadingView):
    """The result of the display check, for this browser."""

    @extend_schema(operation_id="display", request=DisplayIn, responses={200: shapes.DisplayOut, **REFUSALS})
    def post(self, request: Request, slug: str) -> Response:
        enrolment = reading_of(person(request), slug)
        given = self.given(DisplayIn)
        verdict = check_display(enrolment, given, by=person(request))
        answer = Response(verdict.as_dict())
        keep_check(answer, slug, {**given, **verdict.kept()}, by=person(request))
        return answer


class PixelsView(ReadingView):
    """The raw grey buffer of a slot: the same headers and the same length whatever it shows."""

    throttle_classes = [GenerousWithPixels]

    @extend_schema(
        operation_id="pixels",
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            (206, "application/octet-stream"): OpenApiTypes.BINARY,
            **REFUSALS,
        },
    )
    def get(self, request: Request, token: str) -> HttpResponse:
        # A session that is saved sets a cookie, and then one image's headers would differ from another's.
        request.session.modified = False
        found = partial(pixels_of(request.user, token), request.headers.get("Range", ""))
        # The body may take minutes on its way; others can have the connection in the meantime.
        if connection.settings_dict["OPTIONS"].get("pool"):
            close_old_connections()
        return found
