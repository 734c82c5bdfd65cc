"""From a refusal to an answer in HTTP: a sentence, a code, and nothing that tells more."""

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse
from rest_framework import exceptions, status
from rest_framework.response import Response

from readerstudy.reading.errors import ReadingError

STATUS = {
    "not_found": status.HTTP_404_NOT_FOUND,
    "not_open": status.HTTP_409_CONFLICT,
    "withdrawn": status.HTTP_403_FORBIDDEN,
    "frozen": status.HTTP_423_LOCKED,
    "step_first": status.HTTP_409_CONFLICT,
    "washout": status.HTTP_409_CONFLICT,
    "other_tab": status.HTTP_409_CONFLICT,
    "superseded_tab": status.HTTP_409_CONFLICT,
    "display_check": status.HTTP_409_CONFLICT,
    "out_of_order": status.HTTP_409_CONFLICT,
    "answered_already": status.HTTP_409_CONFLICT,
    "other_answer": status.HTTP_409_CONFLICT,
    "incomplete": status.HTTP_422_UNPROCESSABLE_ENTITY,
    "off_scale": status.HTTP_422_UNPROCESSABLE_ENTITY,
    "unknown_slot": status.HTTP_422_UNPROCESSABLE_ENTITY,
    "not_asked": status.HTTP_422_UNPROCESSABLE_ENTITY,
}

NOT_FOUND = {"detail": "There is nothing at this address.", "code": "not_found"}


def sign_in_url(request: HttpRequest, slug: str | None) -> str:
    """Where to sign in, and be back at the study afterwards."""
    back = reverse("read-trial", args=[slug]) if slug else reverse("readings")
    return f"{reverse('account_login')}?{urlencode({'next': back})}"


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """The exception handler of the reading API."""
    if isinstance(error, ReadingError):
        answer = STATUS.get(error.code, status.HTTP_400_BAD_REQUEST)
        return Response({"detail": str(error), "code": error.code}, status=answer)
    if isinstance(error, Http404):
        return Response(NOT_FOUND, status=status.HTTP_404_NOT_FOUND)
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return _signed_out(context)
    if isinstance(error, exceptions.ValidationError):
        return Response({"detail": _first(error.detail), "code": "malformed"}, status=400)
    if isinstance(error, exceptions.Throttled):
        return _busy(error)
    if isinstance(error, exceptions.APIException):
        code = "csrf" if "CSRF" in str(error.detail) else "malformed"
        return Response({"detail": str(error.detail), "code": code}, status=error.status_code)
    if isinstance(error, PermissionDenied):
        return Response({"detail": "You may not do this.", "code": "refused"}, status=403)
    return None


def _signed_out(context: dict[str, Any]) -> Response:
    slug = context.get("kwargs", {}).get("slug")
    body = {
        "detail": "You have been signed out. Sign in again; what you answered is safe.",
        "code": "signed_out",
        "sign_in_url": sign_in_url(context["request"], slug),
    }
    return Response(body, status=status.HTTP_401_UNAUTHORIZED)


def _busy(error: exceptions.Throttled) -> Response:
    wait_s = max(1, round(getattr(error, "wait", None) or 1))
    detail = f"Too many requests at once. The next one is taken in {wait_s} s."
    response = Response({"detail": detail, "code": "busy"}, status=status.HTTP_429_TOO_MANY_REQUESTS)
    response["Retry-After"] = str(wait_s)
    return response


def _first(detail: Any, path: str = "") -> str:
    """The first of the nested problems of a request, with the field it belongs to."""
    if isinstance(detail, dict):
        name, inner = next(iter(detail.items()))
        label = path if name == "non_field_errors" else f"{path}.{name}".strip(".")
        return _first(inner, label)
    if isinstance(detail, list):
        return _first(next((item for item in detail if item), ""), path)
    return f"{path}: {detail}" if path else str(detail)
