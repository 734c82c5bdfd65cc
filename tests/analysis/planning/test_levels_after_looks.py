"""The p-value that decides at a look keeps the error of all looks together, whatever the shares become."""

import numpy as np
import pytest
from scipy.stats import norm as normal

import analysis
from analysis.errors import AnalysisError

METHODS = ("lan-demets-obrien-fleming", "lan-demets-pocock")


@pytest.mark.parametrize("method", METHODS)
def test_looks_as_planned_have_the_levels_of_the_plan(method: str) -> None:
    plan = analysis.group_sequential([0.4, 0.7, 1.0], method=method)
    levels = [
        analysis.nominal_level([], 0.4, method=method),
        analysis.nominal_level([0.4], 0.7, method=method),
        analysis.nominal_level([0.4, 0.7], 1.0, method=method, last=True),
    ]
    assert levels == pytest.approx(plan.nominal_p, rel=1e-6)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("final", [0.8, 1.0, 1.3])
def test_the_error_is_kept_where_the_end_has_less_or_more_than_planned(method: str, final: float) -> None:
    taken = [0.35, 0.6]
    levels = [
        analysis.nominal_level([], taken[0], method=method),
        analysis.nominal_level(taken[:1], taken[1], method=method),
        analysis.nominal_level(taken, final, method=method, last=True),
    ]
    shares = np.array([*taken, final])
    steps = np.random.default_rng(5).normal(size=(400_000, 3)) * np.sqrt(np.diff(shares, prepend=0))
    z = np.abs(np.cumsum(steps, axis=1) / np.sqrt(shares))
    crossed = (z >= normal.isf(np.array(levels) / 2)).any(axis=1).mean()
    assert crossed == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / len(z)))


def test_without_a_look_the_end_has_all_of_the_error() -> None:
    assert analysis.nominal_level([], 0.9, method=METHODS[0], last=True) == pytest.approx(0.05, rel=1e-9)


def test_an_end_without_another_answer_is_the_look_before_with_all_that_was_left() -> None:
    again = analysis.nominal_level([0.3, 0.5], 0.5, method=METHODS[0], last=True)
    assert again == pytest.approx(analysis.nominal_level([0.3], 0.5, method=METHODS[0], last=True))
    assert again > analysis.nominal_level([0.3], 0.5, method=METHODS[0])


def test_methods_that_spend_nothing_and_falling_shares_are_refused() -> None:
    with pytest.raises(AnalysisError, match="spends no error"):
        analysis.nominal_level([], 0.5, method="pocock")
    with pytest.raises(AnalysisError, match="have to rise"):
        analysis.nominal_level([0.5], 0.4, method=METHODS[0])
