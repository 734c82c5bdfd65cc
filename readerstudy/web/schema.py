"""The description of the API in OpenAPI's words."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

_made: dict[tuple[str, str | None], str | bytes] = {}


class SchemaView(SpectacularAPIView):
    """Made once in each process and language, for it takes a second and is the same for everybody."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        form = request.accepted_renderer
        kept_as = (form.media_type, get_language())
        if kept_as not in _made:
            described = self.generator_class().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
            _made[kept_as] = form.render(described, renderer_context={})
        named = {"Content-Disposition": f'inline; filename="readerstudy.{form.format}"'}
        return HttpResponse(_made[kept_as], content_type=f"{form.media_type}; charset=utf-8", headers=named)
