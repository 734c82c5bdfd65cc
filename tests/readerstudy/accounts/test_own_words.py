"""Every page, message and letter of the sign-in is ours; no default text of django-allauth is seen."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import mail
from django.core.cache import cache as counters
from django.template.loader import get_template
from django.urls import URLPattern, get_resolver, reverse
from django.urls.resolvers import URLResolver
from django.utils import timezone

from readerstudy.accounts.models import User
from tests.readerstudy.accounts.visitor import ALLAUTH, Visitor, foreign_in
from tests.readerstudy.people import PASSWORD, code_of, set_up_app, signed_in

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


@pytest.fixture
def at_home(alice: User) -> Visitor:
    """alice's browser, in which she has just confirmed her identity."""
    browser = Visitor()
    browser.cookies = signed_in(alice, confirmed=True).cookies
    return browser


def link_in(letter: Any) -> str:
    found = re.search(re.escape(settings.SITE_URL) + r"(/accounts/\S+)", str(letter.body))
    assert found is not None, letter.body
    return found.group(1)


def test_every_page_that_is_open_has_a_template_of_ours() -> None:
    def views(patterns: list[Any]) -> Iterator[Any]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from views(pattern.url_patterns)
            elif isinstance(pattern, URLPattern):
                yield getattr(pattern.callback, "view_class", None)

    names = {
        name
        for view in views(get_resolver().url_patterns)
        if view is not None and view.__module__.startswith("allauth.")
        for attribute in ("template_name", "template_name_signup_closed")
        if (name := getattr(view, attribute, None)) and name != "account/signup.html"
    }
    assert {"account/login.html", "mfa/webauthn/edit_form.html"} <= names
    assert [n for n in names if Path(get_template(n).origin.name).is_relative_to(ALLAUTH)] == []


def test_signing_in_failing_and_signing_out(visitor: Visitor, alice: User) -> None:
    visitor.sees(LOGIN, "Sign in")
    visitor.post(LOGIN, {"login": "", "password": ""})
    visitor.post(LOGIN, {"login": alice.email, "password": "wrong"})
    visitor.post(LOGIN, {"login": alice.email, "password": PASSWORD}, follow=True)
    visitor.sees("/accounts/logout/", "Sign out?")
    visitor.post("/accounts/logout/", follow=True)
    for _ in range(6):
        visitor.post(LOGIN, {"login": alice.email, "password": "wrong"})


def test_a_code_by_mail(visitor: Visitor, alice: User) -> None:
    visitor.sees("/accounts/login/code/", "Sign in with a code")
    visitor.post("/accounts/login/code/", {"email": alice.email}, follow=True)
    visitor.post("/accounts/login/code/confirm/", {"code": "wrong"})
    visitor.sees("/accounts/login/code/confirm/", "Enter your code")
    for _ in range(3):
        visitor.post("/accounts/login/code/confirm/", {"code": "wrong"}, follow=True)
    (letter,) = mail.outbox
    assert letter.subject == "Your code to sign in"
    assert settings.SITE_URL in letter.body


def test_a_forgotten_password(visitor: Visitor, alice: User) -> None:
    visitor.sees("/accounts/password/reset/", "Reset your password")
    visitor.post("/accounts/password/reset/", {"email": alice.email}, follow=True)
    (letter,) = mail.outbox
    assert letter.subject == "Reset your password"
    page = visitor.get(link_in(letter))["Location"]
    visitor.sees(page, "Choose a new password")
    visitor.post(page, {"password1": "short", "password2": "other"})
    new = {"password1": "another horse battery", "password2": "another horse battery"}
    done = visitor.post(page, new, follow=True)
    assert "Your new password is set" in done.content.decode()
    visitor.sees("/accounts/password/reset/key/1-abc/", "This link does not work")
    visitor.sees("/accounts/inactive/", "This account is closed")
    visitor.sees("/accounts/signup/", "By invitation only")


def test_choosing_and_changing_a_password(visitor: Visitor, at_home: Visitor) -> None:
    visitor.cookies = signed_in(User.objects.create_user("bob@hospital.example")).cookies
    visitor.sees("/accounts/password/set/", "Choose a password")
    visitor.post("/accounts/password/set/", {"password1": PASSWORD, "password2": "other"})
    visitor.post("/accounts/password/set/", {"password1": PASSWORD, "password2": PASSWORD}, follow=True)
    visitor.sees("/accounts/reauthenticate/", "Confirm your identity")
    visitor.post("/accounts/reauthenticate/", {"password": "wrong"})
    at_home.sees("/accounts/password/change/", "Change your password")
    wrong = {"oldpassword": "wrong", "password1": "another horse battery", "password2": "other"}
    at_home.post("/accounts/password/change/", wrong)
    right = wrong | {"oldpassword": PASSWORD, "password2": "another horse battery"}
    assert (
        "Your password is changed"
        in at_home.post(
            "/accounts/password/change/", right | {"next": "/account/"}, follow=True
        ).content.decode()
    )


def test_an_authenticator_app_and_its_recovery_codes(alice: User, at_home: Visitor) -> None:
    at_home.sees("/accounts/2fa/", "Set up an app")
    at_home.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    secret = set_up_app(at_home)
    for address, sentence in (
        ("/accounts/2fa/", "10 codes left"),
        ("/accounts/2fa/recovery-codes/", "10 of 10 are left"),
        ("/accounts/2fa/recovery-codes/generate/", "stop working"),
        ("/accounts/2fa/reauthenticate/", "or a recovery code"),
        ("/accounts/reauthenticate/", "Use your authenticator app"),
        ("/accounts/2fa/totp/deactivate/", "Remove the authenticator app?"),
    ):
        at_home.sees(address, sentence)
    assert at_home.get("/accounts/2fa/recovery-codes/download/").content.count(b"\n") >= 10
    at_home.post("/accounts/2fa/recovery-codes/generate/", follow=True)
    at_home.post("/accounts/2fa/reauthenticate/", {"code": "000000"})
    counters.clear()
    at_home.post("/accounts/2fa/reauthenticate/", {"code": code_of(secret)}, follow=True)
    at_home.post("/accounts/2fa/totp/deactivate/", follow=True)


def test_signing_in_with_a_second_factor(visitor: Visitor, alice: User) -> None:
    secret = set_up_app(signed_in(alice, confirmed=True))
    visitor.post(LOGIN, {"login": alice.email, "password": PASSWORD}, follow=True)
    visitor.post("/accounts/2fa/authenticate/", {"code": "000000"})
    counters.clear()
    visitor.post("/accounts/2fa/authenticate/", {"code": code_of(secret)}, follow=True)
    assert "_auth_user_id" in visitor.session


def test_the_pages_of_passkeys(alice: User, at_home: Visitor) -> None:
    """Adding one and signing in with it need a browser: test_in_chromium.py."""
    at_home.sees("/accounts/2fa/webauthn/", "You have none yet")
    at_home.sees("/accounts/2fa/webauthn/add/", "Sign in with this passkey alone")
    kept = Authenticator.objects.create(
        user=alice, type=Authenticator.Type.WEBAUTHN, data={"name": "Laptop"}, last_used_at=timezone.now()
    )
    at_home.sees("/accounts/2fa/webauthn/", "Laptop")
    at_home.sees(reverse("mfa_edit_webauthn", args=[kept.pk]), "Rename the passkey")
    at_home.post(reverse("mfa_edit_webauthn", args=[kept.pk]), {"name": ""})
    at_home.sees(reverse("mfa_remove_webauthn", args=[kept.pk]), "Remove the passkey “Laptop”?")
    at_home.post(reverse("mfa_remove_webauthn", args=[kept.pk]), follow=True)
    at_home.post(reverse("mfa_login_webauthn"), {"credential": "{}"}, follow=True)


def test_the_letters_and_messages_that_no_page_here_sends_would_fail_loudly(visitor: Visitor) -> None:
    """The recogniser recognises: a default text of django-allauth does not pass."""
    assert foreign_in("<p>Please reauthenticate to safeguard your account.</p>")
    assert foreign_in("Hello from 127.0.0.1:8102! ")
