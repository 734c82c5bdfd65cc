"""The reader's pages: each leads to the next."""

import time
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core import signing
from django.test import Client

from readerstudy.accounts.models import User
from readerstudy.reading.models import Briefing, Consent, Questionnaire
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.withdraw import withdraw
from tests.readerstudy.factory import (
    QUARTETS,
    RATES,
    Locked,
    a_locked_study,
    answer_next,
    brief,
    protocol_text,
    read_everything,
)
from tests.readerstudy.reading.screens import good_screen

QUESTIONS = """
[[questions]]
name = "specialty"
text = "What is your specialty?"
kind = "choice"
options = ["radiology", "orthopaedics"]
[[questions]]
name = "years"
text = "Years of experience?"
kind = "number"
[[questions]]
name = "remark"
text = "Anything else?"
required = false
"""


def follow(client: Client, address: str = "/read/knees/") -> str:
    """Where the study leads to now."""
    return str(client.get(address).headers["Location"])


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_reader_is_led_from_consent_to_the_receipt(db: None) -> None:
    made = a_locked_study(protocol_text(more=QUESTIONS), briefed=False)
    rita = made.client("rita")
    assert follow(rita) == "/read/knees/consent/"
    assert "I agree that my answers are kept." in text(rita.get("/read/knees/consent/"))
    rita.post("/read/knees/consent/", {"agree": "yes"})
    assert follow(rita) == "/read/knees/questionnaire/"
    rita.post("/read/knees/questionnaire/", {"specialty": "radiology", "years": "12,5"})
    assert Questionnaire.objects.get().answers == {"specialty": "radiology", "years": 12.5}
    assert follow(rita) == "/read/knees/instructions/"
    assert "Look at all images." in text(rita.get("/read/knees/instructions/"))
    rita.post("/read/knees/instructions/")
    assert follow(rita) == "/read/knees/display/"
    rita.post("/read/knees/display/", good_screen(rita))
    assert follow(rita) == "/read/knees/trial/"
    assert rita.get("/read/knees/trial/").status_code == 200
    list(read_everything(made.reading("rita")))
    assert follow(rita) == "/read/knees/finish/"
    receipt = text(rita.get("/read/knees/finish/"))
    assert "3 of 3" in receipt
    assert "R01" in receipt


def test_consent_needs_its_tick_and_is_one(db: None) -> None:
    rita = a_locked_study(briefed=False).client("rita")
    assert rita.post("/read/knees/consent/").status_code == 422
    assert not Consent.objects.exists()
    for _ in range(2):
        rita.post("/read/knees/consent/", {"agree": "yes"})
    assert Consent.objects.count() == 1


def test_instructions_are_read_once(db: None) -> None:
    rita = a_locked_study(briefed=False).client("rita")
    for _ in range(2):
        assert rita.post("/read/knees/instructions/").status_code == 302
    assert Briefing.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"years": "3"}, "Answer the question “What is your specialty?”."),
        ({"specialty": "surgery", "years": "3"}, "allows radiology, orthopaedics."),
        ({"specialty": "radiology", "years": "many"}, "needs a number"),
        ({"specialty": "radiology", "years": "300"}, "takes at most 100 years."),
        ({"specialty": "radiology", "years": "-1"}, "needs a number"),
        ({"specialty": "radiology", "years": "inf"}, "needs a number"),
        ({"specialty": "radiology", "years": "1", "remark": "x" * 2001}, "at most 2000 characters"),
    ],
)
def test_the_questionnaire_says_what_is_missing(db: None, given: dict[str, str], sentence: str) -> None:
    rita = a_locked_study(protocol_text(more=QUESTIONS), briefed=False).client("rita")
    answer = rita.post("/read/knees/questionnaire/", given)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert not Questionnaire.objects.exists()


def test_a_poor_screen_may_go_on_where_the_study_only_warns(knees: Locked) -> None:
    rita = knees.client("rita")
    answer = rita.post("/read/knees/display/", {**good_screen(rita), "viewport_width": 600})
    assert "Continue anyway" in text(answer)
    assert follow(rita) == "/read/knees/trial/"


def test_a_poor_screen_stops_where_the_study_refuses(db: None) -> None:
    more = '[display]\nif_failed = "refuse"\n'
    rita = a_locked_study(protocol_text(more=more)).client("rita")
    answer = rita.post("/read/knees/display/", {**good_screen(rita), "viewport_width": 600})
    assert "Continue anyway" not in text(answer)
    assert follow(rita) == "/read/knees/display/"


def test_an_unmeasured_screen_is_no_answer(knees: Locked) -> None:
    answer = knees.client("rita").post("/read/knees/display/", {"ambient_light": "dim"})
    assert answer.status_code == 422
    assert "measures the screen with JavaScript" in text(answer)


def test_a_room_of_unknown_light_is_asked_for(knees: Locked) -> None:
    rita = knees.client("rita")
    screen = {name: value for name, value in good_screen(rita).items() if name != "ambient_light"}
    answer = rita.post("/read/knees/display/", screen)
    assert answer.status_code == 422
    assert "Say how bright the room is." in text(answer)
    assert "JavaScript" not in text(answer)


def test_the_display_check_is_asked_in_each_browser_and_of_each_reader(knees: Locked) -> None:
    first = knees.client("rita")
    first.post("/read/knees/display/", good_screen(first))
    assert follow(first) == "/read/knees/trial/"
    assert follow(knees.client("rita")) == "/read/knees/display/"
    sign_in_again(first, knees.people["ron"])
    assert follow(first) == "/read/knees/display/"


def test_who_signs_in_again_is_back_at_the_trial_without_another_display_check(knees: Locked) -> None:
    rita = knees.client("rita")
    rita.post("/read/knees/display/", good_screen(rita))
    sign_in_again(rita, knees.people["rita"])
    assert follow(rita) == "/read/knees/trial/"


def test_a_display_check_holds_for_half_a_day(knees: Locked, monkeypatch: pytest.MonkeyPatch) -> None:
    rita = knees.client("rita")
    rita.post("/read/knees/display/", good_screen(rita))
    later = time.time() + 12 * 3600 + 1
    monkeypatch.setattr(signing, "time", SimpleNamespace(time=lambda: later))
    assert follow(rita) == "/read/knees/display/"


@pytest.mark.parametrize(("back", "room"), [("/read/knees/trial/", "reader"), ("/", "desk")])
def test_who_was_signed_out_while_reading_signs_in_in_the_dark(db: None, back: str, room: str) -> None:
    assert f'<body class="{room}">' in text(Client().get("/accounts/login/", {"next": back}))


def sign_in_again(browser: Client, person: User) -> None:
    """The session has ended; everything else the browser remembers is there."""
    del browser.cookies[settings.SESSION_COOKIE_NAME]
    browser.force_login(person, backend="readerstudy.accounts.backend.Backend")


def test_no_display_check_where_the_study_ignores_it(db: None) -> None:
    made = a_locked_study(protocol_text(more='[display]\nif_failed = "ignore"\n'))
    assert follow(made.client("rita")) == "/read/knees/trial/"


def test_the_trial_page_sends_back_whoever_comes_too_early(db: None) -> None:
    made = a_locked_study(briefed=False)
    assert follow(made.client("rita"), "/read/knees/trial/") == "/read/knees/consent/"


def test_my_studies_lists_mine_with_progress(knees: Locked) -> None:
    a_locked_study(slug="hips", owner="olga", readers=("rolf",), coordinator="cora", analyst="arne")
    page = text(knees.client("rita").get("/read/"))
    assert "0 of 3 read" in page
    assert "/read/knees/" in page
    assert "hips" not in page
    assert "nothing for you to read" in text(knees.client("carl").get("/read/"))


def test_the_next_section_waits_out_the_washout(db: None) -> None:
    sections = QUARTETS.format(trials=1) + RATES
    made = a_locked_study(protocol_text(sections=sections, study="washout_days = 14"))
    rita = made.client("rita")
    rita.post("/read/knees/display/", good_screen(rita))
    list(read_everything(made.reading("rita")))
    assert follow(rita) == "/read/knees/between/"
    assert "The next section opens on" in text(rita.get("/read/knees/between/"))
    state = rita.get("/api/reading/knees/state").json()
    assert state["current"] is None
    assert not state["finished"]
    token = made.study.sections.get(name="rates").presentations.get(place=1, order=1).token
    body = {"client_uuid": "0" * 32, "answer": {"ratings": {"A": 1}}}
    answer = rita.post(
        f"/api/reading/knees/presentations/{token}/response", body, content_type="application/json"
    )
    assert answer.json()["code"] == "washout"


def test_the_receipt_number_stands_for_the_answers(knees: Locked) -> None:
    numbers = []
    for name in ("rita", "ron"):
        list(read_everything(knees.reading(name)))
        numbers.append(knees.client(name).get("/read/knees/finish/").context["receipt"].number)
    assert len(set(numbers)) == 2
    assert numbers[0] == knees.client("rita").get("/read/knees/finish/").context["receipt"].number


def test_a_section_is_handed_in_by_hand_where_going_back_is_allowed(db: None) -> None:
    made = a_locked_study(protocol_text(more="[reading]\nallow_back = true\n"))
    for _ in range(3):
        answer_next(made.reading("rita"))
    rita = made.client("rita")
    assert follow(rita) == "/read/knees/hand-in/"
    assert "Hand in Triples" in text(rita.get("/read/knees/hand-in/"))
    assert rita.get("/read/knees/trial/?back").status_code == 200
    assert rita.get("/read/knees/trial/").headers["Location"] == "/read/knees/hand-in/"
    rita.post("/read/knees/hand-in/")
    assert follow(rita) == "/read/knees/finish/"


def test_a_frozen_study_shows_the_receipt(knees: Locked) -> None:
    freeze_study(knees.study, by=knees.owner, reason="enough")
    rita = knees.client("rita")
    assert follow(rita) == "/read/knees/finish/"
    assert "The study is closed" in text(rita.get("/read/knees/finish/"))


def test_a_withdrawn_reader_gets_a_sentence(knees: Locked) -> None:
    withdraw(knees.reading("rita"), by=knees.owner, reason="left", keep_answers=True)
    answer = knees.client("rita").get("/read/knees/")
    assert answer.status_code == 403
    assert "You have left this study" in text(answer)


def test_staff_find_no_reading_pages(knees: Locked) -> None:
    assert {knees.client(name).get("/read/knees/").status_code for name in ("alice", "carl", "anna")} == {404}


def test_brief_readers_skip_what_is_done(db: None) -> None:
    made = a_locked_study(briefed=False)
    brief(made.reading("rita"))
    assert follow(made.client("rita")) == "/read/knees/display/"
