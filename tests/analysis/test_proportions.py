"""Intervals and exact tests of proportions, against R's binom.test, prop.test and fisher.test."""

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import integrate, stats

from analysis import errors
from analysis.bayes import beta_binomial_bayes_factor
from analysis.proportions import (
    binomial_test,
    clopper_pearson,
    exact_equivalence,
    fisher_exact,
    mid_p,
    newcombe,
    newcombe_paired,
    wilson,
)
from tests.analysis.oracles import r, r_names


@pytest.mark.parametrize("name", r_names("binom.test"))
def test_exact_binomial_inference_equals_r(name):
    data, value = r(name)
    k, n, p = data["k"], data["n"], data["p"]
    assert binomial_test(k, n, p).p == pytest.approx(value["two_sided"], rel=1e-10)
    assert binomial_test(k, n, p, alternative="greater").p == pytest.approx(value["greater"], rel=1e-10)
    assert binomial_test(k, n, p, alternative="less").p == pytest.approx(value["less"], rel=1e-10)
    exact = clopper_pearson(k, n)
    assert [exact.low, exact.high] == pytest.approx(value["interval"], rel=1e-10)
    narrower = clopper_pearson(k, n, level=0.9)
    assert [narrower.low, narrower.high] == pytest.approx(value["interval90"], rel=1e-10)
    score = wilson(k, n)
    assert [score.low, score.high] == pytest.approx(value["wilson"], rel=1e-10, abs=1e-15)


@pytest.mark.parametrize("name", r_names("fisher.test"))
def test_fishers_exact_test_equals_r(name):
    data, value = r(name)
    for alternative in ("two_sided", "greater", "less"):
        found = fisher_exact(data["table"], alternative=alternative.replace("_", "-"))
        assert found.p == pytest.approx(value[alternative], rel=1e-10)


def test_an_odds_ratio_that_does_not_exist_is_none_with_a_reason():
    found = fisher_exact([[0, 7], [0, 2]])
    assert found.estimate is None
    assert found.reason


def test_no_discrepancy_in_a_hundred_has_an_upper_end_of_three_point_six_percent():
    found = clopper_pearson(0, 100)
    assert found.low == 0
    assert found.high == pytest.approx(0.036216692645176, rel=1e-12)  # 1 - .025^(1/100)
    assert found.high == pytest.approx(1 - 0.025 ** (1 / 100), rel=1e-12)


@pytest.mark.parametrize(("k", "n"), [(0, 7), (1, 12), (116, 400), (12, 12)])
def test_mid_p_ends_put_half_the_probability_of_the_count_in_each_tail(k, n):
    found = mid_p(k, n)
    if k > 0:
        assert stats.binom.sf(k, n, found.low) + stats.binom.pmf(k, n, found.low) / 2 == pytest.approx(0.025)
    if k < n:
        below = stats.binom.cdf(k - 1, n, found.high)
        assert below + stats.binom.pmf(k, n, found.high) / 2 == pytest.approx(0.025)


@pytest.mark.parametrize(
    ("k1", "n1", "k2", "n2", "low", "high"),
    [  # Newcombe (1998), Stat Med 17:873, table II, method 10
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0),
        (10, 10, 0, 10, 0.6075, 1.0),
    ],
)
def test_newcombes_interval_equals_his_printed_table(k1, n1, k2, n2, low, high):
    found = newcombe(k1, n1, k2, n2)
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)


@pytest.mark.parametrize(
    ("cells", "low", "high"),
    [  # Newcombe (1998), Stat Med 17:2635, table III, method 10
        ((36, 12, 2, 0), 0.0569, 0.3404),
        ((36, 14, 0, 0), 0.1528, 0.4167),
        ((53, 1, 0, 0), -0.0496, 0.0977),
        ((54, 0, 0, 0), -0.0664, 0.0664),
    ],
)
def test_newcombes_paired_interval_equals_his_printed_table(cells, low, high):
    found = newcombe_paired(*cells)
    assert [found.low, found.high] == pytest.approx([low, high], abs=6e-5)


def test_exact_equivalence_and_the_narrow_interval_say_the_same():
    for k in range(61):
        found = exact_equivalence(k, 60, 0.25, 0.1)
        inside = found.low > 0.15 and found.high < 0.35
        assert found.within == inside
        assert found.within == (found.smallest_margin < 0.1)


def test_the_smallest_margin_is_where_the_equivalence_p_value_reaches_alpha():
    found = exact_equivalence(116, 400, 0.25, 0.1)
    at_edge = exact_equivalence(116, 400, 0.25, found.smallest_margin)
    assert at_edge.p == pytest.approx(0.05, rel=1e-9)
    assert found.p == pytest.approx(stats.binom.cdf(116, 400, 0.35), rel=1e-10)


def test_the_bayes_factor_is_the_ratio_of_marginal_likelihoods():
    found = beta_binomial_bayes_factor(116, 400, 0.25)
    uniform = integrate.quad(lambda p: stats.binom.pmf(116, 400, p), 0, 1, points=[0.29], epsabs=1e-15)[0]
    assert found.bf10 == pytest.approx(uniform / stats.binom.pmf(116, 400, 0.25), rel=1e-8)
    exact = Fraction(math.factorial(9) * math.factorial(3), math.factorial(13)) / Fraction(1, 4) ** 9
    assert beta_binomial_bayes_factor(9, 12, 0.25).bf10 == pytest.approx(
        float(exact / Fraction(3, 4) ** 3), rel=1e-12
    )


def test_a_one_sided_bayes_factor_spreads_the_prior_above_the_null_alone():
    found = beta_binomial_bayes_factor(20, 50, 0.25, alternative="greater")
    above = integrate.quad(lambda p: stats.binom.pmf(20, 50, p), 0.25, 1, epsabs=1e-15)[0] / 0.75
    assert found.bf10 == pytest.approx(above / stats.binom.pmf(20, 50, 0.25), rel=1e-8)


@pytest.mark.parametrize(("k", "n"), [(-1, 5), (6, 5), (2.5, 5), (0, 0)])
def test_impossible_counts_are_refused(k, n):
    with pytest.raises(errors.AnalysisError):
        wilson(k, n)


def test_a_level_of_95_is_refused_with_the_remedy():
    with pytest.raises(errors.WrongLevelError, match=r"0\.95"):
        wilson(1, 2, level=95)


def test_large_counts_stay_exact_in_both_tails():
    found = binomial_test(260_000, 1_000_000, 0.25)
    assert 0 < found.p < 1e-100
    assert found.p == pytest.approx(stats.binomtest(260_000, 1_000_000, 0.25).pvalue, rel=1e-6)
    assert np.isfinite(beta_binomial_bayes_factor(260_000, 1_000_000, 0.25).log_bf10)
