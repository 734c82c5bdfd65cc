"""The crossed variance: by its formula, by brute force over pairs, and by simulated coverage."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import errors
from analysis.arrays import score_table
from analysis.crossed import (
    crossed_contrast,
    crossed_difference,
    crossed_equivalence,
    crossed_mean,
    crossed_rate,
    crossed_stratified,
    equivalence_curve,
)
from analysis.variance_parts import UNANIMOUS


def answers(rng, readers=6, cases=25, p=0.35, reader_sd=0.5, case_sd=0.6):
    logit = (
        math.log(p / (1 - p)) + rng.normal(0, reader_sd, (readers, 1)) + rng.normal(0, case_sd, (1, cases))
    )
    return (rng.random((readers, cases)) < 1 / (1 + np.exp(-logit))).astype(float)


def marginal(p, reader_sd, case_sd):
    """The share that `answers` gives over all readers and cases."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    logit = math.log(p / (1 - p)) + math.hypot(reader_sd, case_sd) * nodes
    return float(weights @ (1 / (1 + np.exp(-logit))) / weights.sum())


def brute_force_variance(table):
    """Moments over all pairs of answers, one by one (Gallas, Pennello & Myers 2007)."""
    cells = [(i, j, table[i, j]) for i, j in np.argwhere(np.isfinite(table))]
    sums, counts = np.zeros(4), np.zeros(4)
    for (i, j, a), (other, case, b) in itertools.product(cells, repeat=2):
        kind = 2 * (i != other) + (j != case)  # 0 same both, 1 same reader, 2 same case, 3 neither
        sums[kind] += a * b
        counts[kind] += 1
    moments = sums / counts
    return float(counts @ moments / len(cells) ** 2 - moments[3])


def test_the_complete_table_follows_the_designs_formula():
    table = answers(np.random.default_rng(1), 8, 50)
    r, c = table.shape
    g, by_reader, by_case = table.mean(), table.mean(axis=1), table.mean(axis=0)
    msr = c * ((by_reader - g) ** 2).sum() / (r - 1)
    msc = r * ((by_case - g) ** 2).sum() / (c - 1)
    mse = ((table - by_reader[:, None] - by_case + g) ** 2).sum() / ((r - 1) * (c - 1))
    df = (msr + msc - mse) ** 2 / (msr**2 / (r - 1) + msc**2 / (c - 1) + mse**2 / ((r - 1) * (c - 1)))
    found = crossed_rate(table, chance=0.25)
    assert [found.ms_reader, found.ms_case, found.ms_error] == pytest.approx([msr, msc, mse], rel=1e-12)
    assert found.se**2 == pytest.approx((msr + msc - mse) / (r * c), rel=1e-12)
    assert found.df == pytest.approx(df, rel=1e-12)
    reach = stats.t.ppf(0.975, df) * found.se
    assert [found.low, found.high] == pytest.approx([g - reach, g + reach], rel=1e-10)
    assert found.p == pytest.approx(2 * stats.t.sf(abs(g - 0.25) / found.se, df), rel=1e-10)
    assert found.p_greater == pytest.approx(stats.t.sf((g - 0.25) / found.se, df), rel=1e-10)


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_the_variance_is_the_brute_force_u_statistic_over_all_pairs(missing):
    rng = np.random.default_rng(3)
    table = answers(rng, 6, 12, 0.4, 1.0, 1.5)
    table[rng.random(table.shape) < missing] = np.nan
    found = crossed_mean(table)
    assert not found.floored
    assert found.se**2 == pytest.approx(brute_force_variance(table), rel=1e-10)


def test_a_complete_table_gives_the_same_by_either_road():
    table = answers(np.random.default_rng(3), 6, 20)
    one_missing = np.column_stack([table, np.full(6, np.nan)])
    assert crossed_mean(one_missing).se == pytest.approx(crossed_mean(table).se, rel=1e-12)


def test_the_incomplete_design_reduces_smoothly_to_the_complete_one():
    table = answers(np.random.default_rng(4), 20, 60)
    hole = table.copy()
    hole[3, 7] = np.nan
    whole, holed = crossed_mean(table), crossed_mean(hole)
    assert holed.se == pytest.approx(whole.se, rel=0.02)
    assert holed.df == pytest.approx(whole.df, rel=0.02)
    assert "incomplete" in holed.method


def test_a_variance_below_its_error_part_is_floored_and_says_so():
    # every reader and every case is right half of the time: the checkerboard has no reader or case variance
    table = np.indices((4, 6)).sum(axis=0) % 2
    found = crossed_rate(table)
    assert found.floored
    assert found.se**2 == pytest.approx(found.ms_error / 24, rel=1e-12)
    assert "variance floored at its error part" in found.assumptions


def test_two_readers_are_fixed_and_it_is_said():
    table = answers(np.random.default_rng(5), 2, 30)
    found = crossed_rate(table)
    by_case = table.mean(axis=0)
    assert found.inference == "fixed readers, random cases"
    assert found.se == pytest.approx(by_case.std(ddof=1) / math.sqrt(30), rel=1e-12)
    assert found.df == 29
    assert "speaks of these 2 readers only" in found.assumptions


def test_readers_alone_can_be_random():
    table = answers(np.random.default_rng(6), 5, 30)
    found = crossed_rate(table, cases="fixed")
    assert found.se == pytest.approx(table.mean(axis=1).std(ddof=1) / math.sqrt(5), rel=1e-12)
    assert found.df == 4


def test_fixed_readers_with_missing_answers_leave_reader_differences_out():
    rng = np.random.default_rng(7)
    table = answers(rng, 2, 40)
    table[1] += 5  # a reader on another level altogether
    table[0, :10] = np.nan
    moved = table.copy()
    moved[1] -= 5
    assert crossed_mean(table).se == pytest.approx(crossed_mean(moved).se, rel=1e-12)


def test_a_difference_of_nested_arms_is_the_sum_of_its_parts():
    rng = np.random.default_rng(8)
    first, second = answers(rng, 7, 30, 0.6), answers(rng, 7, 20, 0.3)
    found = crossed_difference(first, second)
    own = first.mean(axis=1) - second.mean(axis=1)
    parts = [crossed_mean(arm) for arm in (first, second)]
    cases = sum((item.ms_case - item.ms_error) / (7 * item.n_cases) for item in parts)
    assert found.estimate == pytest.approx(first.mean() - second.mean())
    assert found.se**2 == pytest.approx(own.var(ddof=1) / 7 + cases, rel=1e-12)


def test_nested_arms_with_missing_answers_equal_the_complete_formula_when_nothing_is_missing():
    rng = np.random.default_rng(9)
    first, second = answers(rng, 7, 30, 0.6), answers(rng, 7, 20, 0.3)
    holed = first.copy()
    holed[0, 0] = np.nan
    complete, incomplete = crossed_difference(first, second), crossed_difference(holed, second)
    assert incomplete.se == pytest.approx(complete.se, rel=0.05)
    assert incomplete.df == pytest.approx(complete.df, rel=0.1)


def test_one_stratum_is_no_stratification():
    table = answers(np.random.default_rng(10), 6, 20)
    found, plain = crossed_stratified(table, ["only"] * 20), crossed_rate(table)
    assert (found.estimate, found.se, found.df) == pytest.approx((plain.estimate, plain.se, plain.df))


def test_differences_between_strata_are_no_error():
    rng = np.random.default_rng(11)
    table = np.column_stack([answers(rng, 6, 20, 0.9, 0.1, 0.1), answers(rng, 6, 20, 0.2, 0.1, 0.1)])
    found = crossed_stratified(table, np.repeat(["real", "synthetic"], 20))
    assert found.estimate == pytest.approx(table.mean())
    assert found.se < crossed_rate(table).se


def test_a_contrast_of_itself_weighted_in_halves_is_the_mean():
    rng = np.random.default_rng(12)
    first, second = answers(rng, 5, 12), answers(rng, 5, 12)
    found = crossed_contrast([first, second], [0.5, 0.5])
    assert found.estimate == pytest.approx(np.hstack([first, second]).mean())


def test_equivalence_on_the_crossed_error_agrees_with_its_narrow_interval():
    table = answers(np.random.default_rng(13), 8, 60, 0.25, 0.2, 0.2)
    rate = crossed_rate(table, chance=0.25)
    for margin in (0.02, 0.05, 0.1, 0.2):
        found = crossed_equivalence(rate, 0.25, margin)
        assert found.within == (found.low > 0.25 - margin and found.high < 0.25 + margin)
        assert found.within == (found.smallest_margin < margin)
    at_edge = crossed_equivalence(rate, 0.25, crossed_equivalence(rate, 0.25, 0.1).smallest_margin)
    assert at_edge.p == pytest.approx(0.05, rel=1e-9)
    margins = [0.05, 0.1]
    singly = [crossed_equivalence(rate, 0.25, margin).p for margin in margins]
    assert equivalence_curve(rate, 0.25, margins) == pytest.approx(singly, rel=1e-10)


@pytest.mark.parametrize(
    "table", [np.ones((5, 6)), np.zeros((1, 4)), [[1.0]], np.ones((3, 1)), [[1, np.nan], [np.nan, 0]]]
)
def test_a_table_without_variance_has_an_estimate_and_a_reason(table):
    found = crossed_rate(table, chance=0.25)
    assert found.estimate is not None
    assert found.low is found.high is found.p is None
    assert found.reason


def test_an_interval_never_leaves_the_scale():
    table = np.zeros((4, 10))
    table[0, 0] = 1
    found = crossed_rate(table)
    assert found.low == 0
    assert "cut off" in " ".join(found.assumptions)


def test_answers_in_long_form_become_a_table_and_a_duplicate_is_named():
    table, readers, cases = score_table(["b", "a", "b"], [1, 1, 2], [1, 0, 1])
    assert readers == ("a", "b")
    assert cases == (1, 2)
    np.testing.assert_array_equal(table, [[0, np.nan], [1, 1]])
    with pytest.raises(errors.DuplicateAnswerError, match="Reader b answered case 2 2 times"):
        score_table(["b", "b"], [2, 2], [1, 0])


def test_the_crossed_interval_covers_where_the_binomial_one_does_not():
    """12 readers x 60 quartets, reader SD .5 logit, case ICC .10: the design names 95% against 66%."""
    rng = np.random.default_rng(20251025)
    case_sd = math.sqrt(0.10 / 0.90 * math.pi**2 / 3)
    truth = marginal(0.25, 0.5, case_sd)
    crossed = binomial = 0
    for _ in range(600):
        table = answers(rng, 12, 60, 0.25, 0.5, case_sd)
        found = crossed_rate(table)
        crossed += found.low <= truth <= found.high
        k, n = int(table.sum()), table.size
        low, high = stats.beta.ppf(0.025, k, n - k + 1), stats.beta.ppf(0.975, k + 1, n - k)
        binomial += low <= truth <= high
    assert 0.92 <= crossed / 600 <= 0.98
    assert binomial / 600 < 0.75


def test_readers_who_answered_little_count_little_in_the_degrees_of_freedom():
    rng = np.random.default_rng(14)
    table = answers(rng, 12, 80, reader_sd=1.0)
    table[:9, 8:] = np.nan
    uneven = crossed_rate(table)
    assert uneven.n_readers == 12
    assert uneven.df < 6


def test_a_negative_part_of_an_incomplete_table_counts_as_zero():
    rng = np.random.default_rng(2)
    table = answers(rng, 6, 12, 0.4, 1.0, 1.5)
    table[rng.random(table.shape) < 0.3] = np.nan
    found = crossed_mean(table)
    assert found.var_case < 0
    n = np.isfinite(table).sum()
    by_reader = np.isfinite(table).sum(axis=1)
    error = found.var_error + found.var_case
    by_hand = found.var_reader * (by_reader @ by_reader) / n**2 + error / n
    assert found.se**2 == pytest.approx(by_hand, rel=1e-12)
    assert "counts as zero" in " ".join(found.assumptions)


def test_coverage_where_readers_read_very_different_numbers_of_cases():
    """4 readers of 60 cases and 16 of 10: 95% over 3,000 simulated studies, here 400."""
    rng, truth = np.random.default_rng(15), marginal(0.35, 0.5, 0.6)
    covered = 0
    for _ in range(400):
        table = answers(rng, 20, 60, 0.35, 0.5, 0.6)
        for reader in range(4, 20):
            table[reader, rng.permutation(60)[10:]] = np.nan
        found = crossed_rate(table)
        covered += found.low <= truth <= found.high
    assert covered / 400 >= 0.93


def test_frames_of_nullable_numbers_are_tables_too():
    frame = pd.DataFrame({"a": [1, 0, 1], "b": [1, 1, 0], "c": [1, None, 0]}, dtype="Int64")
    plain = [[1, 1, 1], [0, 1, np.nan], [1, 0, 0]]
    assert crossed_rate(frame) == crossed_rate(plain)


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_the_difference_of_generators_covers_with_common_readers_and_nested_images(missing):
    rng = np.random.default_rng(17)
    covered = 0
    for _ in range(400):
        skill = rng.normal(0, 0.5, (5, 1))
        arms = []
        for images in (20, 30):
            eta = skill + rng.normal(0, 0.3, (5, 1)) + rng.normal(0, 0.6, (1, images))
            table = (rng.random(eta.shape) < 1 / (1 + np.exp(-eta))).astype(float)
            arms.append(np.where(rng.random(eta.shape) < missing, np.nan, table))
        found = crossed_difference(*arms)
        covered += found.low <= 0.0 <= found.high
    assert 0.93 <= covered / 400 <= 0.995


def test_equivalence_is_shown_no_oftener_than_alpha_at_the_edge_of_the_margin():
    rng = np.random.default_rng(23)
    # the rate over all readers and cases is .35, where chance is .25 and the margin .10
    shown = 0
    for _ in range(600):
        eta = -0.65466 + rng.normal(0, 0.3, (8, 1)) + rng.normal(0, 0.4, (1, 50))
        table = (rng.random(eta.shape) < 1 / (1 + np.exp(-eta))).astype(float)
        shown += bool(crossed_equivalence(crossed_rate(table), 0.25, 0.10).within)
    assert 0.02 <= shown / 600 <= 0.075


def test_numbers_beyond_the_ends_of_the_scale_are_refused_not_cut() -> None:
    # ratings from 1 to 4: cut at 1, the interval of their mean would end below the mean
    table = np.arange(24.0).reshape(4, 6) % 4 + 1
    for call in (
        lambda: crossed_stratified(table, [0, 0, 0, 1, 1, 1]),
        lambda: crossed_difference(table, table[:, ::-1]),
        lambda: crossed_rate(table),
    ):
        with pytest.raises(errors.WrongValueError, match="beyond the bounds"):
            call()
    found = crossed_stratified(table, [0, 0, 0, 1, 1, 1], bounds=(1.0, 4.0))
    assert 1 <= found.low < found.estimate < found.high <= 4


@pytest.mark.parametrize("readers", ["random", "fixed"])
def test_answers_that_differ_by_rounding_alone_have_no_interval(readers):
    """Sums leave noise in the last digit, which was printed as an interval of 1e-14."""
    a = 40.1 + np.arange(7.0)[:, None] + np.zeros((7, 4))
    b = np.nextafter(a, np.where(np.arange(28).reshape(7, 4) % 3, np.inf, -np.inf))
    found = crossed_difference(a, b, readers=readers, bounds=None)
    assert (found.low, found.high, found.se, found.reason) == (None, None, None, UNANIMOUS)
    apart = crossed_difference(a, b + 1e-9 * (np.arange(28).reshape(7, 4) % 3), readers=readers, bounds=None)
    assert 0 < apart.se < 1e-8
