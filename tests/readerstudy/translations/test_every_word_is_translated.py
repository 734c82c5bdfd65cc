"""A walk through all that a reader meets, in a language in which an untranslated word is seen."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from readerstudy.accounts.invite import invite
from readerstudy.accounts.language import keep_language
from readerstudy.accounts.models import User
from readerstudy.reading.display_chart import CHART_LEVELS
from readerstudy.reading.hand_in import hand_in
from readerstudy.studies.invite import invite_reader
from readerstudy.studies.mail import Post, send_invitation, send_reminder
from tests.readerstudy.factory import (
    CALLS,
    CHECKS,
    PRACTICE,
    QUARTETS,
    RATES,
    Locked,
    a_locked_study,
    a_user,
    answer_next,
    brief,
    protocol_text,
    read_everything,
)
from tests.readerstudy.people import confirm, set_up_app
from tests.readerstudy.reading.conftest import Tab
from tests.readerstudy.reading.screens import good_screen
from tests.readerstudy.reading.test_pages import QUESTIONS
from tests.readerstudy.translations.brackets import LANGUAGE, left, untranslated, write_catalogue

pytestmark = pytest.mark.django_db

#: Not ours to translate: names, the study's own texts, languages, what people typed.
DATA = (
    "readerstudy",
    "English",
    "Esperanto",
    "Alice",
    "Rita",
    "Knees",
    "Triples",
    "Calls",
    "Rates",
    "Checks",
    "Warm up",
    "I agree that my answers are kept.",
    "Look at all images.",
    "What is your specialty?",
    "Years of experience?",
    "Anything else?",
    "radiology",
    "orthopaedics",
    "UTC",
    "Authorization: Bearer",
    "alice@example.org",
    "client_uuid",
    "answer.reasons",
    # how Esperanto writes a date
    "-a de",
    "je ",
)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("locale")
    write_catalogue(folder)
    return folder


@pytest.fixture(autouse=True)
def brackets(settings: Settings, catalogue: Path) -> None:
    settings.LANGUAGES = [("en", "English"), (LANGUAGE, "Esperanto")]
    settings.LOCALE_PATHS = [catalogue]
    settings.LANGUAGE_CODE = LANGUAGE


@pytest.fixture
def alice() -> User:
    return a_user("alice")


class Walker(Client):
    """A browser in which every page has to be translated."""

    seen = 0

    def request(self, **request: Any) -> Any:
        response = super().request(**request)
        kind = response.headers.get("Content-Type", "")
        if kind.startswith("text/html") and response.content:
            page = response.content.decode()
            assert untranslated(page, DATA) == [], request["PATH_INFO"]
            assert f'<html lang="{LANGUAGE}">' in page
            Walker.seen += 1
        elif kind == "application/json" and response.status_code >= 400:
            assert left(response.json()["detail"], DATA) == [], response.json()
            Walker.seen += 1
        return response


def walker(user: User | None = None) -> Walker:
    browser = Walker()
    if user is not None:
        browser.force_login(user)
    return browser


def sections(document: str) -> Locked:
    return a_locked_study(protocol_text(sections=document, more=QUESTIONS), briefed=False)


@pytest.mark.parametrize("section", [QUARTETS.format(trials=2), CALLS, RATES, CHECKS])
def test_from_consent_to_the_receipt(section: str) -> None:
    made = sections(section)
    rita = walker(made.people["rita"])
    for path in ("/read/", "/read/knees/consent/", "/read/knees/questionnaire/"):
        assert rita.get(path).status_code == 200
    assert rita.post("/read/knees/consent/").status_code == 422
    assert (
        rita.post("/read/knees/questionnaire/", {"specialty": "surgery", "years": "many"}).status_code == 422
    )
    rita.get("/read/knees/instructions/")
    brief(made.reading("rita"))
    rita.get("/read/knees/display/")
    poor = {**good_screen(rita), "viewport_width": 600} | dict.fromkeys(CHART_LEVELS, [""] * 4)
    rita.post("/read/knees/display/", {**poor, "ambient_light": "bright"})
    rita.post("/read/knees/display/", {"ambient_light": "bright"})
    rita.post("/read/knees/display/", good_screen(rita))
    page = rita.get("/read/knees/trial/").content.decode()
    words = json.loads(re.findall(r'<script id="words" type="application/json">(.*?)</script>', page)[0])
    said = [text for word in words.values() for text in (word.values() if isinstance(word, dict) else [word])]
    assert [text for text in said if left(text, DATA)] == []
    list(read_everything(made.reading("rita")))
    assert rita.get("/read/knees/finish/").status_code == 200
    assert rita.get("/read/").status_code == 200
    assert rita.get("/read/elsewhere/").status_code == 404
    assert rita.get("/nowhere/").status_code == 404


def test_breaks_handing_in_and_practice() -> None:
    more = "[reading]\nallow_back = true\nbreak_after = 2\n"
    text = protocol_text(sections=QUARTETS.format(trials=1) + RATES, more=more, study="washout_days = 3")
    made = a_locked_study(text)
    rita = walker(made.people["rita"])
    rita.post("/read/knees/display/", good_screen(rita))
    answer_next(made.reading("rita"))
    assert rita.get("/read/knees/hand-in/").status_code == 200
    hand_in(made.reading("rita"), made.study.sections.first(), by=made.people["rita"])
    assert rita.get("/read/knees/between/").status_code == 200


def test_the_result_of_practice() -> None:
    made = a_locked_study(protocol_text(sections=PRACTICE + "pass_mark = 1.0\n" + QUARTETS.format(trials=1)))
    rita = walker(made.people["rita"])
    tab = Tab(client=rita, slug="knees")
    for _ in range(2):
        token = tab.state()["current"]["token"]
        answer_next(made.reading("rita"))
        assert left(rita.get(f"/api/practice/{token}/feedback").json()["sentence"], DATA) == []
    assert rita.get("/read/knees/practice/").status_code == 200


def test_refusals_of_the_reading_api() -> None:
    made = a_locked_study()
    tab = Tab(client=walker(made.people["rita"]), slug="knees")
    token = tab.state()["current"]["token"]
    for answer in ({"pick": None}, {"pick": "X"}, {"ratings": {"A": 99}}, {"call": "real"}, {"reasons": 7}):
        assert tab.respond(**answer).status_code in {400, 422}
    assert tab.post(f"presentations/{token}/response", {}).status_code == 400
    assert tab.get("presentations/elsewhere").status_code == 404
    assert Tab(client=walker(), slug="knees").get("state").status_code == 401


def test_pages_of_the_account(alice: User) -> None:
    visitor = walker()
    for path in ("login/", "login/code/", "password/reset/", "password/reset/done/", "signup/", "inactive/"):
        visitor.get(f"/accounts/{path}")
    visitor.post("/accounts/login/", {"login": "", "password": ""})
    visitor.post("/accounts/login/", {"login": alice.email, "password": "wrong"})
    visitor.post("/accounts/login/code/", {"email": alice.email}, follow=True)
    visitor.post("/accounts/login/code/confirm/", {"code": "wrong"})
    browser = walker(alice)
    confirm(browser)
    for path in ("/account/", "/account/tokens/", "/accounts/logout/", "/accounts/password/change/"):
        assert browser.get(path).status_code == 200
    browser.post(
        "/accounts/password/change/", {"oldpassword": "x", "password1": "short", "password2": "other"}
    )
    browser.post("/account/tokens/", {"name": ""})
    set_up_app(browser)
    for path in (
        "",
        "totp/deactivate/",
        "recovery-codes/",
        "recovery-codes/generate/",
        "webauthn/",
        "webauthn/add/",
    ):
        browser.get(f"/accounts/2fa/{path}")
    assert Walker.seen > 15


def test_invitations(alice: User) -> None:
    invitation, token = invite("new@example.org", by=alice, name="Rita")
    visitor = walker()
    assert visitor.get(f"/invitation/{token}/").status_code == 200
    assert visitor.get("/invitation/wrong/").status_code == 404
    assert walker(alice).get(f"/invitation/{token}/").status_code == 403
    invitation.revoke(by=alice)
    assert visitor.get(f"/invitation/{token}/").status_code == 410


def test_letters_are_in_the_language_of_their_reader(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"
    made = a_locked_study()
    rita = made.people["rita"]
    keep_language(rita, LANGUAGE, by=rita)
    with Post() as post:
        invited = invite_reader(made.study, "new@example.org", by=made.owner, language=LANGUAGE)
        send_invitation(invited, by=made.owner, post=post)
        send_reminder(made.reading("rita"), by=made.owner, post=post)
        send_reminder(made.reading("ron"), by=made.owner, post=post)
    *translated, english = mail.outbox
    for letter in translated:
        text = re.sub(r"http\S+", "", f"{letter.subject}\n{letter.body}")
        assert left(text, DATA) == []
    assert english.subject == "Reminder: Knees"
