"""Cohen's kappa and why it is what it is, against vcd's Kappa and SAS."""

import numpy as np
import pandas as pd
import pytest

from analysis.agreement.cohen import cohen_kappa, prevalence_bias
from tests.analysis.oracles import r, r_names


def pairs_of(table):
    first, second = np.indices(np.shape(table))
    counts = np.array(table).ravel()
    return np.repeat(first.ravel(), counts), np.repeat(second.ravel(), counts)


@pytest.mark.parametrize(
    ("weights", "name"), [("identity", "plain"), ("linear", "linear"), ("quadratic", "quadratic")]
)
@pytest.mark.parametrize("table", r_names("cohen"))
def test_cohens_kappa_and_its_error_equal_vcd(table, weights, name):
    data, value = r(table)
    found = cohen_kappa(*pairs_of(data["table"]), weights=weights)
    assert [found.estimate, found.se_cases] == pytest.approx(value[name], rel=1e-12)
    if name == "plain":
        assert [found.low, found.high] == pytest.approx(value["interval"], rel=1e-12)


@pytest.mark.parametrize(
    ("weights", "printed"),
    [
        ("identity", [0.4842, 0.1380, 0.2137, 0.7547, 0.1484, 3.2626, 0.0011]),
        ("linear", [0.4701, 0.1457, 0.1845, 0.7558, 0.1426, 3.2971, 0.0010]),
    ],
)
def test_both_errors_equal_the_printout_of_sas(weights, printed):
    first, second = pairs_of([[0, 4, 1], [0, 8, 0], [0, 1, 5]])
    found = cohen_kappa(first, second, weights=weights)
    parts = [found.estimate, found.se_cases, found.low, found.high, found.se_null, found.z, found.p]
    assert parts == pytest.approx(printed, abs=6e-5)


def test_pabak_and_the_two_indices_of_byrt():
    # Byrt, Bishop & Carlin (1993): a = 45, b = 15, c = 25, d = 15
    first = np.repeat([1, 1, 0, 0], [45, 15, 25, 15])
    second = np.repeat([1, 0, 1, 0], [45, 15, 25, 15])
    found = prevalence_bias(first, second)
    assert (found.both, found.only_first, found.only_second, found.neither) == (45, 15, 25, 15)
    assert found.prevalence_index == pytest.approx(0.30)
    assert found.bias_index == pytest.approx(-0.10)
    assert found.pabak == pytest.approx(0.20)
    assert found.kappa == pytest.approx(0.1304347826086957)  # (.60 - .54)/(1 - .54)
    assert found.positive_agreement == pytest.approx(90 / 130)
    assert found.negative_agreement == pytest.approx(30 / 70)


def test_cases_one_reader_left_out_do_not_count():
    found = cohen_kappa([1, 2, np.nan, 2, 1], [1, 2, 1, 1, np.nan])
    assert found.n_cases == 3


def test_readers_who_say_the_same_one_thing_have_no_kappa_but_a_reason():
    found = cohen_kappa([1, 1, 1], [1, 1, 1])
    assert found.estimate is None
    assert "one category" in found.reason
    assert prevalence_bias([1, 1], [1, 1]).pabak == 1


def test_series_of_nullable_kinds_are_readers_too():
    first = pd.Series([True, False, None, True, False], dtype="boolean", index=[9, 8, 7, 6, 5])
    second = pd.Series([1, 0, 1, 0, 0], dtype="Int64")
    assert cohen_kappa(first, second).estimate == pytest.approx(0.5)
    assert cohen_kappa(first, second).n_cases == 4
