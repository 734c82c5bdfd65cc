"""Intraclass correlations and concordance, against Shrout & Fleiss, psych::ICC and pingouin."""

import numpy as np
import pytest

from analysis.agreement.intraclass import icc, icc_forms
from analysis.agreement.kendall import kendall_w
from analysis.ranks.several import friedman
from tests.analysis.oracles import agreement_table, r


def test_the_six_forms_equal_shrout_and_fleiss_table_4():
    table, printed = agreement_table("shrout_fleiss_1979")
    for form, value in printed["printed"].items():
        assert icc(table, form=form).estimate == pytest.approx(value, abs=6e-3)


@pytest.mark.parametrize(
    ("name", "level"), [("icc shrout fleiss", 0.95), ("icc random", 0.90), ("icc attitude", 0.99)]
)
def test_all_parts_equal_psych(name, level):
    data, value = r(name)
    found = icc_forms(np.transpose(data["table"]), level=level)
    forms = ["ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)"]
    for index, form in enumerate(forms):
        parts = found[form]
        assert parts.estimate == pytest.approx(value["estimate"][index], rel=1e-10)
        assert parts.f == pytest.approx(value["f"][index], rel=1e-10)
        assert [parts.df1, parts.df2] == [value["df1"][index], value["df2"][index]]
        assert parts.p == pytest.approx(value["p"][index], rel=1e-6)
        assert parts.low == pytest.approx(value["low"][index], rel=1e-7)
        assert parts.high == pytest.approx(value["high"][index], rel=1e-7)


def test_ratings_that_never_vary_have_no_intraclass_correlation():
    for found in icc_forms(np.full((3, 5), 4.0)).values():
        assert found.estimate is None
        assert found.reason


def test_cases_with_a_missing_rating_are_counted():
    table, _ = agreement_table("shrout_fleiss_1979")
    table[0, 0] = np.nan
    assert icc(table).n_dropped == 1
    assert icc(table).n_cases == 5


def test_kendalls_w_is_friedmans_statistic_rescaled():
    table = np.random.default_rng(2).integers(1, 5, (6, 12)).astype(float)
    found, oracle = kendall_w(table), friedman(table)
    assert found.estimate == pytest.approx(oracle.kendall_w, rel=1e-12)
    assert found.p == pytest.approx(oracle.p, rel=1e-12)


def test_kendalls_w_without_ties_by_hand():
    # rank sums 4, 5, 9 of m = 3, n = 3: S = 14, W = 12·14/(9·24)
    found = kendall_w([[1, 2, 3], [1, 2, 3], [2, 1, 3]])
    assert found.estimate == pytest.approx(12 * 14 / (9 * 24))
    assert found.mean_rank_correlation == pytest.approx((3 * 12 * 14 / (9 * 24) - 1) / 2)


def test_an_end_of_the_interval_that_runs_to_minus_infinity_is_missing_with_a_reason():
    # psych::ICC prints a lower end above the estimate here, past the pole at -1/(k - 1)
    found = icc_forms([[2, 2, 3], [3, 1, 1]])["ICC(2,k)"]
    assert found.low is None
    assert found.high > found.estimate
    assert "an end is missing" in found.reason


def test_an_interval_without_degrees_of_freedom_is_missing_with_a_reason():
    found = icc([[2, 1, 1], [2, 3, 3]])
    assert (found.low, found.high) == (None, None)
    assert "degrees of freedom" in found.reason
