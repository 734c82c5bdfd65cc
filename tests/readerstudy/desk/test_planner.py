"""The planner draws what a design can show; its margin goes into the protocol, and nothing else changes."""

from itertools import pairwise

import pytest

from readerstudy.desk.planner.drawing import BOTTOM, LINE_OF_TEXT, apart, designs_of
from readerstudy.studies.models import Study
from tests.readerstudy.factory import a_locked_study, a_planned_study, a_user
from tests.readerstudy.people import signed_in

pytestmark = pytest.mark.django_db

MARGIN = "/studies/knees/margin/"


def protocol() -> str:
    return Study.objects.get(slug="knees").protocol.text


@pytest.mark.parametrize(("task", "name"), [("pick_real", "detection"), ("rate", "realism")])
def test_a_margin_is_written_where_its_task_looks_for_it(task: str, name: str) -> None:
    before = a_planned_study().protocol.document.margins
    page = signed_in(a_user("alice")).post(MARGIN, {"task": task, "margin": "0.123"}, follow=True)
    after = Study.objects.get(slug="knees").protocol.document.margins
    assert getattr(after, name) == 0.123
    assert sum(getattr(before, each) != getattr(after, each) for each in ("detection", "realism")) == 1
    assert f"The margin of {name} is ±0.123" in page.content.decode()


def test_a_locked_protocol_keeps_its_margin() -> None:
    a_locked_study()
    before = protocol()
    page = signed_in(a_user("alice")).post(MARGIN, {"task": "rate", "margin": "0.123"}, follow=True)
    assert protocol() == before
    assert 'class="notice error"' in page.content.decode()


@pytest.mark.parametrize("margin", ["", "a lot", "-1", "7"])
def test_what_is_no_margin_is_not_written(margin: str) -> None:
    before = a_planned_study().protocol.text
    answer = signed_in(a_user("alice")).post(MARGIN, {"task": "rate", "margin": margin}, follow=True)
    assert "margin: " in answer.content.decode()
    assert protocol() == before


def test_curves_over_readers_and_trials_are_named_and_the_design_is_marked() -> None:
    page = signed_in(a_user("alice")).get("/planner/?readers=4&trials=12").content.decode()
    for readers in (2, 3, 4, 6, 8):
        assert page.count(f">{readers} readers</text>") == 2
    assert page.count("4 readers, 12 trials: ") == 2
    assert page.count(">trials that each reader sees</text>") == page.count(">power</text>") == 2
    assert "within ±10 percentage points" in page


def test_questions_of_ones_own_are_no_task_to_be_sized() -> None:
    alice = signed_in(a_user("alice"))
    assert 'value="ask"' not in alice.get("/planner/?task=call&readers=4&trials=12").content.decode()
    assert "is unknown" not in alice.get("/planner/?task=ask").content.decode()


def test_labels_are_planned_for_a_rate_below_the_margin_alone() -> None:
    page = signed_in(a_user("alice")).get("/planner/?task=check_label&readers=4&trials=12").content.decode()
    assert page.count(">A rate below the margin</text>") == page.count(">8 readers</text>") == 1


@pytest.mark.parametrize("ends", [[40, 40, 40, 41, 41], [230, 230, 229, 229, 40], [34, 60, 90, 91, 230]])
def test_names_of_curves_never_cover_one_another(ends: list[float]) -> None:
    placed = sorted(apart(dict(enumerate(ends))).values())
    assert all(below - above >= LINE_OF_TEXT for above, below in pairwise(placed))
    assert placed[-1] <= BOTTOM


def test_the_smallest_designs_are_those_with_enough_power() -> None:
    curve = [
        {"readers": readers, "trials": trials, "power_equivalence": power}
        for readers, trials, power in [(4, 10, 0.2), (4, 20, 0.7), (8, 10, 0.6), (8, 20, 0.81), (8, 30, 0.95)]
    ]
    found = designs_of({"curve": curve, "readers": 8, "trials": 20})
    assert [(cell.readers, cell.trials, cell.percent) for cell in found.smallest] == [(8, 20, 81)]
    assert [number for number, _ in found.rows] == [8, 4]
    assert [cell.is_chosen for _, cells in found.rows for cell in cells] == [False, True, False, False, False]
