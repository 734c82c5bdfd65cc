"""Every address of the platform. tests/readerstudy/permissions holds one row for each."""

from django.urls import URLPattern, URLResolver, include, path

handler403 = "readerstudy.web.error_responses.permission_denied"

urlpatterns: list[URLPattern | URLResolver] = [
    # First, because they are asked for most.
    path("api/reading/", include("readerstudy.reading.api_urls")),
    path("", include("readerstudy.desk.operations.urls")),
    path("", include("readerstudy.desk.urls")),
    path("api/", include("readerstudy.desk.api_urls")),
    path("", include("readerstudy.accounts.urls")),
    path("", include("readerstudy.reading.urls")),
    path("", include("readerstudy.truth.urls")),
]
