"""What the desk says comes next, and before what it warns."""

import pytest

from readerstudy.desk.life import life_of
from readerstudy.results.freeze import freeze_study
from tests.readerstudy.factory import Locked, a_locked_study, answer_next
from tests.readerstudy.people import confirm

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Locked:
    """A study of two readers, one of whom has come."""
    return a_locked_study(readers=("rita",))


def next_of(made: Locked) -> str:
    return next(step.name for step in life_of(made.study) if step.state == "now")


def test_nobody_is_to_be_invited_after_the_freeze(made: Locked) -> None:
    answer_next(made.reading("rita"))
    assert next_of(made) == "people"
    freeze_study(made.study, by=made.owner, reason="The readers are done.")
    made.study.refresh_from_db()
    assert next_of(made) == "ending"


def test_before_the_freeze_the_page_names_who_has_not_finished(made: Locked) -> None:
    client = made.client("alice")
    confirm(client, made.owner)
    body = client.get("/studies/knees/ending/").content.decode()
    assert "Not finished yet: R01." in body


def test_a_page_whose_step_is_done_leads_on(made: Locked) -> None:
    body = made.client("alice").get("/studies/knees/plan/").content.decode()
    assert '<a class="button go" href="/studies/knees/people/">Invite the readers</a>' in body
