"""Parsers for requests: bounded JSON that every database can store, or the bytes of a file."""

import math
from collections.abc import Mapping
from typing import Any

from rest_framework import exceptions, parsers


class BoundedJSON(parsers.JSONParser):
    """Parses JSON of limited depth whose texts every database can store."""

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


class RawBytes(parsers.BaseParser):
    """Passes the raw body on; the view limits its size with `most_bytes`."""

    media_type = "application/octet-stream"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        most: int = (parser_context or {})["view"].most_bytes
        return stream.read(most + 1)
