"""Signal detection, against Hacker & Ratcliff's table, psyphy's integrand in R, and hand computations."""

import math

import numpy as np
import pytest
from scipy import stats

from analysis import errors
from analysis.proportions import clopper_pearson
from analysis.roc.auc import signed_confidence
from analysis.signal_detection import (
    mafc_dprime,
    mafc_dprime_interval,
    mafc_percent_correct,
    matthews,
    yes_no,
    yes_no_from_calls,
)
from tests.analysis.oracles import r


def test_forced_choice_dprime_equals_the_integral_solved_in_r_to_ten_digits():
    data, value = r("m-AFC")
    found = [mafc_dprime(p, m) for m, p in zip(data["m"], data["p"], strict=True)]
    assert found == pytest.approx(value, abs=1e-9)


def test_forced_choice_dprime_equals_psyphy_as_far_as_it_goes():
    data, value = r("m-AFC psyphy")
    found = [mafc_dprime(p, m) for m, p in zip(data["m"], data["p"], strict=True)]
    assert found == pytest.approx(value, abs=2e-4)


@pytest.mark.parametrize(
    ("m", "percent", "printed"),  # Hacker & Ratcliff (1979), Percept Psychophys 26:168, table 1
    [(2, 0.75, 0.95), (3, 0.50, 0.56), (4, 0.50, 0.84), (4, 0.75, 1.68), (8, 0.50, 1.34)],
)
def test_forced_choice_dprime_equals_the_printed_table(m, percent, printed):
    assert mafc_dprime(percent, m) == pytest.approx(printed, abs=0.006)


@pytest.mark.parametrize("m", range(2, 9))
def test_chance_is_zero_and_the_curve_inverts_itself(m):
    assert mafc_dprime(1 / m, m) == pytest.approx(0, abs=1e-12)
    for d in (-1.5, 0.3, 1.0, 2.7):
        assert mafc_dprime(float(mafc_percent_correct(d, m)), m) == pytest.approx(d, abs=1e-9)


def test_an_infinite_dprime_is_none_and_its_interval_says_why():
    assert mafc_dprime(1.0, 4) is None
    found = mafc_dprime_interval(clopper_pearson(50, 50), 4)
    assert found.estimate is None
    assert found.high is None
    assert found.low == pytest.approx(mafc_dprime(clopper_pearson(50, 50).low, 4))
    assert "infinite" in found.reason


def test_the_interval_maps_the_ends_of_the_share():
    share = clopper_pearson(116, 400)
    found = mafc_dprime_interval(share, 4)
    ends = [mafc_dprime(share.low, 4), mafc_dprime(share.high, 4)]
    assert [found.low, found.high] == pytest.approx(ends)
    assert found.low < 0 < found.estimate


def test_yes_no_by_hand():
    found = yes_no(20, 5, 8, 17)
    z = stats.norm.ppf
    assert found.dprime == pytest.approx(z(0.8) - z(0.32), rel=1e-12)
    assert found.criterion == pytest.approx(-(z(0.8) + z(0.32)) / 2, rel=1e-12)
    assert found.log_beta == pytest.approx((z(0.32) ** 2 - z(0.8) ** 2) / 2, rel=1e-12)
    assert found.dprime_loglinear == pytest.approx(z(20.5 / 26) - z(8.5 / 26), rel=1e-12)
    assert found.criterion_loglinear == pytest.approx(-(z(20.5 / 26) + z(8.5 / 26)) / 2, rel=1e-12)
    assert (found.sensitivity, found.specificity, found.accuracy) == (0.8, 0.68, 0.74)
    variance = sum(p * (1 - p) / (25 * stats.norm.pdf(z(p)) ** 2) for p in (0.8, 0.32))
    assert found.dprime_se == pytest.approx(variance**0.5, rel=1e-12)


def test_matthews_is_the_correlation_of_call_and_truth():
    truth = np.repeat([1, 1, 0, 0], [20, 5, 8, 17])
    call = np.repeat([1, 0, 1, 0], [20, 5, 8, 17])
    assert matthews(20, 5, 8, 17) == pytest.approx(np.corrcoef(truth, call)[0, 1], rel=1e-12)
    assert yes_no_from_calls(truth, call) == yes_no(20, 5, 8, 17)


def test_a_perfect_reader_has_a_loglinear_dprime_and_a_reason():
    found = yes_no(10, 0, 0, 10)
    assert found.dprime is None
    assert "log-linear" in found.reason
    assert found.dprime_loglinear == pytest.approx(2 * stats.norm.ppf(10.5 / 11))
    assert found.mcc == 1


def test_one_kind_of_image_has_neither_dprime_nor_mcc():
    found = yes_no(3, 4, 0, 0)
    assert found.dprime is found.dprime_loglinear is found.mcc is found.specificity is None
    assert "one kind" in found.reason


def test_a_share_beyond_one_and_one_alternative_are_refused():
    with pytest.raises(errors.WrongProbabilityError):
        mafc_dprime(1.2, 4)
    with pytest.raises(errors.WrongCountError):
        mafc_dprime(0.5, 1)


@pytest.mark.parametrize("missing", [math.nan, None, 2])
def test_a_missing_call_is_refused_and_is_no_call_of_synthetic(missing):
    with pytest.raises(errors.WrongValueError, match="leave out what is missing"):
        yes_no_from_calls([1, 0, 1], [1, 0, missing])
    with pytest.raises(errors.WrongValueError, match="leave out what is missing"):
        signed_confidence([1, 0, missing], [3, 2, 1])
