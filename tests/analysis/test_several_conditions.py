"""Friedman, Kruskal-Wallis, Cochran, paired tables and adjusted p-values, against R and coin."""

import numpy as np
import pytest
from scipy import stats

from analysis import errors
from analysis.ranks.equivalence import tost_independent, tost_paired
from analysis.ranks.multiplicity import adjusted
from analysis.ranks.paired_tables import bowker, mcnemar, stuart_maxwell
from analysis.ranks.several import cochran_q, friedman, kruskal
from tests.analysis.oracles import r, r_names


@pytest.mark.parametrize("name", r_names("friedman"))
def test_friedman_equals_r(name):
    data, value = r(name)
    found = friedman(data["table"])
    assert [found.statistic, found.p] == pytest.approx([value["statistic"], value["p"]], rel=1e-10)
    chi2, b, k = value["statistic"], len(data["table"]), len(data["table"][0])
    assert found.f == pytest.approx((b - 1) * chi2 / (b * (k - 1) - chi2), rel=1e-10)


@pytest.mark.parametrize("name", r_names("kruskal"))
def test_kruskal_equals_r(name):
    data, value = r(name)
    found = kruskal(data["groups"])
    assert [found.statistic, found.p] == pytest.approx([value["statistic"], value["p"]], rel=1e-10)


@pytest.mark.parametrize("name", r_names("cochran"))
def test_cochrans_q_equals_coin(name):
    data, value = r(name)
    found = cochran_q(data["table"])
    assert [found.statistic, found.p] == pytest.approx([value["statistic"], value["p"]], rel=1e-10)


@pytest.mark.parametrize("name", r_names("square table"))
def test_stuart_maxwell_and_bowker_equal_r(name):
    data, value = r(name)
    margins, symmetry = stuart_maxwell(data["table"]), bowker(data["table"])
    assert [margins.statistic, margins.p] == pytest.approx([value["stuart"], value["stuart_p"]], rel=1e-10)
    assert [symmetry.statistic, symmetry.p] == pytest.approx([value["bowker"], value["bowker_p"]], rel=1e-10)
    assert symmetry.df == value["bowker_df"]


def test_two_categories_make_stuart_maxwell_and_bowker_mcnemars():
    table = [[10, 7], [2, 20]]
    mcnemars = mcnemar(7, 2, method="mcnemar-asymptotic").statistic
    assert stuart_maxwell(table).statistic == pytest.approx(mcnemars)
    assert bowker(table).statistic == pytest.approx(mcnemars)


def test_a_category_that_never_differs_leaves_the_other_degrees_of_freedom():
    found = stuart_maxwell([[10, 7, 0], [2, 20, 0], [0, 0, 5]])
    assert found.df == 1
    assert found.statistic == pytest.approx(25 / 9)


def test_mcnemar_equals_r_by_each_method():
    data, value = r("mcnemar")
    b, c = data["b"], data["c"]
    assert mcnemar(b, c).p == pytest.approx(value["exact"], rel=1e-10)
    plain, corrected = (mcnemar(b, c, method=f"mcnemar-asymptotic{end}") for end in ("", "-corrected"))
    assert [plain.statistic, plain.p] == pytest.approx(
        [value["asymptotic"], value["asymptotic_p"]], rel=1e-10
    )
    assert [corrected.statistic, corrected.p] == pytest.approx(
        [value["corrected"], value["corrected_p"]], rel=1e-10
    )
    assert mcnemar(2, 9).p == pytest.approx(value["exact_small"], rel=1e-10)
    assert mcnemar(2, 9, method="mcnemar-mid-p").p == pytest.approx(value["mid_p_small"], rel=1e-10)


def test_equal_discordant_counts_have_a_mid_p_of_one():
    assert mcnemar(4, 4, method="mcnemar-mid-p").p == 1


@pytest.mark.parametrize("method", ["holm", "hochberg", "hommel", "bh", "bonferroni"])
@pytest.mark.parametrize("name", r_names("p.adjust"))
def test_adjusted_p_values_equal_r(name, method):
    data, value = r(name)
    assert adjusted(data["p"], method) == pytest.approx(value[method], rel=1e-12)


def test_a_test_without_a_p_value_does_not_count_in_its_family():
    assert adjusted([0.01, None, 0.04]) == pytest.approx([0.02, None, 0.04])
    assert adjusted([]) == []
    assert adjusted([None]) == [None]


def test_a_p_value_above_one_is_refused():
    with pytest.raises(errors.WrongProbabilityError):
        adjusted([0.1, 1.2])


@pytest.mark.parametrize(
    "found",
    [
        friedman(np.ones((4, 3))),
        kruskal([[1, 1], [1, 1, 1]]),
        cochran_q([[1, 1], [0, 0]]),
        stuart_maxwell([[3, 0], [0, 4]]),
        bowker([[3, 0], [0, 4]]),
        mcnemar(0, 0),
        mcnemar(0, 0, method="mcnemar-asymptotic"),
    ],
)
def test_nothing_that_differs_is_no_test_but_a_reason(found):
    assert found.p is None
    assert found.reason


def test_equivalence_equals_the_one_sided_t_tests_of_r():
    data, value = r("tost")
    paired, welch = (each(data["x"], data["y"], 0.5) for each in (tost_paired, tost_independent))
    assert [paired.p, welch.p] == pytest.approx([value["paired"], value["welch"]], rel=1e-10)
    assert [paired.low, paired.high] == pytest.approx(value["interval"], rel=1e-10)


def test_equivalence_of_pairs_is_two_one_sided_t_tests():
    rng = np.random.default_rng(1)
    first, second = rng.normal(0.05, 0.3, 20), rng.normal(0, 0.3, 20)
    found = tost_paired(first, second, 0.25)
    low = stats.ttest_1samp(first - second, -0.25, alternative="greater").pvalue
    high = stats.ttest_1samp(first - second, 0.25, alternative="less").pvalue
    assert [found.p_low, found.p_high] == pytest.approx([low, high], rel=1e-10)
    assert found.p == max(found.p_low, found.p_high)


def test_equivalence_of_groups_is_welchs():
    rng = np.random.default_rng(2)
    first, second = rng.normal(0.1, 0.3, 20), rng.normal(0, 0.6, 14)
    found = tost_independent(first, second, 0.25)
    low = stats.ttest_ind(first + 0.25, second, equal_var=False, alternative="greater").pvalue
    high = stats.ttest_ind(first - 0.25, second, equal_var=False, alternative="less").pvalue
    assert [found.p_low, found.p_high] == pytest.approx([low, high], rel=1e-10)


def test_constant_differences_have_no_equivalence_test_but_a_reason():
    found = tost_paired([2, 3], [1, 2], 0.5)
    assert found.p is found.within is None
    assert found.reason == "The differences do not vary."
