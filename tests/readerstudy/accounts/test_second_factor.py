"""Staff of a study prove more than a password; the demo and readers do not have to."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from readerstudy.accounts.models import User
from readerstudy.accounts.second_factor import lacks_second_factor, needs_second_factor
from readerstudy.audit.models import Event
from tests.readerstudy.people import PASSWORD, code_of, set_up_app, signed_in

pytestmark = pytest.mark.django_db
needed = pytest.mark.usefixtures("alice_needs_a_second_factor")


@needed
def test_who_needs_one_and_has_none_is_led_to_set_one_up(alice: User) -> None:
    response = signed_in(alice).get(reverse("api_tokens"), follow=True)
    assert response.redirect_chain == [("/accounts/2fa/", 302)]
    assert "Your role in a study requires a second factor" in response.content.decode()


@needed
def test_a_program_is_refused_with_a_sentence(alice: User) -> None:
    response = signed_in(alice).get(reverse("api_tokens"), headers={"accept": "application/json"})
    assert response.status_code == 403
    assert "second factor" in response.json()["detail"]


@needed
@pytest.mark.parametrize("page", ["account", "mfa_index", "account_change_password", "account_logout"])
def test_what_is_needed_to_set_one_up_stays_open(alice: User, page: str) -> None:
    assert signed_in(alice).get(reverse(page)).status_code == 200


@needed
def test_others_are_not_asked(alice: User) -> None:
    bob = User.objects.create_user("bob@hospital.example")
    assert needs_second_factor(alice)
    assert not needs_second_factor(bob)


@needed
def test_the_setting_that_the_demo_uses_asks_nobody(alice: User, settings: Settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    assert not needs_second_factor(alice)


@needed
def test_an_app_fulfils_it_and_is_asked_for_at_the_next_sign_in(alice: User, client: Client) -> None:
    browser = signed_in(alice, confirmed=True)
    secret = set_up_app(browser)
    assert not lacks_second_factor(alice)

    client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    page = client.get(reverse("mfa_authenticate")).content.decode()
    assert "Confirm your second factor" in page
    _forget_used_codes()
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert "_auth_user_id" in client.session


def test_a_recovery_code_lets_in_once(alice: User, client: Client) -> None:
    browser = signed_in(alice, confirmed=True)
    set_up_app(browser)
    page = browser.get(reverse("mfa_view_recovery_codes")).content.decode()
    code = re.findall(r"<li>([0-9a-zA-Z-]+)</li>", page)[0]
    for succeeds in (True, False):
        visitor = Client()
        visitor.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
        visitor.post(reverse("mfa_authenticate"), {"code": code})
        assert ("_auth_user_id" in visitor.session) is succeeds


def test_a_mailed_code_does_not_go_round_the_second_factor(alice: User, client: Client) -> None:
    set_up_app(signed_in(alice, confirmed=True))
    mail.outbox.clear()
    client.post(reverse("account_request_login_code"), {"email": alice.email})
    code = re.search(r"^[A-Z0-9-]{6,}$", str(mail.outbox[0].body), re.MULTILINE)
    assert code is not None
    client.post(reverse("account_confirm_login_code"), {"code": code.group()})
    assert "_auth_user_id" not in client.session


def test_a_new_password_by_a_mailed_link_confirms_nothing_where_there_is_a_second_factor(alice: User) -> None:
    """Somebody at an unlocked workstation with the mailbox open beside it."""
    client = signed_in(alice, confirmed=True)
    set_up_app(client)
    mail.outbox.clear()
    client.post(reverse("account_reset_password"), {"email": alice.email})
    found = re.search(r"/accounts/password/reset/key/\S+", str(mail.outbox[0].body))
    assert found is not None
    new = "quite another phrase 77"
    client.post(client.get(found.group())["Location"], {"password1": new, "password2": new})
    assert client.get(reverse("account_reauthenticate"))["Location"].startswith("/accounts/login/")
    client.post("/accounts/login/", {"login": alice.email, "password": new})
    assert "_auth_user_id" not in client.session


def test_the_secret_of_an_app_is_not_readable_in_the_database(alice: User) -> None:
    secret = set_up_app(signed_in(alice, confirmed=True))
    kept = Authenticator.objects.get(user=alice, type=Authenticator.Type.TOTP)
    assert secret not in str(kept.data)


def test_adding_and_removing_is_in_the_log(
    alice: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    browser = signed_in(alice, confirmed=True)
    with django_capture_on_commit_callbacks(execute=True):
        set_up_app(browser)
        browser.post(reverse("mfa_deactivate_totp"))
    events = Event.objects.filter(verb__startswith="second factor").values_list("verb", "particulars__type")
    assert set(events) >= {("second factor added", "totp"), ("second factor removed", "totp")}


def test_setting_one_up_asks_for_the_password_first(alice: User) -> None:
    response = signed_in(alice).get(reverse("mfa_activate_totp"))
    assert response["Location"].startswith("/accounts/reauthenticate/")


@pytest.mark.parametrize("page", ["mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn"])
def test_its_pages_are_shown_in_the_house_look(alice: User, page: str) -> None:
    response = signed_in(alice, confirmed=True).get(reverse(page))
    assert response.status_code == 200
    assert "css/site.css" in response.content.decode()


def _forget_used_codes() -> None:
    """A code works once; the next would come half a minute later."""
    cache.clear()
