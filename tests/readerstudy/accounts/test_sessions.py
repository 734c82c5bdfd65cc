"""A session ends when nobody is there, and grave steps ask once more who is."""

import time
from unittest.mock import patch

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path, reverse
from pytest_django import Settings

from readerstudy.accounts.models import User
from readerstudy.accounts.reauthentication import recently_authenticated, recently_authenticated_to_act
from tests.readerstudy.people import PASSWORD, signed_in

pytestmark = pytest.mark.django_db


@recently_authenticated
def grave(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"done: {request.method} {request.POST.get('reason', '')}")


@recently_authenticated_to_act
def grave_to_act(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"done: {request.method} {request.POST.get('reason', '')}")


urlpatterns = [
    path("grave/", grave),
    path("open-grave/", grave_to_act),
    path("", include("readerstudy.urls")),
]


@pytest.fixture(autouse=True)
def _urls(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__


def after(minutes: float) -> "patch[float]":  # type: ignore[type-arg]
    now = time.time()
    return patch("time.time", lambda: now + minutes * 60)


def test_who_does_nothing_is_signed_out_and_told_why(alice: User, settings: Settings) -> None:
    settings.IDLE_MINUTES = 60
    client = signed_in(alice)
    client.get(reverse("account"))
    with after(minutes=59):
        assert client.get(reverse("account")).status_code == 200
    with after(minutes=59 + 61):
        response = client.get(reverse("account"), follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/login/")
    assert "signed out after 60 minutes without activity" in response.content.decode()


def test_who_goes_on_stays(alice: User, settings: Settings) -> None:
    settings.IDLE_MINUTES = 10
    client = signed_in(alice)
    for minutes in range(0, 60, 9):
        with after(minutes=minutes):
            assert client.get(reverse("account")).status_code == 200


def test_nobody_stays_longer_than_a_week_however_busy(alice: User) -> None:
    client = signed_in(alice)
    hours = 11
    for hour in range(0, 7 * 24, hours):
        with after(minutes=60 * hour):
            assert client.get(reverse("account")).status_code == 200
    with after(minutes=60 * (7 * 24 + 1)):
        response = client.get(reverse("account"), follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/login/")
    assert "a session lasts at most 7 days" in response.content.decode()


def test_a_burst_of_requests_writes_the_session_once(alice: User) -> None:
    client = signed_in(alice)
    client.get(reverse("account"))
    with patch("django.contrib.sessions.backends.db.SessionStore.save") as save:
        for _ in range(5):
            client.get(reverse("account"))
    assert save.call_count == 0


def test_a_grave_step_asks_a_stranger_to_sign_in(client: Client) -> None:
    assert client.get("/grave/")["Location"] == "/accounts/login/?next=/grave/"


def test_a_grave_step_asks_for_the_password_and_then_goes_on_with_what_was_sent(alice: User) -> None:
    client = signed_in(alice)
    asked = client.post("/grave/", {"reason": "all is ready"})
    assert asked["Location"] == "/accounts/reauthenticate/?next=%2Fgrave%2F"
    assert "Confirm your identity" in client.get(asked["Location"]).content.decode()
    done = client.post(asked["Location"], {"password": PASSWORD, "next": "/grave/"})
    assert done.content == b"done: POST all is ready"


def test_a_wrong_password_does_not_confirm(alice: User) -> None:
    client = signed_in(alice)
    client.post("/accounts/reauthenticate/?next=/grave/", {"password": "wrong", "next": "/grave/"})
    assert client.get("/grave/").status_code == 302


def test_a_confirmation_lasts_five_minutes(alice: User) -> None:
    client = signed_in(alice, confirmed=True)
    assert client.get("/grave/").content == b"done: GET "
    with after(minutes=5.1):
        assert client.get("/grave/").status_code == 302


def test_who_has_neither_password_nor_factor_sets_a_password_first() -> None:
    bob = User.objects.create_user("bob@hospital.example")
    assert signed_in(bob).get("/grave/")["Location"] == "/accounts/password/set/?next=%2Fgrave%2F"


def test_a_first_password_is_chosen_shortly_after_signing_in_only() -> None:
    """A browser left signed in on a shared workstation must not give a passer-by a password of their own."""
    bob = User.objects.create_user("bob@hospital.example")
    client = signed_in(bob)
    assert client.get("/accounts/password/set/").status_code == 200
    with after(minutes=16):
        response = client.get("/accounts/password/set/", follow=True)
    assert response.redirect_chain[-1][0] == "/accounts/login/?next=%2Faccounts%2Fpassword%2Fset%2F"
    assert "Sign in again to continue" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_first_second_factor_is_set_up_shortly_after_signing_in_only() -> None:
    """Whoever signs in through the hospital needs no password for it."""
    client = signed_in(User.objects.create_user("bob@hospital.example"))
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200
    with after(minutes=16):
        asked = client.get("/accounts/2fa/totp/activate/")
    assert asked["Location"] == "/accounts/login/?next=%2Faccounts%2F2fa%2Ftotp%2Factivate%2F"


@pytest.mark.parametrize("page", ["", "confirm/"])
def test_no_code_by_mail_confirms_anything(alice: User, page: str) -> None:
    assert signed_in(alice).get(f"/accounts/reauthenticate/code/{page}").status_code == 404


def test_where_only_acting_is_grave_looking_asks_for_nothing_but_an_account(
    alice: User, client: Client
) -> None:
    assert signed_in(alice).get("/open-grave/").content == b"done: GET "
    assert client.get("/open-grave/")["Location"] == "/accounts/login/?next=/open-grave/"


def test_and_acting_asks_and_goes_on_with_what_was_sent(alice: User) -> None:
    client = signed_in(alice)
    asked = client.post("/open-grave/", {"reason": "all is ready"})
    assert asked["Location"] == "/accounts/reauthenticate/?next=%2Fopen-grave%2F"
    done = client.post(asked["Location"], {"password": PASSWORD, "next": "/open-grave/"})
    assert done.content == b"done: POST all is ready"


def test_who_could_not_confirm_is_asked_for_a_password_before_typing_anything() -> None:
    bob = User.objects.create_user("bob@hospital.example")
    assert signed_in(bob).get("/open-grave/")["Location"] == "/accounts/password/set/?next=%2Fopen-grave%2F"
