"""From a refusal to an answer in HTTP: {detail, code}, and for a protocol every problem in its line."""

import re
from typing import Any

from django.core.exceptions import PermissionDenied
from rest_framework import exceptions, status
from rest_framework.response import Response

from readerstudy.errors import ReaderstudyError
from readerstudy.reading.api.problems import problem as common_problem
from readerstudy.results.planner import PlanRefused
from readerstudy.studies.errors import NotALeader
from readerstudy.studies.protocol import ProtocolError
from readerstudy.synthesis.errors import SynthesisError
from readerstudy.truth.errors import ReasonMissing, UnknownSource

UNFIT = (ReasonMissing, UnknownSource, PlanRefused, SynthesisError)
SIGNED_OUT = "Sign in, or send a token: Authorization: Bearer rst_… Make one on your account's page."


class ConfirmItIsYou(exceptions.PermissionDenied):
    code = "confirm"
    default_detail = (
        "Confirm your password first, at /accounts/reauthenticate/, or use a token with the scope study:end."
    )


class NotStaff(exceptions.PermissionDenied):
    code = "not_staff"
    default_detail = "Only the staff of a study and people who may create studies have access to this."


def problems_of(error: ProtocolError) -> list[dict[str, Any]]:
    return [{"line": p.line, "field": p.field, "sentence": p.sentence} for p in error.problems]


def code_of(error: Exception) -> str:
    """The name of the refusal in lower case: `StudyIsLocked` is study_is_locked."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """The exception handler of the desk's API."""
    if isinstance(error, ProtocolError):
        body = {"detail": str(error), "code": "protocol_error", "problems": problems_of(error)}
        return Response(body, status=status.HTTP_422_UNPROCESSABLE_ENTITY)
    if isinstance(error, NotALeader):
        return Response({"detail": str(error), "code": code_of(error)}, status=status.HTTP_403_FORBIDDEN)
    if isinstance(error, ReaderstudyError):
        unfit = isinstance(error, UNFIT)
        answer = status.HTTP_422_UNPROCESSABLE_ENTITY if unfit else status.HTTP_409_CONFLICT
        return Response({"detail": str(error), "code": code_of(error)}, status=answer)
    if isinstance(error, exceptions.NotAuthenticated):
        return _unknown_caller({"detail": SIGNED_OUT, "code": "signed_out"})
    if isinstance(error, exceptions.AuthenticationFailed):
        return _unknown_caller({"detail": str(error.detail), "code": "token_refused"})
    if isinstance(error, exceptions.PermissionDenied | PermissionDenied):
        return _forbidden(error)
    return common_problem(error, context)


def _unknown_caller(body: dict[str, Any]) -> Response:
    return Response(body, status=status.HTTP_401_UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})


def _forbidden(error: Exception) -> Response:
    said = str(getattr(error, "detail", "You may not do this."))
    code = "csrf" if "CSRF" in said else getattr(error, "code", "scope")
    return Response({"detail": said, "code": code}, status=status.HTTP_403_FORBIDDEN)
