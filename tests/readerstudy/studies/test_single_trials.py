"""A section with a single trial is warned of when its protocol is checked, not when its report is refused."""

import pytest

from readerstudy.studies.protocol import examine
from tests.readerstudy.studies.written_protocols import SINGLES, asks, item, section

ONE_PAIR = "show = { real = 1, ddpm = 1 }\ntrials = 1"


def warned(text: str) -> list[str]:
    found = examine(text)
    assert found.problems == ()
    return [warning.field for warning in found.warnings]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (ONE_PAIR, ["sections[1].trials"]),
        (ONE_PAIR.replace("trials = 1", "trials = 2"), []),
        (f'task = "rate"\n{ONE_PAIR}', []),
        ("", []),
    ],
    ids=["one pair", "two pairs", "two images that are rated", "a page of questions"],
)
def test_one_trial_is_warned_of(fields: str, expected: list[str]) -> None:
    asked = [] if "task" in fields else [item("better", of='"trial"' if fields else '"section"')]
    text = asks(item(), fields=SINGLES) + section(fields, *asked, name="two")
    assert warned(text) == expected


def test_practice_may_have_one_trial() -> None:
    pick = 'task = "pick_real"\npractice = true\nshow = { real = 1, ddpm = 1 }\ntrials = 1'
    assert warned(asks(item(), fields=SINGLES) + section(pick, name="two")) == []
