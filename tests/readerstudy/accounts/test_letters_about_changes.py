"""People hear by mail of every change of how they sign in, so that they notice one that is not theirs."""

import re

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from readerstudy.accounts.letters import add_page
from readerstudy.accounts.models import User
from tests.readerstudy.people import PASSWORD, set_up_app, signed_in

pytestmark = pytest.mark.django_db
NEW = {"password1": "another horse battery", "password2": "another horse battery"}


def change_password(client: Client) -> None:
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, **NEW})


def remove_app(client: Client) -> None:
    set_up_app(client)
    mail.outbox.clear()
    client.post("/accounts/2fa/totp/deactivate/")


@pytest.mark.parametrize(
    ("change", "subject"),
    [
        (change_password, "Your password is changed"),
        (set_up_app, "An authenticator app is set up"),
        (remove_app, "Your authenticator app is removed"),
    ],
)
def test_a_change_is_told_with_where_it_came_from_and_what_to_do(
    alice: User,
    change: object,
    subject: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    client = signed_in(alice, confirmed=True)
    with django_capture_on_commit_callbacks(execute=True):
        change(client)  # type: ignore[operator]
    letter = mail.outbox[0]
    assert (letter.subject, letter.to) == (subject, [alice.email])
    assert "127.0.0.1" in letter.body
    assert f"{settings.SITE_URL}/accounts/password/reset/" in letter.body
    ((page, kind),) = letter.alternatives  # type: ignore[attr-defined]
    assert (kind, "127.0.0.1" in page) == ("text/html", True)


def test_a_page_has_the_link_as_a_button_and_no_other_address_as_a_link() -> None:
    link = "https://readers.example/accounts/key/"
    asked_by = "<b>Browser</b> https://evil.example"
    letter = EmailMultiAlternatives("Reset", f"Open this link.\n\n{link}\n\nFrom: {asked_by}\n\n-- \nReaders")
    add_page(letter, title="Reset", link=link, button="Open this page")
    ((page, _),) = letter.alternatives
    assert re.findall(r'href="([^"]*)"', str(page)) == [link]
    assert "&lt;b&gt;Browser" in str(page)


def test_a_first_password_is_told_too() -> None:
    bob = User.objects.create_user("bob@hospital.example")
    signed_in(bob).post("/accounts/password/set/", NEW)
    assert [letter.subject for letter in mail.outbox] == ["A password is set for your account"]
