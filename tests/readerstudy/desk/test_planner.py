"""The planner's margin goes into the protocol, and nothing else of it changes."""

import pytest

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
    answer = signed_in(a_user("alice")).post(MARGIN, {"task": "rate", "margin": margin})
    assert answer.status_code == 404
    assert protocol() == before
