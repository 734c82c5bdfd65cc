"""Methods that guidelines name, each against scipy or statsmodels or a printed value."""

import numpy as np
import pytest
from scipy.stats import beta, chi2_contingency, contingency
from statsmodels.stats.contingency_tables import Table
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from analysis.agreement.krippendorff import krippendorff_alpha
from analysis.bayes import posterior_within
from analysis.binomial_intervals import agresti_coull, jeffreys, wilson_corrected
from analysis.contingency import chi_square, cochran_armitage, conditional_odds_ratio
from analysis.errors import WrongShapeError, WrongValueError
from analysis.ranks.multiplicity import adjusted


@pytest.mark.parametrize(("k", "n"), [(0, 20), (3, 20), (81, 263), (20, 20)])
def test_intervals_agree_with_statsmodels(k: int, n: int) -> None:
    for method, found in (("agresti_coull", agresti_coull(k, n)), ("jeffreys", jeffreys(k, n))):
        low, high = proportion_confint(k, n, method=method)
        if method == "jeffreys" and k in (0, n):
            low, high = (0.0, high) if k == 0 else (low, 1.0)
        assert (found.low, found.high) == pytest.approx((max(low, 0), min(high, 1)), abs=1e-9)


def test_the_corrected_score_interval_is_newcombe_s() -> None:
    # Newcombe (1998), table I, method 4
    for k, n, low, high in ((81, 263, 0.2535, 0.3682), (15, 148, 0.0598, 0.1644), (0, 20, 0, 0.2005),
                            (1, 29, 0.0018, 0.1963)):  # fmt: skip
        found = wilson_corrected(k, n)
        assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_chi_squared_agrees_with_scipy_and_statsmodels() -> None:
    counts = np.array([[20, 15, 9], [11, 18, 30]])
    found = chi_square(counts)
    theirs = chi2_contingency(counts, correction=False)
    assert (found.statistic, found.p, found.df) == pytest.approx((theirs[0], theirs[1], theirs[2]))
    residuals = Table(counts, shift_zeros=False).standardized_resids
    assert np.array(found.residuals) == pytest.approx(np.asarray(residuals))


def test_a_trend_agrees_with_statsmodels() -> None:
    k, n = np.array([4, 9, 15, 14]), np.array([40, 41, 45, 38])
    found = cochran_armitage(k, n)
    table = Table(np.column_stack([n - k, k]), shift_zeros=False)
    theirs = table.test_ordinal_association(row_scores=np.arange(4), col_scores=np.array([0, 1]))
    # statsmodels has the hypergeometric variance, larger by n / (n - 1)
    size = n.sum()
    assert found.z == pytest.approx(theirs.zscore * np.sqrt(size / (size - 1)))


def test_the_conditional_odds_ratio_agrees_with_scipy() -> None:
    for counts in ([[7, 2], [3, 9]], [[40, 21], [33, 60]]):
        found = conditional_odds_ratio(counts)
        theirs = contingency.odds_ratio(counts, kind="conditional")
        ends = theirs.confidence_interval(0.95)
        assert (found.estimate, found.low, found.high) == pytest.approx(
            (theirs.statistic, ends.low, ends.high), rel=1e-4
        )
    assert conditional_odds_ratio([[0, 5], [4, 3]]).low == 0


def test_benjamini_and_yekutieli_agree_with_statsmodels() -> None:
    p = [0.001, 0.2, 0.013, 0.04, 0.9]
    assert adjusted(p, "by") == pytest.approx(multipletests(p, method="fdr_by")[1].tolist())


def test_a_posterior_within_a_margin_agrees_with_scipy() -> None:
    by_hand = beta(117, 285).cdf(0.35) - beta(117, 285).cdf(0.15)
    assert posterior_within(116, 400, 0.25, 0.1) == pytest.approx(by_hand)


def test_linear_alpha_is_observed_over_expected_distance() -> None:
    table = np.array([[1, 2, 3, 4, 2], [1, 3, 3, 3, 1], [2, 2, 4, 4, np.nan]])
    # by hand, over pairs within each case and over all pairs of answers
    cases = [column[np.isfinite(column)] for column in table.T]
    within = sum(np.abs(np.subtract.outer(c, c)).sum() / (len(c) - 1) for c in cases)
    every = np.concatenate(cases)
    n = len(every)
    expected = np.abs(np.subtract.outer(every, every)).sum() / (n * (n - 1))
    assert krippendorff_alpha(table, metric="linear").estimate == pytest.approx(1 - within / n / expected)


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(WrongShapeError):
        chi_square([1, 2, 3])
    with pytest.raises(WrongValueError):
        chi_square([[1.0, 2.0], [0.5, 3.0]])
    with pytest.raises(WrongShapeError):
        conditional_odds_ratio([[1, 2, 3], [4, 5, 6]])
