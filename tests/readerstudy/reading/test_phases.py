"""Phases: what a later one is about reaches nobody before its turn, and each reader reads their arm."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from readerstudy.audit.models import Event
from readerstudy.reading.models import Debriefing, Fetch, Submission
from readerstudy.reading.verify_steps import verify_steps
from readerstudy.reading.walk import Walk
from tests.readerstudy.factory import Locked, a_locked_study, protocol_text
from tests.readerstudy.reading.conftest import Tab, a_tab
from tests.readerstudy.reading.items import said
from tests.readerstudy.reading.test_nothing_is_told_of_a_later_section import everything, pages, prepare

pytestmark = pytest.mark.django_db

SCRIPTS = Path(__file__).parents[3] / "static" / "viewer" / "dist"
STUDY = """
languages = ["en", "de"]
public_title = { en = "Knee films", de = "Kniebilder" }
"""
PHASES = """
[[sections]]
name = "blind-look"
title = { en = "Quality", de = "Bildqualität" }
compose = { hospital-canary = 2, checkpoint-canary = 2 }
briefing = { en = "Judge the technique.", de = "Beurteilen Sie die Technik." }
allow_back = false
discloses = { en = "Half of these were generated.", de = "Die Hälfte war erzeugt." }
[[sections.items]]
name = "quality"
kind = "choice"
ask = { en = "Technique", de = "Technik" }
options = [
  { value = "good", text = { en = "Good", de = "Gut" } },
  { value = "bad", text = { en = "Bad", de = "Schlecht" } },
]
[[sections.items]]
name = "notes"
of = "section"
kind = "text"
ask = { en = "Anything to add?", de = "Noch etwas?" }
required = false
[[sections]]
name = "unmasking"
title = { en = "Spot the phantasm", de = "Trugbilder finden" }
task = "call"
reuse = "blind-look"
briefing = { en = "Beware of phantasms.", de = "Achtung, Trugbilder." }
help = { en = "Phantasms shimmer.", de = "Trugbilder schimmern." }
reasons = [{ en = "shimmer", de = "Schimmer" }]
rate = true
confidence = 7
[[sections.items]]
name = "conceit"
kind = "choice"
ask = { en = "Contrived?", de = "Gekünstelt?" }
options = [
  { value = "yes", text = { en = "Artful", de = "Kunstvoll" } },
  { value = "no", text = { en = "Artless", de = "Kunstlos" } },
]
"""
LATER = re.compile(
    r"unmasking|phantasm|Trugbild|shimmer|schimmer|conceit|contriv|gekünstelt|art(ful|less)|kunst(voll|los)|"
    r"turing|\breal\b|synthetic|synthetisch|fake|generated|erzeugt|realis|of 2\b|von 2\b",
    re.IGNORECASE,
)


def study() -> Locked:
    text = protocol_text(sections=PHASES, study=STUDY)
    return a_locked_study(text.replace('title = "Knees"', 'title = "A Turing test"', 1), briefed=False)


def telling(text: str) -> list[str]:
    without_tokens = re.sub(r"[A-Za-z0-9_-]{24,}|csrf\S+|[0-9a-f]{8,}", "", text)
    return [found.group() for found in LATER.finditer(without_tokens)]


def catalogues(tab: Tab) -> str:
    """What the page of a trial hands to its scripts."""
    return str(tab.client.get(f"/read/{tab.slug}/trial/").content.decode())


def scripts(page: str) -> str:
    """The scripts that a page names, those that it fetches later included."""
    names = set(re.findall(r"viewer/dist/(\w+)[.\w]*\.js", page))
    assert {"reading", "side", "extras", "unpack"} <= names
    return "\n".join((SCRIPTS / f"{name}.js").read_text() for name in names)


def look(tab: Tab) -> Any:
    return tab.respond(items=[said("quality", "good")], call=None, ratings=None, confidence=None)


@pytest.mark.parametrize("language", ["en", "de"])
def test_in_phase_one_nothing_tells_of_phase_two(language: str) -> None:
    made = study()
    made.people["rita"].language = language
    made.people["rita"].save()
    tab = a_tab(made)
    assert telling("\n".join(pages(tab.client, tab.slug))) == []
    prepare(tab)
    for _ in range(4):
        state = tab.state()
        assert state["section"]["title"] == {"en": "Quality", "de": "Bildqualität"}[language]
        assert telling(everything(tab) + catalogues(tab)) == []
        assert look(tab).status_code == 201
    assert telling(scripts(catalogues(tab))) == []
    assert tab.state()["current"]["kind"] == "questions"
    assert telling(everything(tab) + catalogues(tab)) == []


def test_briefing_and_questions_are_in_the_readers_language_and_only_at_first() -> None:
    tab = a_tab(study())
    prepare(tab)
    german = {"Accept-Language": "de"}
    state = tab.client.get(f"/api/reading/{tab.slug}/state", headers=german).json()
    assert state["study"]["title"] == "Kniebilder"
    assert state["section"]["briefing"] == "Beurteilen Sie die Technik."
    [quality, notes] = state["section"]["items"]
    assert quality["options"] == [{"value": "good", "text": "Gut"}, {"value": "bad", "text": "Schlecht"}]
    assert (notes["of"], notes["ask"]) == ("section", "Noch etwas?")
    assert {"truth", "target", "within", "positive", "margin"}.isdisjoint(quality)
    look(tab)
    assert tab.state()["section"]["briefing"] == ""


def test_the_page_of_questions_is_answered_once_and_shows_no_image() -> None:
    tab = a_tab(study())
    prepare(tab)
    for _ in range(4):
        look(tab)
    state = tab.state()
    assert state["current"]["images"] == []
    refused = tab.respond(items=[said("quality", "good")])
    assert refused.json()["code"] == "not_asked"
    assert tab.respond(items=[said("notes", "Nothing.", slot=None)]).status_code == 201
    assert Submission.objects.count() == 1


def test_a_section_is_handed_in_before_it_discloses_and_nothing_later_is_sent_before_that_was_read() -> None:
    made = study()
    tab = a_tab(made)
    prepare(tab)
    for _ in range(4):
        look(tab)
    first = made.study.sections.get(name="blind-look")
    assert tab.post("disclosed/", {"section": first.token}).status_code == 404
    after = tab.respond().json()["state"]
    assert after["disclosure"] == {
        "section": first.token,
        "title": "Quality",
        "text": "Half of these were generated.",
    }
    assert (after["section"], after["current"], after["ahead"]) == (None, None, [])
    assert Submission.objects.count() == 1
    assert telling(json.dumps({**after, "disclosure": None})) == []
    later = made.study.sections.get(name="unmasking").presentations.get(place=1, order=1)
    answer = {"call": "real", "confidence": 1, "ratings": {"A": 1}, "items": [said("conceit", "no")]}
    body = {"client_uuid": "1" * 32, "answer": answer}
    assert tab.post(f"presentations/{later.token}/response", body).json()["code"] == "step_first"
    assert tab.get(f"presentations/{later.token}").status_code == 404
    assert tab.client.get(f"/api/reading/pixels/{later.screen_slots[0].token}").status_code == 404
    page = tab.client.get("/read/knees/").headers["Location"]
    assert page == "/read/knees/disclosed/"
    assert "Half of these were generated." in tab.client.get(page).content.decode()
    assert tab.client.post(page).headers["Location"] == "/read/knees/"
    assert tab.post("disclosed/", {"section": first.token}).status_code == 204
    assert Debriefing.objects.count() == 1
    assert Event.objects.filter(verb="disclosure acknowledged").count() == 1
    assert list(verify_steps(made.study)) == []
    state = tab.state()
    assert state["section"]["briefing"] == "Beware of phantasms."
    assert state["section"]["reasons"]["tags"] == ["shimmer"]


def test_the_disclosure_waits_for_the_hand_in_where_answers_can_still_be_changed() -> None:
    made = study_that_goes_back()
    tab = a_tab(made)
    prepare(tab)
    for _ in range(4):
        look(tab)
    state = tab.respond().json()["state"]
    assert state["disclosure"] is None
    assert "generated" not in json.dumps(state)
    assert tab.post("disclosed/", {"section": state["hand_in"]["section"]}).status_code == 404
    assert tab.post("hand-in", {"section": state["hand_in"]["section"]}).status_code == 204
    assert tab.state()["disclosure"]["text"] == "Half of these were generated."


def study_that_goes_back() -> Locked:
    text = protocol_text(sections=PHASES.replace("allow_back = false", "allow_back = true"), study=STUDY)
    return a_locked_study(text, slug="back", briefed=False)


ARMS = """
[[sections]]
name = "one"
task = "call"
compose = { hospital-canary = 1, checkpoint-canary = 1 }
[[sections]]
name = "two"
task = "call"
reuse = "one"
washout_days = 14
[[sections]]
name = "three"
task = "rate"
compose = { hospital-canary = 1 }
[[arms]]
name = "forth"
sections = ["one", "two"]
[[arms]]
name = "back"
sections = ["two", "three", "one"]
"""


def test_each_arm_reads_its_sections_in_its_order() -> None:
    made = a_locked_study(protocol_text(sections=ARMS))
    names = {
        name: [stretch.section.name for stretch in Walk(made.reading(name)).stretches]
        for name in ("rita", "ron")
    }
    assert names == {"rita": ["one", "two"], "ron": ["two", "three", "one"]}


def test_a_washout_lies_before_the_section_that_asks_for_it_in_the_order_of_the_arm() -> None:
    made = a_locked_study(protocol_text(sections=ARMS))
    rita, ron = a_tab(made, "rita"), a_tab(made, "ron")
    for _ in range(2):
        assert rita.respond().status_code == 201
    assert rita.state()["current"] is None
    assert made.client("rita").get("/read/knees/").headers["Location"] == "/read/knees/between/"
    for _ in range(2):
        assert ron.respond().status_code == 201
    assert ron.state()["section"]["title"] == "Three"


TIMED = """
[[sections]]
name = "timed"
task = "call"
compose = { hospital-canary = 2, checkpoint-canary = 2 }
min_view_ms = 2000
answer_within_ms = 5000
exposure_ms = 500
"""


def timed(tab: Tab, response_ms: int | None, **changes: Any) -> Any:
    state = tab.state()
    body = tab.submission(state, **changes)
    body["timing"] = {"response_ms": response_ms, "exposure_ms": 500, "shown_ms": 516.7}
    return tab.post(f"presentations/{state['current']['token']}/response", body)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The section opened long ago."""
    monkeypatch.setattr("readerstudy.reading.respond.require_time_passed", lambda *_: None)


def test_no_answer_comes_before_the_time_to_look_is_over(clock: None) -> None:
    tab = a_tab(a_locked_study(protocol_text(sections=TIMED)))
    early = timed(tab, 1900)
    assert (early.status_code, early.json()["code"]) == (422, "too_early")
    assert timed(tab, 2000).status_code == 201


def test_the_servers_clock_does_not_take_the_browsers_word_for_it() -> None:
    tab = a_tab(a_locked_study(protocol_text(sections=TIMED.replace("2000", "600000").replace("5000", "0"))))
    early = timed(tab, 600_001)
    assert (early.status_code, early.json()["code"]) == (422, "too_early")


def test_a_late_answer_is_kept_as_missing_for_want_of_time(clock: None) -> None:
    made = a_locked_study(protocol_text(sections=TIMED))
    tab = a_tab(made)
    assert timed(tab, 5_900).status_code == 201
    [kept] = (response for response in made.reading("rita").responses.all())
    assert kept.call == ""
    assert [(one["item"], one["missing"]) for one in kept.items] == [("call", "time")]
    assert kept.timing == {"exposure_ms": 500, "shown_ms": 516.7, "fetches": 0}
    gave_up = timed(tab, 5_001, call=None, items=[said("call", missing="time")])
    assert gave_up.status_code == 201


def test_what_is_shown_for_a_moment_is_not_sent_ahead_and_each_fetch_is_kept(clock: None) -> None:
    made = a_locked_study(protocol_text(sections=TIMED))
    tab = a_tab(made)
    state = tab.state()
    assert state["ahead"] == []
    assert state["section"]["screen"]["exposure_ms"] == 500
    for _ in range(2):
        assert tab.client.get(state["current"]["images"][0]["url"]).status_code == 200
    assert timed(tab, 2_000).status_code == 201
    assert made.reading("rita").responses.get().timing["fetches"] == 2
    assert Fetch.objects.count() == 2
    second = made.study.sections.get().presentations.get(place=1, order=3)
    assert tab.client.get(f"/api/reading/pixels/{second.screen_slots[0].token}").status_code == 404
