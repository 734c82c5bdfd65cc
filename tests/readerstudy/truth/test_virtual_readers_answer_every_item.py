"""Virtual readers answer every kind of item, in both ways, with arms, phases and limits of time."""

from collections.abc import Callable

import pytest

from readerstudy.reading.models import Debriefing, Response, Submission
from readerstudy.reading.verify_answers import verify_answers
from readerstudy.reading.verify_steps import verify_steps
from readerstudy.truth.virtual import Skill
from readerstudy.truth.virtual.simulate import simulate_readers, simulate_through_http
from tests.readerstudy.factory import CHECKS, Locked, a_locked_study
from tests.readerstudy.reading.items import AT_THE_END, LOOKS, PAIRS, asking
from tests.readerstudy.server import Server

Simulate = Callable[[Locked], int]
EVERYTHING = (
    LOOKS.replace('name = "looks"', 'name = "looks"\ndiscloses = "Some were synthetic."') + AT_THE_END,
    PAIRS.replace("trials = 3", "trials = 3\nmin_view_ms = 3000\nanswer_within_ms = 30000"),
    CHECKS.replace('labels = ["grade"]', 'labels = ["grade"]\nallow_back = true'),
)
ARMS = """
[[arms]]
name = "first"
sections = ["looks", "pairs", "checks"]
[[arms]]
name = "second"
sections = ["checks", "looks"]
"""
#: Virtual readers read the hidden digits of the display check off its pictures.
DISPLAY = '[display]\nif_failed = "refuse"\n'


def directly(made: Locked) -> int:
    skill = Skill(bias=0.5, fatigue=0.5)
    return simulate_readers(made.study, 2, skill, by=made.owner, seed=4, on_answer=lambda: None)


def through_http(made: Locked) -> int:
    with Server(workers=1) as server:
        how = {"by": made.owner, "seed": 4, "server": server.url, "on_answer": lambda: None}
        return simulate_through_http(made.study, 2, Skill(), **how)  # type: ignore[arg-type]


@pytest.mark.parametrize("simulate", [directly, through_http])
@pytest.mark.django_db(transaction=True)
def test_virtual_readers_answer_everything_that_their_arm_is_asked(simulate: Simulate) -> None:
    made = a_locked_study(asking(*EVERYTHING, ARMS, DISPLAY), readers=())
    assert simulate(made) == (5 + 3 + 4) + (4 + 5)
    assert Submission.objects.count() == 5
    assert Debriefing.objects.count() == 2
    asked = {entry["item"] for answer in Response.objects.all() for entry in answer.items or ()}
    assert asked >= {"quality", "finding", "signs", "age", "width", "tilt", "odd", "ease", "order", "better"}
    assert [finding.what for finding in (*verify_answers(made.study), *verify_steps(made.study))] == []
