"""Which format an answer has: the one that its view has, whatever is asked for."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class OneFormat(DefaultContentNegotiation):
    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> Any:
        only, *others = renderers
        if others:
            return super().select_renderer(request, [only, *others], format_suffix)
        return only, only.media_type
