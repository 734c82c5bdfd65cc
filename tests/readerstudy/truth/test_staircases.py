"""A staircase follows its rule, two at a time, for each reader anew; its path is replayed from the bundle."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from readerstudy.audit.models import Audience, Event
from readerstudy.reading.models import EarlyEnd, Response, Submission
from readerstudy.reading.verify_steps import verify_steps
from readerstudy.reading.walk import Walk
from readerstudy.studies.models import Enrolment
from readerstudy.studies.protocol import Staircase, parse_protocol
from readerstudy.truth.allocation.keys import PLAN
from readerstudy.truth.allocation.replay import other_exposures
from readerstudy.truth.allocation.staircases import STAIRCASES, exposures, which
from readerstudy.truth.models import Key
from readerstudy.truth.secrets import plan_key
from readerstudy.truth.virtual import Skill
from readerstudy.truth.virtual.simulate import simulate_readers
from tests.readerstudy.factory import Locked, a_locked_study, protocol_text
from tests.readerstudy.reading.conftest import Tab, a_tab

RULE = Staircase(
    item="call", start_ms=1000, min_ms=100, max_ms=1400, down=2, down_ms=300, up=1, up_ms=500, reversals=0
)
BRIEF = """
[[sections]]
name = "glimpses"
task = "call"
compose = {{ hospital-canary = {each}, checkpoint-canary = {each} }}
[sections.staircase]
item = "call"
start_ms = 1000
min_ms = 100
max_ms = 1400
down = 1
down_ms = 300
up = 1
up_ms = 200
reversals = {reversals}
"""


def a_study(each: int = 3, reversals: int = 0, more: str = "") -> Locked:
    return a_locked_study(protocol_text(sections=BRIEF.format(each=each, reversals=reversals) + more))


def truth(enrolment: Enrolment) -> str:
    current = Walk(enrolment).current
    assert current is not None
    return Key.objects.get(trial_image=current.screen_slots[0].trial_image).provenance.source.kind


def answer(made: Locked, tab: Tab, *, right: bool) -> Any:
    kind = truth(made.reading("rita"))
    call = kind if right else {"real": "synthetic", "synthetic": "real"}[kind]
    said = tab.respond(call=call)
    assert said.status_code == 201
    return said.json()["state"]


def exposure(state: Any) -> int:
    return int(state["section"]["screen"]["exposure_ms"])


def test_right_answers_in_a_row_shorten_and_wrong_ones_lengthen_within_the_limits() -> None:
    path = exposures(RULE, [0] * 9, [True, True, True, False, True, True, True, True, True])
    assert path == [1000, 1000, 700, 700, 1200, 1200, 900, 900, 600]
    assert exposures(RULE, [0] * 4, [False] * 3) == [1000, 1400, 1400, 1400]
    assert exposures(RULE, [0] * 9, [True] * 8)[-1] == 100


def test_obvious_fakes_move_nothing() -> None:
    assert exposures(RULE, [0] * 4, [True, None, True]) == [1000, 1000, 1000, 700]


def test_staircases_end_once_each_has_turned_as_often_as_the_rule_says() -> None:
    rule = Staircase(
        item="call", start_ms=500, min_ms=100, max_ms=900, down=1, down_ms=100, up=1, up_ms=100, reversals=2
    )
    whose = [0, 1] * 5
    path = exposures(rule, whose, [True, True, False, False, True, True])
    assert path == [500, 500, 400, 400, 500, 500]
    assert len(exposures(rule, whose, [True, True, False, False, True])) == 6


def test_the_secret_deals_pairs_of_trials_to_both_staircases() -> None:
    for place in range(1, 20):
        dealt = [which("glimpses", place, order, b"secret") for order in range(1, 41)]
        assert all(sorted(dealt[at : at + STAIRCASES]) == [0, 1] for at in range(0, 40, STAIRCASES))
    orders = {
        tuple(which("glimpses", place, order, b"secret") for order in range(1, 41)) for place in range(9)
    }
    assert len(orders) == 9


@pytest.mark.django_db
def test_the_exposure_of_a_trial_follows_from_the_answers_before_it() -> None:
    made = a_study()
    tab = a_tab(made)
    state = tab.state()
    key = plan_key(made.study, PLAN)
    whose = [which("glimpses", 1, order, key) for order in range(1, 7)]
    right = [True, True, False, True, False]
    shown = [exposure(state)]
    for is_right in right:
        assert state["ahead"] == []
        state = answer(made, tab, right=is_right)
        assert state == tab.state()
        shown.append(exposure(state))
    rule = made.document.sections[0].staircase
    assert rule is not None
    assert shown == exposures(rule, whose, right)
    stored = Response.objects.order_by("pk").values_list("timing__exposure_ms", flat=True)
    assert list(stored) == shown[:-1]


@pytest.mark.django_db
def test_a_section_ends_with_its_staircases_and_its_questions_are_asked_still() -> None:
    questions = """
[[sections.items]]
name = "tired"
of = "section"
kind = "choice"
ask = "Are you tired?"
options = ["yes", "no"]
"""
    made = a_study(each=10, reversals=1, more=questions)
    tab = a_tab(made)
    state = tab.state()
    for is_right in (True, True, False, False):
        state = answer(made, tab, right=is_right)
    assert EarlyEnd.objects.get().answered == 4
    assert state["current"]["kind"] == "questions"
    assert (state["section"]["answered"], state["section"]["total"]) == (4, 5)
    assert not Submission.objects.exists()
    done = tab.respond(call=None, items=[{"item": "tired", "value": "no"}])
    assert done.json()["state"]["finished"]
    assert Submission.objects.count() == 1
    assert Event.objects.get(verb="section ended early").audience == Audience.UNBLINDED
    assert list(verify_steps(made.study)) == []


@pytest.mark.django_db
def test_virtual_readers_find_the_exposure_at_which_they_are_as_good_as_the_rule_asks() -> None:
    made = a_study(each=20)
    skill = Skill(accuracy=0.7)
    assert simulate_readers(made.study, 1, skill, by=made.owner, seed=3, on_answer=lambda: None) == 40
    shown = list(Response.objects.order_by("pk").values_list("timing__exposure_ms", flat=True))
    assert len(set(shown)) > 2
    assert all(one == other or abs(one - other) <= 1300 for one, other in pairwise(shown))


def test_a_bundle_with_another_exposure_is_found_out() -> None:
    protocol = parse_protocol(protocol_text(sections=BRIEF.format(each=2, reversals=0)))
    rule, key = protocol.sections[0].staircase, b"key"
    assert rule is not None
    right = [True, False, True, True]
    whose = [which("glimpses", 3, order, key) for order in range(1, 5)]
    rows = [
        {
            "section": "glimpses",
            "reader": "R1",
            "item": "call",
            "order": str(order),
            "value": "real",
            "correct": str(int(is_right)),
            "exposure_ms": str(exposure_ms),
            "catch": "0",
        }
        for order, (is_right, exposure_ms) in enumerate(
            zip(right, exposures(rule, whose, right), strict=True), start=1
        )
    ]
    assert list(other_exposures(rows, protocol, {"R1": 3}, key)) == []
    rows[2]["exposure_ms"] = "50"
    [found] = other_exposures(rows, protocol, {"R1": 3}, key)
    assert found.startswith("glimpses, R1, screen 3: ")


@pytest.mark.django_db
@pytest.mark.parametrize("lines", [b"", b"A" * 43 + b"=\n", None])
def test_a_reader_is_not_told_where_the_keys_of_the_server_lie(
    lines: bytes | None, tmp_path: Path, settings: Any
) -> None:
    made = a_study(each=10, reversals=1)
    settings.SECRETS_KEY_FILE = tmp_path / "secrets.key"
    if lines is not None:
        settings.SECRETS_KEY_FILE.touch(mode=0o600)
        settings.SECRETS_KEY_FILE.write_bytes(lines)
    refused = a_tab(made).get("state")
    assert refused.status_code == 409
    assert "secrets.key (SECRETS_KEY_FILE)" in refused.json()["detail"]
    assert str(tmp_path) not in refused.json()["detail"]
