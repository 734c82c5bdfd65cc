"""Practice tells the truth, of practice alone and after the answer; a pass mark is met or practised again."""

from typing import Any

import pytest

from readerstudy.reading.errors import StepFirst
from readerstudy.reading.models import PracticeRound, Slot
from readerstudy.reading.walk import Walk
from readerstudy.studies.models import Enrolment
from readerstudy.truth.models import Key
from tests.readerstudy.factory import PRACTICE, QUARTETS, Locked, a_locked_study, answer_next, protocol_text
from tests.readerstudy.reading.conftest import Tab, a_tab

PASS_MARK = PRACTICE + "pass_mark = 1.0\n" + QUARTETS.format(trials=2)


def real_letter(enrolment: Enrolment) -> str:
    current = Walk(enrolment).current
    assert current is not None
    for slot in Slot.objects.filter(presentation=current):
        if Key.objects.get(trial_image=slot.trial_image).provenance.source.kind == "real":
            return slot.letter
    raise AssertionError


def fake_letter(enrolment: Enrolment) -> str:
    return "B" if real_letter(enrolment) == "A" else "A"


def feedback(tab: Tab, token: str) -> Any:
    return tab.client.get(f"/api/practice/{token}/feedback")


@pytest.fixture
def made(db: None) -> Locked:
    return a_locked_study(protocol_text(sections=PASS_MARK))


def test_feedback_follows_the_committed_answer(made: Locked) -> None:
    rita = a_tab(made)
    token = rita.state()["current"]["token"]
    assert feedback(rita, token).status_code == 404
    real = real_letter(made.reading("rita"))
    answer_next(made.reading("rita"), letter=real)
    assert feedback(rita, token).json() == {"sentence": f"Correct, {real} is real.", "correct": True}


def test_feedback_names_the_real_one_after_a_wrong_answer(made: Locked) -> None:
    rita = a_tab(made)
    token = rita.state()["current"]["token"]
    real = real_letter(made.reading("rita"))
    answer_next(made.reading("rita"), letter=fake_letter(made.reading("rita")))
    assert feedback(rita, token).json() == {"sentence": f"{real} is real.", "correct": False}


def test_there_is_no_feedback_on_what_counts(db: None) -> None:
    made = a_locked_study()
    rita = a_tab(made)
    token = rita.state()["current"]["token"]
    rita.respond()
    assert feedback(rita, token).status_code == 404


def test_nobody_else_gets_the_feedback(made: Locked) -> None:
    token = a_tab(made).state()["current"]["token"]
    answer_next(made.reading("rita"))
    answers = [feedback(a_tab(made, name), token) for name in ("ron", "alice", "carl", "anna")]
    assert {answer.status_code for answer in answers} == {404}


def test_who_meets_the_pass_mark_goes_on(made: Locked) -> None:
    for _ in range(2):
        answer_next(made.reading("rita"), letter=real_letter(made.reading("rita")))
    assert a_tab(made).state()["current"] is None
    rita = made.client("rita")
    assert rita.get("/read/knees/").headers["Location"] == "/read/knees/practice/"
    assert "2 of 2 correct" in rita.get("/read/knees/practice/").content.decode()
    rita.post("/read/knees/practice/")
    assert PracticeRound.objects.get().passed
    state = a_tab(made).state()
    assert state["section"]["name"] == "triples"
    assert not state["practice"]


def test_who_misses_the_pass_mark_practises_again(made: Locked) -> None:
    answer_next(made.reading("rita"), letter=fake_letter(made.reading("rita")))
    answer_next(made.reading("rita"), letter=real_letter(made.reading("rita")))
    rita = made.client("rita")
    assert "Practise again" in rita.get("/read/knees/practice/").content.decode()
    rita.post("/read/knees/practice/")
    state = a_tab(made).state()
    assert (state["section"]["name"], state["section"]["answered"]) == ("warm-up", 0)
    for _ in range(2):
        answer_next(made.reading("rita"), letter=real_letter(made.reading("rita")))
    rita.post("/read/knees/practice/")
    assert list(PracticeRound.objects.order_by("number").values_list("number", "passed")) == [
        (1, False),
        (2, True),
    ]
    assert a_tab(made).state()["section"]["name"] == "triples"


def test_nothing_that_counts_is_answered_before_practice_is_judged(made: Locked) -> None:
    for _ in range(2):
        answer_next(made.reading("rita"))
    rita = a_tab(made)
    token = made.study.sections.get(name="triples").presentations.get(place=1, order=1).token
    body = {
        "client_uuid": "1" * 32,
        "answer": {"pick": "A", "ratings": {"A": 1, "B": 1, "C": 1}},
    }
    answer = rita.post(f"presentations/{token}/response", body)
    assert answer.json()["code"] == StepFirst.code


def test_practice_without_a_pass_mark_leads_straight_on(db: None) -> None:
    made = a_locked_study(protocol_text(sections=PRACTICE + QUARTETS.format(trials=2)))
    for _ in range(2):
        answer_next(made.reading("rita"))
    assert a_tab(made).state()["section"]["name"] == "triples"
