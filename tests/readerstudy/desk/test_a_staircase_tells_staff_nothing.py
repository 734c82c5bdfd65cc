"""How many answers a staircase took tells how often its reader was right, so staff cannot count them."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from readerstudy.reading.models import EarlyEnd, Response
from readerstudy.results.freeze import freeze_study
from readerstudy.results.verify_study import verify_study
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import Locked
from tests.readerstudy.reading.conftest import a_tab
from tests.readerstudy.truth.test_staircases import a_study, answer

pytestmark = pytest.mark.django_db
STAFF = ("alice", "carl", "anna")


def get(browser: Client, address: str) -> Any:
    response = browser.get(f"/api/studies/knees/{address}")
    assert response.status_code == 200, response.content
    return response.json()


def progress_of(made: Locked, name: str) -> Any:
    """What the page of the progress asks of the server, but for the server's own health."""
    told = get(made.client(name), "progress")
    return {key: told[key] for key in ("readers", "days", "reported")}


def log_of(made: Locked, name: str) -> list[Any]:
    told = get(made.client(name), "log")
    assert told["next"] is None
    mine = f"study:{made.study.pk}/enrolment"
    return [entry for entry in told["entries"] if entry["stream"].startswith(mine)]


@pytest.mark.parametrize("name", STAFF)
def test_looking_at_the_progress_after_each_answer_counts_nothing(name: str) -> None:
    made = a_study(each=10, reversals=1)
    tab = a_tab(made)
    tab.state()
    seen = []
    for is_right in (True, True, False, False):
        answer(made, tab, right=is_right)
        seen.append(progress_of(made, name))
    assert EarlyEnd.objects.get().answered == Response.objects.count() == 4
    assert seen[0] == seen[1] == seen[2]
    [rita, _] = seen[-1]["readers"]
    assert (rita["answered"], rita["total"], rita["seconds_a_trial"]) == (20, 20, None)
    assert seen[-1]["days"] == []


@pytest.mark.parametrize("name", STAFF)
def test_the_log_has_no_answers_of_a_staircase_before_the_unblinding(name: str) -> None:
    made = a_study(each=10, reversals=1)
    tab = a_tab(made)
    tab.state()
    before = len(log_of(made, name))
    for is_right in (True, True, False):
        answer(made, tab, right=is_right)
    assert len(log_of(made, name)) == before
    answer(made, tab, right=False)
    assert [entry["verb"] for entry in log_of(made, name)[: -before or None]] == ["section handed in"]


@pytest.mark.parametrize("name", STAFF)
def test_the_page_of_the_log_counts_no_answers_of_a_staircase(name: str) -> None:
    made = a_study(each=10, reversals=1)
    tab = a_tab(made)
    tab.state()
    for is_right in (True, True, False, False):
        answer(made, tab, right=is_right)
    page = made.client(name).get("/studies/knees/log/").content.decode()
    assert "R01" in page
    assert "trials." not in page
    assert "answered" not in page


@pytest.mark.parametrize("name", STAFF)
def test_a_problem_with_a_screen_of_a_staircase_does_not_say_which(name: str) -> None:
    made = a_study(each=10, reversals=1)
    tab = a_tab(made)
    before = len(log_of(made, name))
    for is_right in (True, True):
        state = answer(made, tab, right=is_right)
    said = {"client_uuid": str(uuid4()), "kind": "view", "slot": "", "text": ""}
    assert tab.post(f"presentations/{state['current']['token']}/concern", said).status_code < 300
    [one] = progress_of(made, name)["reported"]
    assert one["screen"] is None
    assert len(log_of(made, name)) == before
    assert made.client(name).get("/studies/knees/progress/").status_code == 200


def test_the_freeze_does_not_count_the_answers_before_the_unblinding() -> None:
    """What is left of the whole, less what the bundle has of other sections, would be the staircase's."""
    made = a_study(each=10, reversals=1)
    tab = a_tab(made)
    tab.state()
    for is_right in (True, True, False, False):
        answer(made, tab, right=is_right)
    freeze_study(made.study, by=made.owner, reason="done")
    alice = made.client("alice")
    assert get(alice, "freeze")["responses"] is None
    assert "answers)" not in alice.get("/studies/knees/ending/").content.decode()
    [frozen] = (entry for entry in get(alice, "log")["entries"] if entry["verb"] == "study frozen")
    assert frozen["particulars"].keys() == {"data", "version"}
    assert list(verify_study(made.study)) == []
    request_unblinding(made.study, by=made.owner, reason="done")
    confirm_unblinding(made.study, by=made.owner, reason="done")
    assert get(alice, "freeze")["responses"] == 4
