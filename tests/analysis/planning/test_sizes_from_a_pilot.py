"""Sizes from a pilot's bundle and from a blinded look."""

from pathlib import Path

import numpy as np
import pytest

import analysis
from analysis.__main__ import main
from analysis.bundle.grid import primary, rows_of, spread
from analysis.planning.model import PlanError

EXAMPLE = Path(analysis.__file__).parent / "example"


@pytest.fixture(scope="module")
def example() -> analysis.Bundle:
    return analysis.read_bundle(EXAMPLE)


@pytest.mark.parametrize("what", ["mean", "difference", "accuracy"])
def test_the_plan_of_the_pilot_s_own_size_has_its_error(example: analysis.Bundle, what: str) -> None:
    """Planned as large as the pilot, the error is made of the pilot's components, none below zero."""
    found = analysis.pilot(example, what)  # type: ignore[arg-type]
    planned = analysis.plan_endpoint(
        **found.assumed, readers=found.readers, cases=found.cases, expected=found.estimate
    )
    table = analysis_of(example, what)
    own = analysis.crossed_mean(table)
    assert found.estimate == pytest.approx(own.estimate)
    reader, case, error = (max(part, 0.0) for part in (own.var_reader, own.var_case, own.var_error))
    if what == "accuracy":
        # of shares the binomial variance at the planned rate stands for cases and answers
        error = 0.29 * 0.71 * (1 - found.case_share)
        case = 0.29 * 0.71 * found.case_share
    r, c = found.readers, found.cases
    assert planned.se**2 == pytest.approx(reader / r + case / c + error / (r * c))


def analysis_of(example: analysis.Bundle, what: str) -> np.ndarray:
    if what == "accuracy":
        rows = primary(rows_of(example.picks, "quartets"))
        return spread(rows, "trial", rows["correct"]).values
    rows = primary(rows_of(example.ratings, "quartets"))
    if what == "mean":
        return spread(rows, "image", rows["rating"]).values
    real = (rows["source"] == "real").to_numpy()
    one, other = (spread(rows, "trial", rows["rating"].where(side)).values for side in (real, ~real))
    return one - other


@pytest.mark.parametrize("what", ["sensitivity", "specificity", "auc"])
def test_calls_give_theirs(example: analysis.Bundle, what: str) -> None:
    found = analysis.pilot(example, what)  # type: ignore[arg-type]
    assert 0.5 < found.estimate < 1
    assert found.readers == 8
    assert 0 <= found.case_share <= 0.95
    planned = analysis.plan_endpoint(
        **found.assumed, readers=8, cases=60, expected=found.estimate, against=0.5
    )
    assert planned.power is not None


def test_what_a_pilot_lacks_is_said(example: analysis.Bundle) -> None:
    with pytest.raises(PlanError, match="The section 'quartets' has no answers"):
        analysis.pilot(example, "auc", section="quartets")
    with pytest.raises(PlanError, match="a pilot gives"):
        analysis.pilot(example, "kappa")  # type: ignore[arg-type]


def test_the_command_takes_a_pilot(capsys: pytest.CaptureFixture[str]) -> None:
    asked = [
        "plan",
        "--what",
        "mean",
        "--compared",
        "--pilot",
        str(EXAMPLE),
        "--readers",
        "8",
        "--cases",
        "50",
    ]
    assert main([*asked, "--expected", "0", "--test", "equivalence", "--margin", "0.25"]) == 0
    assert "power to show equivalence within ±0.25" in capsys.readouterr().out


def ratings(spread: float, readers: int = 8, images: int = 40) -> np.ndarray:
    rng = np.random.default_rng(3)
    table = rng.normal(0, 0.4, (readers, 1)) + rng.normal(0, 0.4, images)
    return spread * (table + rng.normal(0, 0.8, (readers, images)))


def test_a_blinded_look_asks_for_more_where_answers_vary_more() -> None:
    asked = {"expected": 0.35, "reader_sd": 0.15}
    small, large = (analysis.resize(ratings(spread), **asked) for spread in (1.0, 1.6))
    assert small.cases is not None
    assert large.cases is not None
    assert small.cases < large.cases
    # more readers need no more cases
    cases = [found for _, found in large.options if found is not None]
    assert cases == sorted(cases, reverse=True)
    assert analysis.resize(ratings(1.6), **asked, most_cases=large.cases - 1).cases is None


def test_a_look_keeps_what_was_read_and_refuses_what_does_not_vary() -> None:
    found = analysis.resize(ratings(0.1), expected=0.35, reader_sd=0.05)
    assert found.cases == 20
    with pytest.raises(PlanError, match="do not vary"):
        analysis.resize(np.ones((4, 10)), expected=0.35)
