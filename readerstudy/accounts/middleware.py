"""What holds for every request of somebody who is signed in, and for every answer."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.accounts.reauthentication import can_confirm
from readerstudy.accounts.second_factor import lacks_second_factor
from readerstudy.accounts.sessions import idle_s, note_use, signed_in_for_s, signed_in_just_now


class _Middleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)


class SessionEnds(_Middleware):
    """Sign out who has not asked for anything for IDLE_MINUTES, and everybody after LONGEST_SESSION_DAYS."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            self._end_or_note(request)
        return self.get_response(request)

    @staticmethod
    def _end_or_note(request: HttpRequest) -> None:
        if idle_s(request) > settings.IDLE_MINUTES * 60:
            sentence = _(
                "You were signed out after {minutes} minutes without activity. Everything you sent is saved."
            )
            _sign_out(request, sentence.format(minutes=settings.IDLE_MINUTES))
        elif signed_in_for_s(request) > settings.LONGEST_SESSION_DAYS * 86_400:
            sentence = _(
                "You were signed out because a session lasts at most {days} days. "
                "Everything you sent is saved."
            )
            _sign_out(request, sentence.format(days=settings.LONGEST_SESSION_DAYS))
        else:
            note_use(request)


def _sign_out(request: HttpRequest, sentence: str) -> None:
    logout(request)
    messages.info(request, sentence)


class SecondFactorRequired(_Middleware):
    """Lead those who need a second factor and have none to where they set it up, and nowhere else."""

    ALLOWED = frozenset(
        {
            "account",
            "account_change_password",
            "account_logout",
            "account_reauthenticate",
            "account_set_password",
            "disconnect_hospital",
            "invitation",
            "openid_connect_callback",
            "openid_connect_login",
        }
    )

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        name = (request.resolver_match.url_name if request.resolver_match else "") or ""
        if name in self.ALLOWED or name.startswith("mfa_"):
            return None
        if not isinstance(request.user, User) or not lacks_second_factor(request.user):
            return None
        sentence = _("Your role in a study requires a second factor. Set one up to continue.")
        if request.path.startswith("/api/") or not request.accepts("text/html"):
            return JsonResponse({"detail": sentence}, status=403)
        messages.warning(request, sentence)
        return redirect("mfa_index")


class NothingToConfirmWith(_Middleware):
    """Have people choose a password where they are asked to confirm their identity and have no means to.

    They may do so shortly after signing in only, else they sign in again: a browser that was left signed in
    gives nobody else a password of their own.
    """

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ReauthenticationRequired):
            return None
        if not request.user.is_authenticated or can_confirm(request.user):
            return None
        query = urlencode({"next": request.get_full_path()})
        if signed_in_just_now(request):
            return redirect(f"{reverse('account_set_password')}?{query}")
        logout(request)
        messages.info(request, _("Sign in again to continue."))
        return redirect(f"{reverse('account_login')}?{query}")


class Policies(_Middleware):
    """Forbid the browser what no page here needs, and other origins than CONTENT_SECURITY_POLICY names."""

    NONE_OF = (
        "accelerometer, autoplay, browsing-topics, camera, display-capture, encrypted-media, geolocation, "
        "gyroscope, magnetometer, microphone, midi, payment, usb, xr-spatial-tracking"
    )
    PERMISSIONS = NONE_OF.replace(",", "=(),") + "=()"

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        content = "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())
        response.headers.setdefault("Content-Security-Policy", content)
        response.headers.setdefault("Permissions-Policy", self.PERMISSIONS)
        return response


class PrivateAnswers(_Middleware):
    """What somebody who is signed in is shown is theirs: no cache between keeps it, unless a view says so."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response
