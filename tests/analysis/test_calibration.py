"""Calibration of confidence, against statsmodels' logistic regression and Murphy's identity."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import special

from analysis import errors
from analysis.calibration import confidence_calibration, confidence_to_probability


def answers(seed=1, n=400):
    rng = np.random.default_rng(seed)
    stated = rng.choice([0.5, 0.625, 0.75, 0.875, 0.99], n)
    return stated, (rng.random(n) < 0.5 + 0.7 * (stated - 0.5)).astype(int)


def test_the_brier_score_is_reliability_less_resolution_plus_uncertainty():
    found = confidence_calibration(*answers())
    assert found.brier == pytest.approx(found.reliability - found.resolution + found.uncertainty, rel=1e-12)


def test_coxs_slope_and_intercept_equal_a_logistic_regression():
    stated, right = answers()
    oracle = sm.Logit(right, sm.add_constant(special.logit(stated))).fit(disp=0, tol=1e-12)
    found = confidence_calibration(stated, right)
    assert [found.intercept, found.slope] == pytest.approx(oracle.params, rel=1e-7)
    assert [found.intercept_se, found.slope_se] == pytest.approx(oracle.bse, rel=1e-6)


def test_overconfident_readers_state_more_than_they_reach():
    found = confidence_calibration(*answers())
    assert found.overconfidence > 0.04
    assert found.slope < 1
    assert sum(item.n for item in found.bins) == found.n == 400


def test_bins_by_hand():
    found = confidence_calibration([0.6, 0.6, 0.9, 0.9], [1, 0, 1, 1], bins=2)
    (only,) = found.bins
    assert (only.n, only.right) == (4, 3)
    assert only.stated == pytest.approx(0.75)
    assert found.expected_calibration_error == pytest.approx(0)
    finer = confidence_calibration([0.6, 0.6, 0.9, 0.9], [1, 0, 1, 1])
    assert finer.expected_calibration_error == pytest.approx((0.1 + 0.1) / 2)


def test_readers_who_are_always_right_have_no_slope_but_a_reason():
    found = confidence_calibration([0.6, 0.9, 0.9], [1, 1, 1])
    assert found.slope is found.discrimination is None
    assert found.reason


def test_confidence_points_spread_from_chance_to_certainty():
    assert confidence_to_probability([1, 3, 5], 5).tolist() == [0.5, 0.75, 1.0]
    with pytest.raises(errors.WrongValueError, match="outside 1 to 5"):
        confidence_to_probability([6], 5)


def test_missing_answers_are_counted():
    assert confidence_calibration([0.5, np.nan, 0.9], [1, 1, 0]).n_missing == 1
