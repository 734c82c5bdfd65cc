"""POST sitting and events: one tab answers at a time, and another may take over."""

from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.utils import timezone

from readerstudy.reading.models import Activity, Sitting
from readerstudy.reading.verify_steps import verify_steps
from tests.readerstudy.factory import Locked, a_locked_study, protocol_text
from tests.readerstudy.reading.conftest import Tab, a_tab
from tests.readerstudy.reading.screens import good_screen

REFUSES = '[display]\nif_failed = "refuse"\nmin_width_px = 1000\n'


def test_a_tab_sits_down_and_is_named_in_the_state(rita: Tab) -> None:
    assert rita.sit().json() == {"sitting": rita.sitting}
    assert rita.state()["sitting"] == rita.sitting
    assert Sitting.objects.get().screen == {"width": 1920, "language": "en"}


def test_the_same_tab_sitting_down_again_is_the_same_sitting(rita: Tab) -> None:
    assert [rita.sit().status_code for _ in range(2)] == [200, 200]
    assert Sitting.objects.count() == 1


def test_a_second_tab_is_told_and_takes_over_when_asked(knees: Locked, rita: Tab) -> None:
    rita.sit()
    second = a_tab(knees)
    refusal = second.sit()
    assert (refusal.status_code, refusal.json()["code"]) == (409, "other_tab")
    assert second.sit(take_over=True).status_code == 200
    state = second.state()
    superseded = rita.respond(state)
    assert (superseded.status_code, superseded.json()["code"]) == (409, "superseded_tab")
    assert second.respond(state).status_code == 201


def test_a_superseded_tab_takes_over_again(knees: Locked, rita: Tab) -> None:
    rita.sit()
    second = a_tab(knees)
    second.sit(take_over=True)
    assert rita.sit().json()["code"] == "other_tab"
    assert rita.sit(take_over=True).status_code == 200
    assert rita.respond().status_code == 201
    assert second.put("presentations/" + rita.state()["current"]["token"] + "/draft", {"draft": {}}).json()[
        "code"
    ] == ("superseded_tab")


def test_a_tab_that_takes_over_again_hours_later_is_no_forgery(knees: Locked, rita: Tab) -> None:
    rita.sit()
    a_tab(knees).sit(take_over=True)
    with patch("django.utils.timezone.now", return_value=timezone.now() + timedelta(hours=1)):
        assert rita.sit(take_over=True).status_code == 200
    assert list(verify_steps(knees.study)) == []


def test_an_answer_repeated_from_a_superseded_tab_is_still_the_same_answer(knees: Locked, rita: Tab) -> None:
    rita.sit()
    state = rita.state()
    body, path = rita.submission(state), f"presentations/{state['current']['token']}/response"
    assert rita.post(path, body).status_code == 201
    a_tab(knees).sit(take_over=True)
    assert rita.post(path, body).status_code == 200


@pytest.mark.parametrize("gone", ["closed its tab", "was hidden after it closed", "was forgotten"])
def test_nobody_is_asked_about_a_tab_that(knees: Locked, rita: Tab, gone: str) -> None:
    rita.sit()
    kinds = {"closed its tab": [["left"]], "was hidden after it closed": [["left", "hidden"], ["hidden"]]}
    for batch in kinds.get(gone, []):
        events = [{"kind": kind, "t_ms": 1} for kind in batch]
        rita.post("events", {"sitting": rita.sitting, "events": events})
    if gone == "was forgotten":
        Sitting.objects.update(seen_at=timezone.now() - timedelta(minutes=11))
    assert a_tab(knees).sit().status_code == 200


def test_a_tab_that_comes_back_from_the_history_goes_on(knees: Locked, rita: Tab) -> None:
    rita.sit()
    for kinds in (["left", "hidden"], ["visible"]):
        events = [{"kind": kind, "t_ms": 1} for kind in kinds]
        rita.post("events", {"sitting": rita.sitting, "events": events})
    assert a_tab(knees).sit().status_code == 409


def test_the_sitting_of_somebody_else_is_none_of_mine(knees: Locked, rita: Tab) -> None:
    ron = a_tab(knees, "ron")
    ron.sit()
    rita.sitting = ron.sitting
    assert rita.sit().status_code == 404
    events = {"sitting": ron.sitting, "events": [{"kind": "hidden"}]}
    assert rita.post("events", events).status_code == 404


def test_events_are_kept_by_both_clocks(rita: Tab) -> None:
    rita.sit()
    happened = [{"kind": "hidden", "t_ms": 1_800_000_000_000.4}, {"kind": "break", "t_ms": 7, "after": 25}]
    assert rita.post("events", {"sitting": rita.sitting, "events": happened}).status_code == 204
    hidden, pause = Activity.objects.order_by("pk")
    assert (hidden.kind, hidden.client_ms) == ("hidden", 1_800_000_000_000)
    assert pause.particulars == {"after": 25}
    assert timezone.now() - pause.received_at < timedelta(minutes=1)


def test_a_sitting_that_is_no_uuid_is_refused(rita: Tab) -> None:
    rita.sitting = "tab-1"
    answer = rita.get("state")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert rita.post("sitting", {"sitting": "tab-1"}).status_code == 400


def test_the_answer_names_the_sitting_it_came_from(rita: Tab) -> None:
    rita.sit()
    rita.respond()
    assert str(Sitting.objects.get().responses.get().sitting.token) == rita.sitting  # type: ignore[union-attr]


def test_a_refused_screen_reads_nothing(db: None) -> None:
    rita = a_tab(a_locked_study(protocol_text(more=REFUSES)))
    assert rita.sit().json()["code"] == "display_check"
    assert rita.respond().json()["code"] == "display_check"
    small = rita.post("display", {**good_screen(rita.client), "viewport_width": 800})
    assert small.json()["refused"]
    assert "800 × 1000" in small.json()["problems"][0]
    assert rita.sit().json()["code"] == "display_check"


def test_a_screen_that_passed_reads_and_is_recorded(db: None) -> None:
    rita = a_tab(a_locked_study(protocol_text(more=REFUSES)))
    sent = {**good_screen(rita.client), "pixel_ratio": 1.25, "mm_per_px": 0.25, "distance_mm": 600}
    assert rita.post("display", sent).json() == {"passed": True, "problems": [], "refused": False}
    assert rita.sit().status_code == 200
    sitting = Sitting.objects.get()
    assert sitting.passed_display_check
    assert sitting.display_check["pixel_ratio"] == 1.25
    assert sitting.display_check["px_per_degree"] == 41.89
    assert sitting.display_check["dark_steps_seen"] == 4
    assert rita.respond().status_code == 201


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"dark": ["", "", "", ""]}, "black"),
        ({"grey": ["", "", "", ""]}, "grey"),
        ({"bright": ["", "", "", ""]}, "white"),
        ({"cannot": "eyesight"}, "left out"),
        ({"ambient_light": "bright"}, "bright"),
        ({"viewport_height": 500}, "500"),
    ],
)
def test_a_poor_screen_is_warned_of_and_read_on(rita: Tab, change: dict[str, object], word: str) -> None:
    verdict = rita.post("display", {**good_screen(rita.client), **change}).json()
    assert not verdict["passed"]
    assert not verdict["refused"]
    assert word in verdict["problems"][0]
    assert rita.sit().status_code == 200
    assert Sitting.objects.get().passed_display_check is False


def test_reading_without_a_sitting_is_taken_as_it_is(rita: Tab) -> None:
    assert rita.respond().status_code == 201
    rita.sitting = str(uuid4())
    assert rita.respond().status_code == 201
