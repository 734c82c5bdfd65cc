"""How many independent answers an exact test needs."""

import pytest
from scipy import stats

from analysis import errors
from analysis.sample_size import (
    sample_size_equivalence,
    sample_size_equivalence_exact,
    sample_size_superiority,
)


@pytest.mark.parametrize(("accuracy", "needed", "first"), [(0.35, 141, 129), (0.30, 522, 494)])
def test_superiority_in_four_alternatives_needs_what_the_design_says(accuracy, needed, first):
    found = sample_size_superiority(accuracy, 0.25)
    assert (found.n, found.n_first) == (needed, first)


@pytest.mark.parametrize("accuracy", [0.35, 0.30])
def test_no_larger_study_has_less_power_than_asked_for(accuracy):
    found = sample_size_superiority(accuracy, 0.25)

    def power(n):
        critical = stats.binom.isf(0.05, n, 0.25) + 1
        return stats.binom.sf(critical - 1, n, accuracy)

    assert power(found.n - 1) < 0.8
    assert min(power(n) for n in range(found.n, found.n + 300)) >= 0.8
    assert max(power(n) for n in range(1, found.n_first)) < 0.8
    assert found.power == pytest.approx(power(found.n), rel=1e-12)
    assert found.size <= 0.05


@pytest.mark.parametrize(("margin", "needed"), [(0.10, 161), (0.05, 643)])
def test_equivalence_by_the_normal_formula_needs_what_the_design_says(margin, needed):
    z = stats.norm.isf(0.05) + stats.norm.isf(0.10)
    assert sample_size_equivalence(0.25, 0.25, margin).n == needed
    assert needed - 1 < z**2 * 0.25 * 0.75 / margin**2 <= needed


def test_exact_equivalence_needs_a_little_more_and_really_has_the_power():
    approximate = sample_size_equivalence(0.25, 0.25, 0.10)
    exact = sample_size_equivalence_exact(0.25, 0.25, 0.10)
    assert approximate.power < 0.8 <= exact.power
    low, high = exact.critical_low, exact.critical_high
    between = stats.binom.cdf(high, exact.n, 0.25) - stats.binom.cdf(low - 1, exact.n, 0.25)
    assert exact.power == pytest.approx(between, rel=1e-12)
    assert stats.binom.sf(low - 1, exact.n, 0.15) <= 0.05 < stats.binom.sf(low - 2, exact.n, 0.15)
    assert stats.binom.cdf(high, exact.n, 0.35) <= 0.05 < stats.binom.cdf(high + 1, exact.n, 0.35)


def test_an_effect_that_would_need_too_many_answers_is_refused():
    with pytest.raises(errors.TooLargeError, match="larger effect"):
        sample_size_superiority(0.2501, 0.25)


def test_a_margin_that_leaves_the_scale_is_refused():
    with pytest.raises(errors.WrongMarginError):
        sample_size_equivalence(0.25, 0.25, 0.3)


@pytest.mark.parametrize("wrong", [{"alpha": 0.0}, {"power": 1.0}])
def test_a_level_or_a_power_that_no_size_reaches_is_refused(wrong):
    with pytest.raises(errors.WrongLevelError):
        sample_size_equivalence(0.25, 0.25, 0.1, **wrong)
    with pytest.raises(errors.WrongLevelError):
        sample_size_superiority(0.35, 0.25, **wrong)
