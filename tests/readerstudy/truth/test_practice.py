"""Practice tells the truth, of practice alone and after the answer; a pass mark is met or practised again."""

from typing import Any

import pytest

from readerstudy.reading.answer import Answer, Point, Said
from readerstudy.reading.errors import StepFirst
from readerstudy.reading.models import PracticeRound, Slot
from readerstudy.reading.walk import Walk
from readerstudy.studies.models import Enrolment
from readerstudy.studies.protocol import parse_protocol
from readerstudy.truth.judged import judged
from readerstudy.truth.judging import ImageTruth
from readerstudy.truth.models import Key
from readerstudy.truth.practice import score_of
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
    told = {"sentence": f"Correct, {real} is real.", "correct": True, "outline": [real], "points": []}
    assert feedback(rita, token).json() == told


def test_feedback_names_the_real_one_after_a_wrong_answer(made: Locked) -> None:
    rita = a_tab(made)
    token = rita.state()["current"]["token"]
    real = real_letter(made.reading("rita"))
    answer_next(made.reading("rita"), letter=fake_letter(made.reading("rita")))
    told = {"sentence": f"{real} is real.", "correct": False, "outline": [real], "points": []}
    assert feedback(rita, token).json() == told


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
    assert state["section"]["title"] == "Triples"
    assert not state["practice"]


def test_who_misses_the_pass_mark_practises_again(made: Locked) -> None:
    answer_next(made.reading("rita"), letter=fake_letter(made.reading("rita")))
    answer_next(made.reading("rita"), letter=real_letter(made.reading("rita")))
    rita = made.client("rita")
    assert "Practise again" in rita.get("/read/knees/practice/").content.decode()
    rita.post("/read/knees/practice/")
    state = a_tab(made).state()
    assert (state["section"]["title"], state["section"]["answered"]) == ("Warm up", 0)
    for _ in range(2):
        answer_next(made.reading("rita"), letter=real_letter(made.reading("rita")))
    rita.post("/read/knees/practice/")
    assert list(PracticeRound.objects.order_by("number").values_list("number", "passed")) == [
        (1, False),
        (2, True),
    ]
    assert a_tab(made).state()["section"]["title"] == "Triples"


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
    assert a_tab(made).state()["section"]["title"] == "Triples"


ASKED = """
[[sections]]
name = "diagnoses"
compose = { hospital-canary = 2, checkpoint-canary = 2 }
feedback = true
[[sections.items]]
name = "grade"
kind = "choice"
ask = "Grade"
options = ["0", "1", "2", "3", { value = "4", text = "severe" }]
truth = "grade"
[[sections.items]]
name = "level"
kind = "number"
ask = "Level"
min = 0
max = 10
unit = "cm"
truth = "grade"
within = 0.5
"""


def grade_of(enrolment: Enrolment) -> str:
    current = Walk(enrolment).current
    assert current is not None
    return str(Key.objects.get(trial_image=current.screen_slots[0].trial_image).provenance.labels["grade"])


@pytest.mark.parametrize("right", [True, False])
def test_a_section_that_counts_may_tell_whether_a_diagnosis_was_right_and_no_more(
    db: None, right: bool
) -> None:
    made = a_locked_study(protocol_text(sections=ASKED))
    rita, grade = a_tab(made), grade_of(made.reading("rita"))
    state = rita.state()
    assert state["section"]["screen"]["feedback"]
    level = float(grade) + (0.5 if right else 0.6)
    items = [{"item": "grade", "slot": "A", "value": grade}, {"item": "level", "slot": "A", "value": level}]
    assert rita.respond(state, items=items).status_code == 201
    told = feedback(rita, state["current"]["token"]).json()
    assert told["correct"] is right
    assert f"{grade} cm" in told["sentence"]
    assert told["outline"] == []
    assert "real" not in told["sentence"]
    assert "synthetic" not in told["sentence"]


MARKED = """
[[sections]]
name = "lesions"
compose = { hospital-canary = 1, checkpoint-canary = 1 }
practice = true
pass_mark = 1.0
[[sections.items]]
name = "lesion"
kind = "mark"
ask = "Lesion"
truth = "lesion"
within = 2
none = true
least = 0
"""


def test_marks_are_right_where_each_meets_a_place_of_its_own() -> None:
    protocol = parse_protocol(protocol_text(sections=MARKED + QUARTETS.format(trials=2)))
    section, origins = protocol.sections[0], {"A": ImageTruth("x", "real", "", {"lesion": "3 4; 9 9"})}
    near, far = Point(x=4, y=5), Point(x=8, y=8)
    for points, right in (((near, far), True), ((near,), False), ((near, near), False), ((), False)):
        answer = Answer(items=(Said(item="lesion", slot="A", points=points),))
        [one] = judged(answer, section, origins, protocol)
        assert one.right is right


@pytest.mark.parametrize("trials", [2, 6])
def test_a_round_is_judged_by_so_many_queries_however_long_it_was(
    db: None, trials: int, django_assert_max_num_queries: Any
) -> None:
    made = a_locked_study(protocol_text(sections=PASS_MARK.replace("trials = 2", f"trials = {trials}")))
    for _ in range(trials):
        answer_next(made.reading("rita"), letter=real_letter(made.reading("rita")))
    rita = made.reading("rita")
    gate = Walk(rita).gate
    assert gate is not None
    with django_assert_max_num_queries(5):
        score = score_of(rita, gate)
    assert (score.correct, score.total) == (trials, trials)
