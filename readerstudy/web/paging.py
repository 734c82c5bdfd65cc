"""One way to page: lists begin at `start`, and the page after this one begins at `next`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

LONGEST = 15  # digits
START = OpenApiParameter("start", OpenApiTypes.INT, description="How many to leave out; see `next`.")


def whole_number(request: HttpRequest | Request, name: str) -> int:
    """Return a number of the query string, 0 if it is missing. Anything else is refused, never guessed."""
    text = request.GET.get(name)
    if text is None:
        return 0
    number = number_in(text)
    if number is not None:
        return number
    sentence = f"Write a whole number from 0 on, not {text[:40]!r}."
    if isinstance(request, Request):
        raise ValidationError({name: sentence})
    raise BadRequest(f"{name}: {sentence}")


def number_in(text: str) -> int | None:
    """Return the whole number that a text is, if it is one that a database and a file can count."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST else None


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some rows of a list, and where the pages before and after it begin."""

    rows: list[Any]
    start: int
    size: int
    has_more: bool

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    @property
    def following(self) -> int | None:
        return self.start + self.size if self.has_more else None

    @property
    def preceding(self) -> int | None:
        return max(0, self.start - self.size) if self.start else None

    def mapped(self, show: Callable[[Any], Any]) -> "Page":
        return replace(self, rows=[show(row) for row in self.rows])

    def next(self, path: str, **query: str) -> str | None:
        """Return the address of the page after this one."""
        if self.following is None:
            return None
        return f"{path}?{urlencode({**query, 'start': self.following})}"


def page_of(rows: QuerySet[Any], start: int, size: int) -> Page:
    """Read one page, and one row more to know whether another follows."""
    found = list(rows[start : start + size + 1])
    return Page(rows=found[:size], start=start, size=size, has_more=len(found) > size)
