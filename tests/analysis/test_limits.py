"""Limits of agreement, held against Bland and Altman's published figures and against simulation."""

import math

import numpy as np
import pytest
from scipy import stats

from analysis.limits import limits_of_agreement, repeatability, reproducibility

# Bland & Altman (1986), table 1: peak flow of 17 subjects, twice by each of two meters
WRIGHT = (494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427)
WRIGHT_AGAIN = (490, 397, 512, 401, 470, 611, 415, 431, 638, 429, 420, 633, 275, 492, 165, 372, 421)
MINI = (512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451)


def test_one_reader_has_the_published_limits() -> None:
    found = limits_of_agreement([np.subtract(WRIGHT, MINI)])
    # printed: mean -2.1, standard deviation 38.8, its interval -22.0 to 17.8
    assert found.bias.estimate == pytest.approx(-2.1, abs=0.05)
    assert found.sd == pytest.approx(38.8, abs=0.05)
    assert (found.bias.low, found.bias.high) == pytest.approx((-22.0, 17.8), abs=0.1)
    assert (found.low, found.high) == pytest.approx((-2.1 - 1.96 * 38.8, -2.1 + 1.96 * 38.8), abs=0.1)


def test_the_interval_of_a_limit_is_zou_s() -> None:
    found = limits_of_agreement([np.subtract(WRIGHT, MINI)])
    d = np.subtract(WRIGHT, MINI).astype(float)
    sd, n, z = d.std(ddof=1), 17, stats.norm.ppf(0.975)
    # by hand, one subject a difference: the chi-squared interval of the deviation and the t of the mean
    most = sd * math.sqrt((n - 1) / stats.chi2.ppf(0.025, n - 1))
    up = math.hypot(stats.t.ppf(0.975, n - 1) * sd / math.sqrt(n), z * (most - sd))
    assert found.high_interval is not None
    assert found.high_interval[1] == pytest.approx(d.mean() + z * sd + up, rel=1e-9)


def test_repeatability_is_that_of_the_meter() -> None:
    found = repeatability(WRIGHT, WRIGHT_AGAIN)
    # printed: repeated Wright measurements differ with a deviation of 21.6, the coefficient is twice that
    assert found.estimate == pytest.approx(1.96 * 21.6, abs=0.5)


def test_components_are_those_of_the_analysis_of_variance() -> None:
    rng = np.random.default_rng(3)
    table = rng.normal(0, 2, (5, 1)) + rng.normal(0, 3, (1, 30)) + rng.normal(1, 1, (5, 30))
    found = limits_of_agreement(table)
    # by hand: mean squares of a two-way table with one answer a cell
    rows, columns, all_ = table.mean(axis=1), table.mean(axis=0), table.mean()
    ms_r, ms_c = 30 * rows.var(ddof=1), 5 * columns.var(ddof=1)
    rest = table - rows[:, None] - columns + all_
    ms_e = (rest**2).sum() / (4 * 29)
    by_hand = ((ms_r - ms_e) / 30, (ms_c - ms_e) / 5, ms_e)
    assert (found.var_reader, found.var_case, found.var_error) == pytest.approx(by_hand)
    assert found.sd == pytest.approx(math.sqrt(sum(by_hand)))
    assert reproducibility(table).estimate == pytest.approx(
        stats.norm.ppf(0.975) * math.sqrt(2 * (by_hand[0] + by_hand[2]))
    )


def test_intervals_of_the_limits_cover_the_true_ones() -> None:
    rng = np.random.default_rng(8)
    true = 1 + stats.norm.ppf(0.975) * math.sqrt(0.5**2 + 2**2 + 1)
    held = []
    for _ in range(400):
        table = rng.normal(0, 0.5, (8, 1)) + rng.normal(0, 2, (1, 40)) + rng.normal(1, 1, (8, 40))
        ends = limits_of_agreement(table).high_interval
        assert ends is not None
        held.append(ends[0] < true < ends[1])
    assert 0.92 < np.mean(held) < 0.98


def test_missing_answers_move_no_component_far() -> None:
    rng = np.random.default_rng(5)
    table = rng.normal(0, 1, (40, 1)) + rng.normal(0, 2, (1, 300)) + rng.normal(0, 1, (40, 300))
    whole = limits_of_agreement(table)
    holed = limits_of_agreement(np.where(rng.random(table.shape) < 0.3, np.nan, table))
    assert holed.sd == pytest.approx(whole.sd, rel=0.02)
