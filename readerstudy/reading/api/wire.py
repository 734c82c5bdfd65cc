"""What may come over the wire: bounded, and nothing in it that a database refuses."""

import math
from collections.abc import Mapping
from typing import Any

from rest_framework import exceptions, parsers, status
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.views import APIView

from readerstudy.reading.api.problems import problem
from readerstudy.reading.api.throttle import Generous

MOST_BYTES = 512 * 1024


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = f"The request is too large; at most {MOST_BYTES // 1024} kB are taken."


class BoundedJSON(parsers.JSONParser):
    """JSON that is not nested beyond reason and holds text that every database can keep."""

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            value = super().parse(stream, media_type, parser_context)
            _check(value)
        except RecursionError:
            raise exceptions.ParseError("The JSON is nested too deeply.") from None
        return value


def _check(value: Any) -> None:
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise exceptions.ParseError("The JSON holds text with a null or a broken character.")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check(key)
            _check(inner)
    elif isinstance(value, list):
        for inner in value:
            _check(inner)
    elif isinstance(value, int) and abs(value) > 2**63:
        raise exceptions.ParseError("The JSON holds a whole number beyond 64 bits.")
    elif isinstance(value, float) and not math.isfinite(value):
        raise exceptions.ParseError("The JSON holds a number too large to be kept.")  # 1e999 is infinite


class Session(SessionAuthentication):
    """The session of the browser. Naming a scheme makes a missing session a 401 instead of a 403."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"


class ReadingView(APIView):
    """What every address of the reading API has in common."""

    authentication_classes = [Session]
    parser_classes = [BoundedJSON]
    throttle_classes = [Generous]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not str(length).isdigit() or int(length) > MOST_BYTES:
            raise TooLarge

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        final["Cache-Control"] = "no-store"
        return final

    def get_exception_handler(self) -> Any:
        return problem
