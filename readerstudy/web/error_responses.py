"""Turn an error into a response of {detail, code} that reveals nothing else."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from rest_framework import exceptions, status
from rest_framework.response import Response

from readerstudy.errors import ReaderstudyError


class TooLarge(exceptions.APIException):
    """The request is larger than the address takes."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE

    def __init__(self, most_bytes: int) -> None:
        sentence = gettext("The request is too large. Send at most {size} kB.")
        super().__init__(sentence.format(size=most_bytes >> 10))


class ConfirmYourIdentity(exceptions.PermissionDenied):
    code = "confirm"
    default_detail = (
        "Confirm your password first, at /accounts/reauthenticate/, or use a token with the scope study:end."
    )


def error_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer any error an API view raises; one that is none of ours stays a server error."""
    if isinstance(error, ReaderstudyError):
        return _response(error.status, str(error), error.code, **error.details)
    if isinstance(error, Http404):
        return _response(404, gettext("There is nothing at this address."), "not_found")
    if isinstance(error, exceptions.NotAuthenticated):
        return _response(401, **context["view"].signed_out())
    if isinstance(error, exceptions.AuthenticationFailed):
        return _response(401, str(error.detail), "token_refused")
    if isinstance(error, exceptions.ValidationError):
        return _response(400, first_problem(error.detail), "malformed")
    if isinstance(error, exceptions.Throttled):
        return _busy(error)
    if isinstance(error, exceptions.APIException):
        return _response(error.status_code, str(error.detail), _code_of(error))
    if isinstance(error, PermissionDenied):
        return _response(403, gettext("You don't have permission to do this."), "refused")
    return None


def permission_denied(request: HttpRequest, exception: PermissionDenied) -> HttpResponse:
    """The page of a refusal. Only a sentence of our own is told; any other error may say too much."""
    said = next((str(one) for one in exception.args if isinstance(one, ReaderstudyError)), "")
    return render(request, "403.html", {"said": said}, status=403)


def _response(status: int, detail: str, code: str, **details: Any) -> Response:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return Response({"detail": detail, "code": code, **details}, status=status, headers=headers)


def _code_of(error: exceptions.APIException) -> str:
    if not isinstance(error, exceptions.PermissionDenied):
        return "malformed"
    return "csrf" if "CSRF" in str(error.detail) else getattr(error, "code", "scope")


def _busy(error: exceptions.Throttled) -> Response:
    wait_s = max(1, round(getattr(error, "wait", None) or 1))
    sentence = gettext("Too many requests. Retry in {seconds} s.")
    response = _response(429, sentence.format(seconds=wait_s), "busy")
    response["Retry-After"] = str(wait_s)
    return response


def first_problem(detail: Any, path: str = "") -> str:
    """Return the first of the nested problems of a request, with the field it belongs to."""
    if isinstance(detail, dict):
        name, inner = next(iter(detail.items()))
        label = path if name == "non_field_errors" else f"{path}.{name}".strip(".")
        return first_problem(inner, label)
    if isinstance(detail, list):
        return first_problem(next((item for item in detail if item), ""), path)
    return f"{path}: {detail}" if path else str(detail)
