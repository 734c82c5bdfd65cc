"""The switch at the foot of a page holds in this browser and for the account: pages, refusals, email."""

import pytest
from django.core import mail
from django.test import Client

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from tests.readerstudy.factory import a_locked_study, a_user
from tests.readerstudy.people import signed_in
from tests.readerstudy.reading.conftest import Tab

pytestmark = pytest.mark.django_db
SWITCH, LOGIN = "/language/", "/accounts/login/"


def lang_of(browser: Client, page: str = LOGIN, **headers: str) -> str:
    return str(browser.get(page, headers=headers)["Content-Language"])


def test_a_stranger_is_spoken_to_as_the_browser_asks_until_they_choose() -> None:
    stranger = Client()
    asks = {"accept-language": "fr-CA, en;q=0.5"}
    assert lang_of(stranger, **asks) == "fr"
    assert stranger.post(SWITCH, {"language": "de", "next": LOGIN})["Location"] == LOGIN
    assert lang_of(stranger, **asks) == "de"
    assert "Anmelden" in stranger.get(LOGIN).content.decode()


@pytest.mark.parametrize("language", ["", "xx", "de\n", "../de"])
def test_a_language_that_is_not_spoken_changes_nothing(language: str) -> None:
    reader = signed_in(a_user("rita"))
    reader.post(SWITCH, {"language": language})
    assert lang_of(reader, "/account/") == "en"
    assert User.objects.get(email="rita@example.org").language == ""


def test_the_choice_goes_with_the_account_and_is_in_the_log_once() -> None:
    rita = a_user("rita")
    for _ in range(2):
        signed_in(rita).post(SWITCH, {"language": "es"})
    assert lang_of(signed_in(rita), "/account/", **{"accept-language": "de"}) == "es"
    assert Event.objects.filter(verb="language chosen").count() == 1


def test_refusals_of_the_reading_room_and_email_follow_it() -> None:
    made = a_locked_study()
    tab = Tab(client=made.client("rita"), slug="knees")
    tab.client.post(SWITCH, {"language": "de"})
    refused = tab.respond(pick=None)
    assert refused.status_code == 422
    assert refused["Content-Language"] == "de"
    assert "echt" in refused.json()["detail"]
    Client().post("/accounts/login/code/", {"email": "rita@example.org"})
    assert "Anmeldung" in mail.outbox[-1].subject


def test_it_leads_to_no_other_host() -> None:
    answer = Client().post(SWITCH, {"language": "de", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


def test_pages_of_the_staff_are_in_english_whatever_was_chosen() -> None:
    alice = signed_in(a_locked_study().owner)
    alice.post(SWITCH, {"language": "de"})
    page = alice.get("/studies/knees/")
    assert page["Content-Language"] == "en"
    assert 'class="languages"' not in page.content.decode()
