"""The hidden digits: other ones each time, told by the pictures alone, for one hour and one reader."""

import time
from types import SimpleNamespace

import pytest
from django.core import signing
from django.test import Client

from readerstudy.audit.models import Event
from readerstudy.reading.display_chart import CHART_LEVELS
from readerstudy.truth.virtual.sharp_eyes import display_check
from tests.readerstudy.factory import Locked, a_locked_study, protocol_text
from tests.readerstudy.reading.conftest import Tab, a_tab


def charts(client: Client) -> dict[str, object]:
    return display_check(**client.get("/api/reading/knees/display").json())


def test_each_attempt_hides_other_digits_and_its_page_says_none_of_them(knees: Locked) -> None:
    rita = knees.client("rita")
    seen = [charts(rita) for _ in range(3)]
    assert len({"".join("".join(each[name]) for name in CHART_LEVELS) for each in seen}) > 1  # type: ignore[arg-type]
    page = rita.get("/read/knees/display/").content.decode()
    assert page.count('src="data:image/png;base64,') == len(CHART_LEVELS)


def test_every_step_is_as_faint_as_it_is_said_to_be(rita: Tab) -> None:
    sent = charts(rita.client)
    assert all(len(digit) == 1 for name in CHART_LEVELS for digit in sent[name])  # type: ignore[attr-defined]
    assert rita.post("display", sent).json()["passed"]
    sent = charts(rita.client)
    wrong = {**sent, "grey": [str((int(digit) + 1) % 10) for digit in sent["grey"]]}  # type: ignore[attr-defined]
    verdict = rita.post("display", wrong).json()
    assert verdict["problems"][0].startswith("Of the 4 digits on grey you read 0.")


def test_attempts_are_counted_and_no_digit_is_kept(rita: Tab) -> None:
    for _ in range(2):
        rita.post("display", charts(rita.client))
    kept = [event.particulars for event in Event.objects.filter(verb="display checked").order_by("pk")]
    assert [each["attempt"] for each in kept] == [1, 2]
    assert not set(CHART_LEVELS) & set(kept[0])


def test_who_sees_nothing_learns_no_digit_by_guessing_again(knees: Locked, rita: Tab) -> None:
    sent = charts(rita.client)
    blank = {**sent, **dict.fromkeys(CHART_LEVELS, [""] * 4)}
    assert not rita.post("display", blank).json()["passed"]
    assert rita.post("display", sent).json()["code"] == "chart_expired"
    assert knees.client("rita").post("/read/knees/display/", sent).status_code == 422
    assert Event.objects.filter(verb="display checked").count() == 1


def test_charts_of_somebody_else_and_of_yesterday_count_nothing(
    knees: Locked, rita: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = charts(rita.client), charts(knees.client("ron"))
    assert rita.post("display", other).json()["code"] == "chart_expired"
    assert knees.client("rita").post("/read/knees/display/", other).status_code == 422
    later = time.time() + 3601
    monkeypatch.setattr(signing, "time", SimpleNamespace(time=lambda: later))
    assert rita.post("display", mine).json()["code"] == "chart_expired"


@pytest.mark.parametrize("missing", ["attempt", "dark", "ambient_light"])
def test_nothing_may_be_left_out_without_saying_why(rita: Tab, missing: str) -> None:
    sent = {name: value for name, value in charts(rita.client).items() if name != missing}
    assert rita.post("display", sent).status_code == 400


def test_who_cannot_do_the_check_reads_unless_the_protocol_refuses(db: None) -> None:
    measures = {"screen_width": 1920, "screen_height": 1080, "pixel_ratio": 1}
    measures |= {"viewport_width": 1920, "viewport_height": 1000}
    rita = a_tab(a_locked_study(protocol_text(more='[display]\nif_failed = "refuse"\n')))
    assert rita.post("display", {**measures, "cannot": "eyesight"}).json()["refused"]
    assert rita.sit().json()["code"] == "display_check"
    assert Event.objects.get(verb="display checked").particulars["cannot"] == "eyesight"
