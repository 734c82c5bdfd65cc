"""POST response: taken once, in order, whole, and never lost."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from readerstudy.audit.models import Event
from readerstudy.reading.errors import Frozen
from readerstudy.reading.models import Draft, Rating, Response, Tally
from readerstudy.reading.readers import Standing, standing_of
from readerstudy.reading.respond import respond
from readerstudy.reading.stored_answers import VERSION, stored_answers
from readerstudy.reading.walk import Walk
from readerstudy.results.freeze import freeze_study
from readerstudy.results.verify_study import verify_study
from readerstudy.studies.models import Enrolment
from readerstudy.studies.withdraw import withdraw
from tests.readerstudy.factory import (
    CALLS,
    CHECKS,
    PRACTICE,
    QUARTETS,
    Locked,
    a_locked_study,
    a_planned_study,
    an_answer,
    enrol,
    protocol_text,
)
from tests.readerstudy.reading.conftest import Tab, a_tab

BACK = "[reading]\nallow_back = true\n"
SPOTS = '[reading]\nreasons = ["texture", "edges"]\nspots = true\n'


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_an_answer_is_stored_with_its_ratings_and_times(rita: Tab) -> None:
    state = rita.state()
    answer = rita.respond(state, pick="B", ratings={"A": 1, "B": 4, "C": 2})
    assert answer.status_code == 201
    stored = Response.objects.get()
    assert stored.pick is not None
    assert stored.pick.letter == "B"
    assert {rating.slot.letter: rating.points for rating in stored.ratings.all()} == {"A": 1, "B": 4, "C": 2}
    assert (stored.response_ms, stored.active_ms) == (4200, 4000)
    assert stored.timing["first_paint_ms"] == 35.5
    assert answer.json()["accepted"] == str(stored.client_uuid)


def test_the_acknowledgement_carries_the_next_presentation(rita: Tab) -> None:
    state = rita.state()
    after = rita.respond(state).json()["state"]
    assert after == rita.state()
    assert after["current"]["images"][0]["url"] == state["ahead"][0]["images"][0]["url"]


def test_the_same_answer_sent_again_is_the_same_answer(rita: Tab) -> None:
    state = rita.state()
    body, path = rita.submission(state), f"presentations/{state['current']['token']}/response"
    assert [rita.post(path, body).status_code for _ in range(3)] == [201, 200, 200]
    assert Response.objects.count() == 1
    assert Event.objects.filter(verb="answer given").count() == 1


def test_another_answer_under_the_same_number_is_refused(rita: Tab) -> None:
    state = rita.state()
    body, path = rita.submission(state), f"presentations/{state['current']['token']}/response"
    rita.post(path, body)
    body["answer"]["pick"] = "C"
    assert code(rita.post(path, body)) == (409, "other_answer")
    assert Response.objects.get().pick.letter == "A"  # type: ignore[union-attr]


def test_an_answer_under_the_number_of_another_reader_is_refused(knees: Locked, rita: Tab) -> None:
    ron = a_tab(knees, "ron")
    body = rita.submission()
    rita.post(f"presentations/{rita.state()['current']['token']}/response", body)
    assert code(ron.post(f"presentations/{ron.state()['current']['token']}/response", body)) == (
        409,
        "other_answer",
    )


def test_an_answer_out_of_order_is_refused(knees: Locked, rita: Tab) -> None:
    later = knees.study.sections.get().presentations.get(place=1, order=3)
    answer = rita.post(f"presentations/{later.token}/response", rita.submission())
    assert code(answer) == (409, "out_of_order")


def test_the_presentation_of_another_reader_does_not_exist(knees: Locked, rita: Tab) -> None:
    token = a_tab(knees, "ron").state()["current"]["token"]
    assert code(rita.post(f"presentations/{token}/response", rita.submission())) == (404, "not_found")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"pick": None}, "incomplete"),
        ({"ratings": {"A": 1, "B": 2}}, "incomplete"),
        ({"ratings": None}, "incomplete"),
        ({"ratings": {"A": 1, "B": 2, "C": 5}}, "off_scale"),
        ({"ratings": {"A": 1, "B": 2, "C": 2, "D": 2}}, "unknown_slot"),
        ({"pick": "D"}, "unknown_slot"),
        ({"call": "real"}, "not_asked"),
        ({"confidence": 2}, "not_asked"),
        ({"verdict": "fits"}, "not_asked"),
        ({"observed": {"grade": "1"}}, "not_asked"),
        ({"reasons": [{"slot": "A", "tag": "texture"}]}, "not_asked"),
        ({"reasons": [{"slot": "A", "tag": "", "x": 1, "y": 2}]}, "not_asked"),
    ],
)
def test_what_does_not_answer_the_question_is_refused(rita: Tab, changes: Any, expected: str) -> None:
    answer = rita.respond(**changes)
    assert code(answer) == (422, expected)
    assert answer.json()["detail"].endswith(".")
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"call": None}, "incomplete"),
        ({"confidence": None}, "incomplete"),
        ({"confidence": 4}, "off_scale"),
        ({"confidence": 0}, "off_scale"),
        ({"pick": "A"}, "not_asked"),
        ({"ratings": {"A": 2}}, "not_asked"),
    ],
)
def test_a_call_needs_its_call_and_its_confidence(db: None, changes: Any, expected: str) -> None:
    rita = a_tab(a_locked_study(protocol_text(sections=CALLS)))
    assert code(rita.respond(**changes)) == (422, expected)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"verdict": None}, "incomplete"),
        ({"verdict": "discrepant"}, "incomplete"),
        ({"verdict": "discrepant", "observed": {"side": "left"}}, "not_asked"),
        ({"verdict": "discrepant", "observed": {"grade": "9"}}, "off_scale"),
        ({"verdict": "fits", "observed": {"grade": "1"}}, "not_asked"),
    ],
)
def test_a_label_check_needs_its_verdict(db: None, changes: Any, expected: str) -> None:
    rita = a_tab(a_locked_study(protocol_text(sections=CHECKS)))
    assert code(rita.respond(**changes)) == (422, expected)


def test_a_discrepancy_has_to_differ_from_the_label(db: None) -> None:
    rita = a_tab(a_locked_study(protocol_text(sections=CHECKS)))
    state = rita.state()
    shown = state["current"]["images"][0]["label"][0]["value"]
    other = next(value for value in state["section"]["label_choices"]["grade"] if value != shown)
    same = rita.respond(state, verdict="discrepant", observed={"grade": shown})
    assert code(same) == (422, "not_asked")
    assert rita.respond(state, verdict="discrepant", observed={"grade": other}).status_code == 201
    assert Response.objects.get().observed == {"grade": other}


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ({"slot": "A", "tag": "texture", "x": 3.5, "y": 23.9}, 201),
        ({"slot": "A", "tag": "texture", "x": None, "y": None}, 201),
        ({"slot": "A", "tag": "", "x": 1, "y": 1}, 201),
        ({"slot": "A", "tag": "", "x": None, "y": None}, 422),
        ({"slot": "A", "tag": "edges", "x": 16.5, "y": 1}, 422),
        ({"slot": "A", "tag": "edges", "x": -1, "y": 1}, 422),
        ({"slot": "A", "tag": "edges", "x": 1, "y": None}, 422),
        ({"slot": "A", "tag": "colour", "x": None, "y": None}, 422),
        ({"slot": "Z", "tag": "edges", "x": None, "y": None}, 422),
    ],
)
def test_reasons_are_tags_of_the_protocol_and_spots_inside_the_image(
    db: None, reason: Any, status: int
) -> None:
    rita = a_tab(a_locked_study(protocol_text(more=SPOTS)))
    assert rita.respond(reasons=[reason]).status_code == status


def test_an_answer_stands_where_going_back_is_not_allowed(rita: Tab) -> None:
    state = rita.state()
    rita.respond(state)
    assert code(rita.respond(state, pick="C")) == (409, "answered_already")
    assert code(rita.get(f"presentations/{state['current']['token']}")) == (404, "not_found")


def test_a_correction_is_a_new_row_where_going_back_is_allowed(db: None) -> None:
    rita = a_tab(a_locked_study(protocol_text(more=BACK)))
    first = rita.state()
    rita.respond(first)
    token = first["current"]["token"]
    assert rita.state()["current"]["back"] == token
    assert rita.get(f"presentations/{token}").json()["previous"]["pick"] == "A"
    assert rita.respond(first, pick="C").status_code == 201
    assert [r.pick.letter for r in Response.objects.order_by("revision") if r.pick] == ["A", "C"]
    assert rita.state()["section"]["answered"] == 1
    assert Event.objects.filter(verb="answer changed").count() == 1


def test_nobody_goes_back_into_a_section_that_was_left(db: None) -> None:
    rita = a_tab(a_locked_study(protocol_text(sections=CALLS + QUARTETS.format(trials=2), more=BACK)))
    first = rita.state()
    for _ in range(4):
        rita.respond()
    assert rita.respond(first, call="synthetic").status_code == 201
    assert rita.post("hand-in", {"section": rita.state()["hand_in"]["section"]}).status_code == 204
    assert code(rita.respond(first)) == (409, "answered_already")
    assert rita.respond().status_code == 201


def test_a_section_is_handed_in_with_its_last_answer(knees: Locked, rita: Tab) -> None:
    for _ in range(3):
        assert not knees.study.sections.get().submissions.exists()
        rita.respond()
    assert knees.study.sections.get().submissions.get().enrolment == knees.reading("rita")


def test_practice_is_answered_once_even_where_going_back_is_allowed(db: None) -> None:
    rita = a_tab(a_locked_study(protocol_text(sections=PRACTICE + QUARTETS.format(trials=2), more=BACK)))
    first = rita.state()
    assert first["practice"]
    rita.respond(first, ratings=None)
    assert code(rita.respond(first, ratings=None, pick="B")) == (409, "answered_already")


def test_a_frozen_study_takes_no_answer(knees: Locked, rita: Tab) -> None:
    state = rita.state()
    freeze_study(knees.study, by=knees.owner, reason="all have read")
    assert code(rita.respond(state)) == (423, "frozen")
    assert code(rita.get("state")) == (423, "frozen")
    assert not Response.objects.exists()


def test_an_answer_that_crosses_the_freeze_gets_a_sentence_and_leaves_nothing(
    knees: Locked, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrolment = knees.reading("rita")
    asked: list[Enrolment] = []
    before = standing_of(enrolment)
    current, answer = Walk(enrolment).current, an_answer(enrolment)
    assert current is not None
    freeze_study(knees.study, by=knees.owner, reason="all have read")

    def a_moment_before_the_freeze(of: Enrolment) -> Standing:
        asked.append(of)
        return standing_of(of) if len(asked) > 1 else before

    monkeypatch.setattr("readerstudy.reading.respond.standing_of", a_moment_before_the_freeze)
    with pytest.raises(Frozen, match="no more answers are accepted"):
        respond(enrolment, current.token, answer, by=knees.people["rita"], client_uuid=uuid4())
    assert len(asked) == 2
    for model in (Response, Rating, Tally):
        assert not model.objects.exists()
    assert not Event.objects.filter(verb="answer given").exists()


def test_a_withdrawn_reader_answers_no_more(knees: Locked, rita: Tab) -> None:
    state = rita.state()
    withdraw(knees.reading("rita"), by=knees.owner, reason="left", keep_answers=False)
    assert code(rita.respond(state)) == (403, "withdrawn")


def test_an_unlocked_study_is_not_read(db: None) -> None:
    made = a_locked_study(slug="hips")
    draft = a_planned_study(slug="knees")
    made.study = draft
    enrol(made, "rita", 1)
    assert code(a_tab(made).get("state")) == (409, "not_open")


def test_an_accepted_answer_ends_its_draft(rita: Tab) -> None:
    state = rita.state()
    rita.put(f"presentations/{state['current']['token']}/draft", {"draft": {"pick": "A"}, "client_ms": 5})
    assert Draft.objects.count() == 1
    rita.respond(state)
    assert not Draft.objects.exists()


def test_a_late_draft_does_not_come_back_to_life(rita: Tab) -> None:
    state = rita.state()
    rita.respond(state)
    late = rita.put(f"presentations/{state['current']['token']}/draft", {"draft": {}, "client_ms": 5})
    assert code(late) == (409, "answered_already")


def test_the_log_says_that_an_answer_was_given_and_not_which(rita: Tab) -> None:
    rita.respond(pick="B")
    event = Event.objects.get(verb="answer given")
    assert set(event.particulars) == {"section", "order", "revision", "answer", "version"}


def test_an_answer_cannot_be_found_out_from_the_log_by_whoever_has_its_token(rita: Tab) -> None:
    state = rita.state()
    rita.respond(state, pick="B")
    said = Event.objects.get(verb="answer given").particulars["answer"]
    stored = next(stored_answers(Response.objects.get().enrolment))
    assert said == stored.digest(VERSION)
    for letter in "ABC":
        guess = replace(stored, said={**stored.said, "pick": letter})
        assert said != guess.digest(1)
        assert said != replace(guess, client_uuid=uuid4().hex).digest(VERSION)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "text",
        {"client_uuid": "no", "answer": {}},
        {"client_uuid": str(uuid4()), "answer": {"pick": ["A"]}},
        {"client_uuid": str(uuid4()), "answer": {"pick": "A\x00"}},
        {"client_uuid": str(uuid4()), "answer": {"pick": "A"}, "timing": {"response_ms": -1}},
        {"client_uuid": str(uuid4()), "answer": {"pick": "A"}, "timing": {"clock": {"a": "\x00"}}},
        {"client_uuid": str(uuid4()), "answer": {"ratings": {"A": 10**40}}},
        {"client_uuid": str(uuid4()), "answer": {"reasons": [{"slot": "A"}] * 100}},
    ],
)
def test_a_malformed_request_is_answered_by_a_sentence(rita: Tab, body: Any) -> None:
    answer = rita.post(f"presentations/{rita.state()['current']['token']}/response", body)
    assert code(answer) == (400, "malformed")


def test_a_request_nested_too_deeply_is_refused(rita: Tab) -> None:
    answer = rita.client.post(
        f"/api/reading/knees/presentations/{rita.state()['current']['token']}/response",
        "[" * 200_000 + "]" * 200_000,
        content_type="application/json",
    )
    assert code(answer) == (400, "malformed")


def test_a_request_too_large_is_refused(rita: Tab) -> None:
    answer = rita.post("events", {"sitting": str(uuid4()), "events": [{"kind": "x" * 600_000}]})
    assert code(answer)[0] == 413


@pytest.mark.parametrize("number", [1e23, 1e308, 9007199254740993, -0.0])
def test_no_number_that_a_browser_sends_makes_an_answer_look_changed(
    knees: Locked, rita: Tab, number: float
) -> None:
    """Otherwise one reader could keep a study from being unblinded."""
    state = rita.state()
    sent = rita.submission(state)
    sent["timing"]["events"] = [{"kind": "zoom", "t_ms": 1, "value": number}]
    assert rita.post(f"presentations/{state['current']['token']}/response", sent).status_code == 201
    assert not [finding for finding in verify_study(knees.study) if finding.stops]
