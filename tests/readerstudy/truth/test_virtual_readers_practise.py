"""Virtual readers meet a pass mark as people do, and go on to what counts."""

from collections.abc import Callable

import pytest

from readerstudy.reading.models import PracticeRound, Response
from readerstudy.truth.virtual import Skill
from readerstudy.truth.virtual.simulate import simulate_readers, simulate_through_http
from tests.readerstudy.factory import PRACTICE, QUARTETS, Locked, a_locked_study, protocol_text
from tests.readerstudy.server import Server

PASS_MARK = PRACTICE + "pass_mark = 1.0\n" + QUARTETS.format(trials=2)
HOPELESS = Skill(accuracy=0.05)

Simulate = Callable[[Locked], int]


def directly(made: Locked) -> int:
    return simulate_readers(made.study, 1, HOPELESS, by=made.owner, seed=4, on_answer=lambda: None)


def through_http(made: Locked) -> int:
    with Server(workers=1) as server:
        how = {"by": made.owner, "seed": 4, "server": server.url, "on_answer": lambda: None}
        return simulate_through_http(made.study, 1, HOPELESS, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize("simulate", [directly, through_http])
@pytest.mark.django_db(transaction=True)
def test_virtual_readers_practise_until_they_pass_and_read_on(simulate: Simulate) -> None:
    made = a_locked_study(protocol_text(sections=PASS_MARK), readers=())
    given = simulate(made)
    assert PracticeRound.objects.filter(passed=True).count() == 1
    assert given == 2 * PracticeRound.objects.count() + 2
    assert Response.objects.filter(presentation__section__name="triples").count() == 2
