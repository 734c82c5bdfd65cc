"""GET state: where a reader stands."""

import pytest

from readerstudy.studies.withdraw import withdraw
from tests.readerstudy.factory import (
    CALLS,
    CHECKS,
    QUARTETS,
    RATES,
    Locked,
    a_locked_study,
    answer_next,
    protocol_text,
)
from tests.readerstudy.reading.conftest import Tab, a_tab


def test_the_state_names_section_progress_and_the_open_presentation(rita: Tab) -> None:
    state = rita.state()
    assert state["study"] == {"title": "Knees"}
    assert state["section"]["task"] == "pick_real"
    assert state["section"]["index"] == 1
    assert (state["section"]["answered"], state["section"]["total"]) == (0, 3)
    assert state["section"]["scale"]["points"] == [1, 2, 3, 4]
    assert state["progress"] == [{"section": "Triples", "answered": 0, "total": 3}]
    assert state["current"]["number"] == 1
    assert [image["slot"] for image in state["current"]["images"]] == ["A", "B", "C"]
    assert [[image["slot"] for image in shown["images"]] for shown in state["ahead"]] == [list("ABC")] * 2
    assert not state["finished"]


def test_what_lies_ahead_is_what_will_be_shown(rita: Tab) -> None:
    first = rita.state()
    rita.respond(first)
    second = rita.state()
    assert second["current"] == first["ahead"][0]
    assert second["ahead"] == first["ahead"][1:]


def test_what_lies_ahead_leads_back_where_going_back_is_allowed(db: None) -> None:
    rita = a_tab(a_locked_study(protocol_text(more="[reading]\nallow_back = true\n")))
    state = rita.state()
    tokens = [state["current"]["token"], *(shown["token"] for shown in state["ahead"])]
    assert [shown["back"] for shown in state["ahead"]] == tokens[:-1]


def test_a_few_trials_lie_ahead_and_never_those_of_another_section(db: None) -> None:
    sections = QUARTETS.format(trials=9) + CALLS
    rita = a_tab(a_locked_study(protocol_text(sections=sections)))
    numbers = []
    for _ in range(9):
        numbers.append([shown["number"] for shown in rita.state()["ahead"]])
        rita.respond()
    assert numbers[0] == [2, 3, 4, 5, 6]
    assert numbers[-2:] == [[9], []]


def test_only_as_many_trials_lie_ahead_as_a_browser_can_hold(
    rita: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("readerstudy.reading.walk.MOST_BYTES_AHEAD", 16 * 24 * 3)
    assert len(rita.state()["ahead"]) == 1
    monkeypatch.setattr("readerstudy.reading.walk.MOST_BYTES_AHEAD", 0)
    assert len(rita.state()["ahead"]) == 1


def test_every_image_is_described_alike_but_for_its_address(rita: Tab) -> None:
    images = rita.state()["current"]["images"]
    bare = [{**image, "url": "", "slot": ""} for image in images]
    assert bare == bare[:1] * 3
    assert bare[0]["width"] == 16
    assert bare[0]["window"] == {"center": 127.5, "width": 255}


def test_reading_goes_on_where_it_stopped_in_another_browser(knees: Locked, rita: Tab) -> None:
    rita.respond()
    second = rita.state()["current"]
    rita.put(f"presentations/{second['token']}/draft", {"draft": {"answer": {"pick": "B"}}, "client_ms": 1})
    elsewhere = a_tab(knees).state()
    assert elsewhere["current"]["token"] == second["token"]
    assert elsewhere["current"]["draft"] == {"answer": {"pick": "B"}}
    assert elsewhere["section"]["answered"] == 1


def test_the_end_is_said(knees: Locked, rita: Tab) -> None:
    for _ in range(3):
        rita.respond()
    state = rita.state()
    assert state["finished"]
    assert state["current"] is None
    assert state["section"] is None
    assert state["finish_url"] == "/read/knees/"


def test_sections_follow_one_another(db: None) -> None:
    made = a_locked_study(protocol_text(sections=CALLS + RATES + CHECKS))
    rita = a_tab(made)
    tasks = []
    for _ in range(11):
        state = rita.state()
        tasks.append(state["section"]["task"])
        assert rita.respond(state).status_code == 201
    assert tasks == ["call"] * 4 + ["rate"] * 3 + ["check_label"] * 4
    assert rita.state()["finished"]


def test_a_label_check_shows_the_label_and_what_it_could_be(db: None) -> None:
    state = a_tab(a_locked_study(protocol_text(sections=CHECKS))).state()
    shown = state["current"]["images"][0]["label"]
    choices = state["section"]["label_choices"]["grade"]
    assert shown[0]["name"] == "grade"
    assert shown[0]["value"] in choices
    assert choices == sorted(choices)


@pytest.mark.parametrize("step", ["consent", "questionnaire", "instructions"])
def test_steps_before_reading_are_demanded_in_their_order(db: None, step: str) -> None:
    questions = '[[questions]]\nname = "years"\ntext = "Years?"\nkind = "number"\n'
    made = a_locked_study(protocol_text(more=questions), briefed=False)
    rita = a_tab(made)
    done = {"consent": 0, "questionnaire": 1, "instructions": 2}[step]
    for path, body in [("consent", None), ("questionnaire", {"years": "4"})][:done]:
        assert rita.post(path, body).status_code == 204
    answer = rita.get("state")
    assert answer.status_code == 409
    assert answer.json()["code"] == "step_first"
    assert made.client("rita").get("/read/knees/").headers["Location"] == f"/read/knees/{step}/"


def test_a_stranger_and_staff_find_nothing(knees: Locked) -> None:
    other = a_locked_study(slug="hips", owner="olga", readers=("rolf",), coordinator="cora", analyst="arne")
    answers = [a_tab(knees, name).get("state") for name in ("alice", "carl", "anna")]
    answers.append(Tab(client=other.client("rolf"), slug="knees").get("state"))
    answers.append(Tab(client=knees.client("rita"), slug="no-such-study").get("state"))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_who_is_signed_out_is_told_where_to_sign_in(knees: Locked, rita: Tab) -> None:
    rita.client.logout()
    answer = rita.get("state")
    assert answer.status_code == 401
    assert answer.json()["code"] == "signed_out"
    assert answer.json()["sign_in_url"] == "/accounts/login/?next=%2Fread%2Fknees%2Ftrial%2F"


def test_a_withdrawn_reader_is_told_so(knees: Locked, rita: Tab) -> None:
    withdraw(knees.reading("rita"), by=knees.owner, reason="left the clinic", keep_answers=True)
    answer = rita.get("state")
    assert (answer.status_code, answer.json()["code"]) == (403, "withdrawn")


def test_answers_of_one_reader_move_nobody_else(knees: Locked) -> None:
    answer_next(knees.reading("ron"))
    assert a_tab(knees, "rita").state()["section"]["answered"] == 0
    assert a_tab(knees, "ron").state()["section"]["answered"] == 1


def test_windows_on_a_key_are_told_in_stored_values_and_what_stays(db: None) -> None:
    more = "[reading]\nkeep_window = true\n\n[[presets]]\nname = 'Bone'\ncenter = 0.8\nwidth = 0.2\n"
    section = a_tab(a_locked_study(protocol_text(more=more))).state()["section"]
    assert section["view"] == {
        "presets": [{"name": "Bone", "center": 204.0, "width": 51.0}],
        "keep_window": True,
        "keep_zoom": False,
    }
