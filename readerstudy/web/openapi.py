"""Describe the API: its operations, and that programs sign in with a token or in a browser's session."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema

from readerstudy.web.authentication import ApiTokenAuthentication
from readerstudy.web.shapes import REFUSALS

View = TypeVar("View", bound=Callable[..., Any])

# BrowserSession is a session like any other.
SessionScheme.match_subclasses = True


class ApiTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = ApiTokenAuthentication
    name = "apiToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A personal token from your account's page. It carries scopes and expires.",
        }


def operation(
    name: str,
    answer: Any,
    *,
    asks: Any = None,
    status: int = 200,
    parameters: Sequence[OpenApiParameter] = (),
) -> Callable[[View], View]:
    """Describe an operation: what it asks for, what it answers, and how it refuses."""
    responses = {status: answer, **REFUSALS}
    return extend_schema(operation_id=name, request=asks, parameters=list(parameters), responses=responses)


def download(name: str, *media_types: str) -> Callable[[View], View]:
    """Describe an operation that answers with a file."""
    files = {(200, media_type): OpenApiTypes.BINARY for media_type in media_types}
    return extend_schema(operation_id=name, responses={**files, **REFUSALS})
