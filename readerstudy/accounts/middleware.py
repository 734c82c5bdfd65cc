"""What holds for every request of somebody who is signed in, and for every answer."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect

from readerstudy.accounts.models import User
from readerstudy.accounts.second_factor import lacks_second_factor

Answer = Callable[[HttpRequest], HttpResponseBase]

_LAST_SEEN, _SIGNED_IN = "last_seen", "signed_in_since"
# How coarsely the time of the last request is kept: writing it at each one would cost more than it tells.
_GRAIN_S = 60


class SessionEnds:
    """Sign out who has not asked for anything for IDLE_MINUTES, and everybody after LONGEST_SESSION_DAYS."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            self._end_or_note(request, int(time.time()))
        return self.get_response(request)

    @staticmethod
    def _end_or_note(request: HttpRequest, now: int) -> None:
        session = request.session
        idle_s = now - session.get(_LAST_SEEN, now)
        if idle_s > settings.IDLE_MINUTES * 60:
            _sign_out(request, f"after {settings.IDLE_MINUTES} minutes without activity")
        elif now - session.setdefault(_SIGNED_IN, now) > settings.LONGEST_SESSION_DAYS * 86_400:
            _sign_out(request, f"because a session lasts {settings.LONGEST_SESSION_DAYS} days at most")
        elif idle_s >= _GRAIN_S or _LAST_SEEN not in session:
            session[_LAST_SEEN] = now


def _sign_out(request: HttpRequest, why: str) -> None:
    logout(request)
    messages.info(request, f"You were signed out {why}. Everything you had sent is kept.")


class SecondFactorRequired:
    """Lead those who need a second factor and have none to where they set it up, and nowhere else."""

    ALLOWED = frozenset(
        {
            "account",
            "account_change_password",
            "account_logout",
            "account_reauthenticate",
            "account_set_password",
            "invitation",
        }
    )

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        name = (request.resolver_match.url_name if request.resolver_match else "") or ""
        if name in self.ALLOWED or name.startswith("mfa_"):
            return None
        if not isinstance(request.user, User) or not lacks_second_factor(request.user):
            return None
        sentence = "Your role in a study asks for a second factor. Set one up to go on."
        if request.path.startswith("/api/") or not request.accepts("text/html"):
            return JsonResponse({"detail": sentence}, status=403)
        messages.warning(request, sentence)
        return redirect("mfa_index")


class PermissionsPolicy:
    """Forbid the browser what no page here needs."""

    NONE_OF = (
        "accelerometer, autoplay, browsing-topics, camera, display-capture, encrypted-media, geolocation, "
        "gyroscope, magnetometer, microphone, midi, payment, usb, xr-spatial-tracking"
    )

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.policy = ", ".join(f"{feature}=()" for feature in self.NONE_OF.split(", "))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", self.policy)
        return response


class PrivateAnswers:
    """What somebody who is signed in is shown is theirs: no cache between keeps it, unless a view says so."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response
