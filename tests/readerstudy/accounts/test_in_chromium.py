"""The doorway in a real browser, under the platform's own content security policy."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from readerstudy.accounts.invite import invite
from readerstudy.accounts.models import User
from readerstudy.environment import hospital_provider
from tests.chromium import close
from tests.readerstudy.accounts.identity_provider import CLIENT, SECRET, Provider, running
from tests.readerstudy.people import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window with an authenticator built in, whose complaints fail the test."""
    context = browser.new_context()
    page = context.new_page()
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    authenticator = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": authenticator})
    yield page
    close(context)
    assert complaints == []


def test_an_invited_person_comes_in_by_the_button_and_chooses_a_password(
    page: Page, live_server: LiveServer, alice: User
) -> None:
    _, token = invite("bob@hospital.example", by=alice, name="Bob Reader")
    page.goto(f"{live_server.url}/invitation/{token}/")
    page.get_by_text("Alice Owner invites Bob Reader").wait_for()
    page.get_by_role("button", name="Accept and continue").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Repeat the password").fill(PASSWORD)
    page.get_by_role("button", name="Set password").click()
    page.get_by_role("link", name="Bob Reader").wait_for()
    assert User.objects.get(email="bob@hospital.example").check_password(PASSWORD)


def test_a_passkey_is_set_up_signs_in_alone_and_confirms_identity(
    page: Page, live_server: LiveServer, alice: User
) -> None:
    site = live_server.url.replace("127.0.0.1", "localhost")  # passkeys belong to names, not to numbers
    page.goto(f"{site}/accounts/login/?next=/accounts/2fa/webauthn/add/")
    page.get_by_label("Email").fill(alice.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_label("Sign in with this passkey alone").check()
    page.get_by_role("button", name="Add").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{site}/accounts/login/?next=/account/")
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("heading", name="Your account").wait_for()
    page.get_by_role("link", name="Create and revoke tokens").click()
    page.get_by_role("link", name="Use a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("heading", name="API tokens").wait_for()


def test_who_connected_the_hospitals_sign_in_comes_back_signed_in(
    page: Page, live_server: LiveServer, alice: User, settings: Settings
) -> None:
    """Browsers hold the form's policy through every redirect, which no test client does."""
    with running(Provider()) as provider:
        settings.SOCIALACCOUNT_PROVIDERS = hospital_provider(
            provider.issuer, name="St. Luke's", client=CLIENT, secret=SECRET
        )
        policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        directives = {**policy, "form-action": ["'self'", provider.issuer]}
        settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives}
        page.goto(f"{live_server.url}/accounts/login/?next=/account/")
        page.get_by_label("Email").fill(alice.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("button", name="Connect").click()
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
        page.get_by_text("You can now sign in this way").wait_for()
        page.get_by_role("button", name="Sign out").click()
        page.goto(f"{live_server.url}/accounts/login/?next=/account/")
        page.get_by_role("button", name="Sign in with St. Luke's").click()
        page.get_by_role("heading", name="Your account").wait_for()


def test_the_theme_follows_the_person_and_is_kept(page: Page, live_server: LiveServer) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(f"{live_server.url}/accounts/login/")
    colour = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(colour) == "rgb(255, 255, 255)"
    page.get_by_role("button", name="Light or dark").click()
    page.reload()
    assert page.evaluate(colour) == "rgb(15, 19, 23)"
