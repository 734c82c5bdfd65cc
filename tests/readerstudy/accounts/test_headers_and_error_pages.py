"""What the browser is told with every page, and what a page says that could not be had."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from tests.readerstudy.factory import a_user

pytestmark = pytest.mark.django_db

TELLING = "secret/checkpoint-c.png"


def refuse(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied(TELLING)


def suspect(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation(TELLING)


def fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError(TELLING)


urlpatterns = [
    path("refuse/", refuse),
    path("suspect/", suspect),
    path("fail/", fail),
    path("", include("readerstudy.urls")),
]


@pytest.mark.parametrize(
    ("address", "status", "title"),
    [
        ("/suspect/", 400, "not understood"),
        ("/refuse/", 403, "not for you"),
        ("/nowhere/", 404, "Page not found"),
        ("/fail/", 500, "went wrong on our side"),
    ],
)
def test_an_error_page_is_in_the_house_look_and_tells_nothing(address: str, status: int, title: str) -> None:
    with override_settings(ROOT_URLCONF=__name__):
        response = Client(raise_request_exception=False).get(address)
    body = response.content.decode()
    assert response.status_code == status
    assert title in body
    assert "css/site.css" in body
    assert TELLING not in body


def test_pages_allow_scripts_styles_and_connections_of_their_own_only(client: Client) -> None:
    policy = client.get("/accounts/login/")["Content-Security-Policy"]
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == "'self'"
    assert directives["style-src"] == "'self'"
    assert directives["connect-src"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"


def test_pages_may_use_no_camera_place_or_payment(client: Client) -> None:
    policy = client.get("/accounts/login/")["Permissions-Policy"]
    assert {"camera=()", "geolocation=()", "payment=()"} <= set(policy.split(", "))


def test_pages_are_not_framed_nor_sniffed_nor_referred_elsewhere(client: Client) -> None:
    response = client.get("/accounts/login/")
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


def test_no_page_of_the_doorway_has_scripts_or_styles_within(client: Client) -> None:
    body = client.get("/accounts/login/").content.decode()
    assert "<style" not in body
    assert all("src=" in tag or "application/json" in tag for tag in body.split("<script")[1:])


def test_a_form_that_is_too_old_is_answered_with_what_to_do() -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {})
    assert response.status_code == 403
    assert "reload the page" in response.content.decode()


def test_what_is_shown_to_somebody_signed_in_is_kept_by_no_cache_between(client: Client) -> None:
    assert "Cache-Control" not in client.get("/studies/")  # a stranger is led to the sign-in
    client.force_login(a_user("alice"), backend="readerstudy.accounts.backend.Backend")
    assert client.get("/studies/")["Cache-Control"] == "private, no-cache"
    assert client.get("/nowhere/")["Cache-Control"] == "private, no-cache"
    assert client.get("/api/studies")["Cache-Control"] == "no-store"
