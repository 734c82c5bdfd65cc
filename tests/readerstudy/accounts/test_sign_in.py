"""In by password or mailed code."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from tests.readerstudy.people import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def attempt(client: Client, email: str, password: str) -> Any:
    return client.post(LOGIN, {"login": email, "password": password})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_email_and_password_sign_in_whatever_the_case_of_the_address(client: Client, alice: User) -> None:
    response = attempt(client, "Alice@Hospital.example", PASSWORD)
    assert response["Location"] == "/"
    assert is_signed_in(client)


def test_passwords_are_kept_as_argon2(alice: User) -> None:
    assert alice.password.startswith("argon2$argon2id$")


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(client: Client, alice: User) -> None:
    wrong = attempt(client, alice.email, "wrong").content.decode()
    unknown = attempt(client, "nobody@hospital.example", "wrong").content.decode()
    sentence = "do not match"
    assert sentence in wrong
    assert sentence in unknown
    assert not is_signed_in(client)


def test_signing_in_out_and_failing_are_in_the_log_without_what_was_typed(
    client: Client, alice: User
) -> None:
    attempt(client, alice.email, "my other password")
    attempt(client, alice.email, PASSWORD)
    client.post("/accounts/logout/")
    events = list(Event.objects.order_by("pk"))
    assert [event.verb for event in events] == ["sign-in refused", "signed in", "signed out"]
    assert {event.stream.name for event in events} == {f"accounts/user:{alice.pk}"}
    assert "my other" not in repr([event.particulars for event in events])


def test_without_a_password_a_mailed_code_signs_in(client: Client) -> None:
    User.objects.create_user("bob@hospital.example")
    client.post(reverse("account_request_login_code"), {"email": "bob@hospital.example"})
    (message,) = mail.outbox
    code = re.search(r"^[A-Z0-9-]{6,}$", str(message.body), re.MULTILINE)
    assert code is not None
    client.post(reverse("account_confirm_login_code"), {"code": code.group()})
    assert is_signed_in(client)


def test_a_code_for_an_unknown_address_is_mailed_to_nobody_and_answered_alike(
    client: Client, alice: User
) -> None:
    known = client.post(reverse("account_request_login_code"), {"email": alice.email})
    unknown = Client().post(reverse("account_request_login_code"), {"email": "nobody@hospital.example"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [message.to for message in mail.outbox] == [[alice.email]]


def test_nobody_can_sign_up(client: Client) -> None:
    page = client.get("/accounts/signup/")
    assert "By invitation only" in page.content.decode()
    client.post("/accounts/signup/", {"email": "eve@x.example", "password1": PASSWORD})
    assert not User.objects.exists()


def test_a_sign_in_does_not_lead_to_another_site(client: Client, alice: User) -> None:
    response = client.post(
        LOGIN, {"login": alice.email, "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert response["Location"] == "/"


def test_nobody_signs_in_as_the_author_of_commands(client: Client, db: None) -> None:
    operator = User.objects.operator()
    client.post(reverse("account_request_login_code"), {"email": operator.email})
    assert mail.outbox == []
    client.force_login(operator)
    assert client.get(reverse("account"))["Location"].startswith("/accounts/login/")
    assert User.objects.operator() == operator


def test_a_closed_account_is_told_so(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    response = client.post(LOGIN, {"login": alice.email, "password": PASSWORD}, follow=True)
    assert not is_signed_in(client)
    assert "closed" in response.content.decode()


@pytest.mark.parametrize(
    "page", ["account_login", "account_request_login_code", "account_reset_password", "account_signup"]
)
def test_pages_before_sign_in_are_shown_in_the_house_look(client: Client, page: str) -> None:
    response = client.get(reverse(page))
    assert response.status_code == 200
    assert "css/site.css" in response.content.decode()


@pytest.mark.parametrize("page", ["account", "account_change_password", "account_logout", "mfa_index"])
def test_pages_of_the_own_account_are_shown_in_the_house_look(client: Client, alice: User, page: str) -> None:
    client.force_login(alice)
    response = client.get(reverse(page))
    assert response.status_code == 200
    assert "css/site.css" in response.content.decode()
