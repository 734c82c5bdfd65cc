"""The hospital's own sign-in proves who somebody is; it opens no account that its owner did not connect."""

import re
import time
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client
from pytest_django import Settings

from readerstudy.accounts.invite import invite
from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.environment import hospital_provider
from tests.readerstudy.accounts.identity_provider import CLIENT, SECRET, Provider, running
from tests.readerstudy.accounts.visitor import Visitor
from tests.readerstudy.people import set_up_app, signed_in

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/oidc/hospital/login/"


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    with running(Provider()) as provider:
        settings.SOCIALACCOUNT_PROVIDERS = hospital_provider(
            provider.issuer, name="St. Luke's", client=CLIENT, secret=SECRET
        )
        yield provider


def through(client: Client, provider: Provider, *, process: str = "login") -> Any:
    """Press the button and go to the provider and back, as a browser does."""
    begun = client.post(f"{LOGIN}?process={process}")
    assert begun["Location"].startswith(f"{provider.issuer}/authorize?")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(begun["Location"]).query).items()}
    return client.get(provider.authorize(asked).removeprefix("http://testserver"), follow=True)


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture
def connected(alice: User, provider: Provider) -> User:
    done = through(signed_in(alice, confirmed=True), provider, process="connect")
    assert "You can now sign in this way" in done.content.decode()
    return alice


def test_who_has_connected_it_signs_in(connected: User, provider: Provider) -> None:
    client = Visitor()
    page = client.get("/accounts/login/").content.decode()
    assert "Sign in with St. Luke&#x27;s" in page
    assert f'action="{LOGIN}' in page
    through(client, provider)
    assert client.session["_auth_user_id"] == str(connected.pk)
    verbs = list(Event.objects.values_list("verb", flat=True))
    assert "hospital sign-in connected" in verbs
    assert "signed in" in verbs


def test_nobody_gets_an_account_by_it(provider: Provider) -> None:
    provider.claims = {"email": "eve@hospital.example", "email_verified": True, "name": "Eve"}
    client = Visitor()
    assert "By invitation only" in through(client, provider).content.decode()
    assert not is_signed_in(client)
    assert not User.objects.filter(email="eve@hospital.example").exists()
    assert not SocialAccount.objects.exists()


def test_an_address_that_the_provider_calls_verified_opens_nobodys_account(
    alice: User, provider: Provider
) -> None:
    provider.claims = {"email": alice.email, "email_verified": True}
    client = Visitor()
    assert "By invitation only" in through(client, provider).content.decode()
    assert not is_signed_in(client)


def test_an_invited_person_connects_it_instead_of_choosing_a_password(
    alice: User, provider: Provider
) -> None:
    _, token = invite("bob@elsewhere.example", by=alice)
    client = Client()
    page = client.post(f"/invitation/{token}/", follow=True).content.decode()
    assert "Use St. Luke&#x27;s instead" in page
    through(client, provider, process="connect")
    newcomer = Client()
    through(newcomer, provider)
    assert newcomer.session["_auth_user_id"] == str(User.objects.get(email="bob@elsewhere.example").pk)


def test_connecting_asks_for_the_identity_and_then_connects(alice: User, provider: Provider) -> None:
    client = Visitor()
    client.cookies = signed_in(alice).cookies
    asked = through(client, provider, process="connect")
    assert "Confirm your identity" in asked.content.decode()
    assert not SocialAccount.objects.exists()
    client.post("/accounts/reauthenticate/", {"password": "correct horse battery staple"}, follow=True)
    assert SocialAccount.objects.get().user == alice


def test_a_browser_left_signed_in_connects_nobody_elses_identity(provider: Provider) -> None:
    client = signed_in(User.objects.create_user("bob@hospital.example"))
    client.get("/account/")
    later = time.time() + 16 * 60
    with patch("time.time", lambda: later):
        through(client, provider, process="connect")
    assert not SocialAccount.objects.exists()


def test_one_identity_opens_one_account(connected: User, provider: Provider) -> None:
    bob = User.objects.create_user("bob@hospital.example", "correct horse battery staple")
    done = through(signed_in(bob, confirmed=True), provider, process="connect")
    assert "connected to another account" in done.content.decode()
    assert SocialAccount.objects.get().user == connected


def test_a_second_factor_is_asked_for_after_it(connected: User, provider: Provider) -> None:
    set_up_app(signed_in(connected, confirmed=True))
    client = Visitor()
    asked = through(client, provider)
    assert "Confirm your second factor" in asked.content.decode()
    assert not is_signed_in(client)


def test_staff_connect_it_before_they_set_up_their_second_factor(
    alice: User, alice_needs_a_second_factor: None, provider: Provider
) -> None:
    through(signed_in(alice, confirmed=True), provider, process="connect")
    client = Visitor()
    asked = through(client, provider)
    assert SocialAccount.objects.get().user == alice
    assert "requires a second factor" in asked.content.decode()


def test_a_closed_account_stays_closed(connected: User, provider: Provider) -> None:
    User.objects.update(is_active=False)
    client = Visitor()
    assert "closed" in through(client, provider).content.decode()
    assert not is_signed_in(client)


def test_nothing_but_the_identity_is_kept(connected: User, provider: Provider) -> None:
    provider.claims = {"email": "alice@private.example", "phone_number": "+1 555 0100", "groups": ["x"]}
    through(Client(), provider)
    kept = SocialAccount.objects.get()
    assert (kept.uid, kept.extra_data) == ("u-4711", {})
    assert not SocialToken.objects.exists()


def test_cancelling_at_the_provider_leads_back(provider: Provider) -> None:
    provider.refuses = True
    assert "Sign-in cancelled" in through(Visitor(), provider).content.decode()


def test_a_token_for_another_program_is_refused(
    connected: User, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.audience = "another program"
    client = Visitor()
    assert "Sign-in failed" in through(client, provider).content.decode()
    assert not is_signed_in(client)
    assert "Sign-in with St. Luke's failed" in caplog.text


def test_an_answer_that_nobody_asked_for_is_refused(connected: User, provider: Provider) -> None:
    client = Visitor()
    answer = client.get(f"{LOGIN}callback/?code=the-code&state=made-up")
    assert "Sign-in failed" in answer.content.decode()
    assert not is_signed_in(client)


def test_opening_the_address_signs_nobody_in_before_a_press(provider: Provider) -> None:
    page = Visitor().get(LOGIN)
    assert "Continue with St. Luke&#x27;s" in page.content.decode()


def test_disconnecting_asks_for_the_identity_and_ends_it(connected: User, provider: Provider) -> None:
    asked = signed_in(connected).post("/account/hospital-sign-in/disconnect/")
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    browser = signed_in(connected, confirmed=True)
    assert "Disconnect" in browser.get("/account/").content.decode()
    browser.post("/account/hospital-sign-in/disconnect/")
    browser.post("/account/hospital-sign-in/disconnect/")
    assert Event.objects.filter(verb="hospital sign-in disconnected").count() == 1
    client = Client()
    through(client, provider)
    assert not is_signed_in(client)


def test_without_settings_there_is_no_button_and_no_address(alice: User) -> None:
    client = Client()
    assert client.get(LOGIN).status_code == 404
    assert not re.search("oidc", client.get("/accounts/login/").content.decode())
    assert "oidc" not in signed_in(alice).get("/account/").content.decode()
