"""Signed-rank tests, against R's wilcox.test, exactRankTests and coin, and by full enumeration."""

import itertools

import numpy as np
import pytest

from analysis import errors
from analysis.ranks.location import hodges_lehmann
from analysis.ranks.signed import sign_test, signed_rank
from tests.analysis.oracles import r, r_names

WAYS = {
    "asymptotic": ("wilcoxon-asymptotic", "two-sided"),
    "corrected": ("wilcoxon-asymptotic-corrected", "two-sided"),
    "corrected_greater": ("wilcoxon-asymptotic-corrected", "greater"),
    "exact": ("wilcoxon-exact", "two-sided"),
    "exact_greater": ("wilcoxon-exact", "greater"),
    "coin_exact": ("wilcoxon-exact", "two-sided"),
    "pratt": ("wilcoxon-pratt", "two-sided"),
    "pratt_exact": ("wilcoxon-pratt-exact", "two-sided"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", r_names("signed rank"))
def test_every_method_equals_r(name, way):
    data, value = r(name)
    method, alternative = WAYS[way]
    found = signed_rank(data["d"], method=method, alternative=alternative)
    assert found.p == pytest.approx(value[way], rel=1e-10)
    assert found.method == method
    if way == "pratt":
        assert abs(found.z) == pytest.approx(abs(value["pratt_z"]), rel=1e-10)


@pytest.mark.parametrize("name", r_names("signed rank"))
def test_the_statistic_is_the_v_of_r(name):
    data, value = r(name)
    assert signed_rank(data["d"]).statistic == value["v"]


@pytest.mark.parametrize("method", ["wilcoxon-exact", "wilcoxon-pratt-exact"])
def test_the_exact_distribution_is_the_enumeration_of_all_signs(method):
    d = np.array([1, 1, -2, 3, 3, 0, -3, 4, 2])
    found = signed_rank(d, method=method)
    kept = d if "pratt" in method else d[d != 0]
    magnitudes = np.abs(kept)
    ranks = np.array([(magnitudes < m).sum() + ((magnitudes == m).sum() + 1) / 2 for m in magnitudes])
    ranks = ranks[kept != 0]
    sums = np.array([np.dot(signs, ranks) for signs in itertools.product([0, 1], repeat=len(ranks))])
    seen = ranks[kept[kept != 0] > 0].sum()
    by_hand = (np.abs(sums - sums.mean()) >= abs(seen - sums.mean()) - 1e-9).mean()
    assert found.p == pytest.approx(by_hand, rel=1e-12)


def test_ties_that_floats_break_are_mended():
    sums = np.array([[1329, 1291], [1303, 1265], [1310, 1348], [1328, 1304]])
    means = sums / 400
    assert (
        len(set(np.abs(means[:, 0] - means[:, 1]))) > 2
    )  # floats see more sizes of difference than there are
    from_means, from_sums = signed_rank(means[:, 0], means[:, 1]), signed_rank(sums[:, 0], sums[:, 1])
    assert from_means.n_tied == from_sums.n_tied == 3
    assert from_means.p == from_sums.p


def test_zeros_and_missing_pairs_are_counted():
    found = signed_rank([1, 2, np.nan, 4, 5], [1, 1, 1, np.nan, 1])
    assert (found.n, found.n_zero, found.n_missing) == (2, 1, 2)


def test_differences_that_are_all_zero_have_no_test_but_a_reason():
    found = signed_rank([2, 2], [2, 2])
    assert found.p is None
    assert found.reason == "Every difference is zero, so there is nothing to rank."


def test_the_rank_biserial_correlation_is_one_when_all_rise():
    assert signed_rank([3, 4, 5], [1, 2, 1]).rank_biserial == 1
    assert signed_rank([3, 4, 1], [1, 2, 5]).rank_biserial == pytest.approx(0.0)


def test_an_unknown_method_names_the_known_ones():
    with pytest.raises(errors.UnknownChoiceError, match="wilcoxon-pratt"):
        signed_rank([1, 2], method="exact")


def test_too_many_differences_to_enumerate_are_refused_with_the_remedy():
    with pytest.raises(errors.TooLargeError, match="asymptotic"):
        signed_rank(np.arange(1, 2000), method="wilcoxon-exact")


def test_the_hodges_lehmann_interval_equals_r():
    data, value = r("hodges-lehmann paired")
    found = hodges_lehmann(data["d"])
    assert [found.estimate, found.low, found.high] == pytest.approx([value["estimate"], *value["interval"]])
    assert found.level_reached == pytest.approx(1 - 2 * 10 / 512)  # P(T+ <= 5) = 10/512


def test_hodges_lehmann_counts_repeated_values_as_often_as_they_occur():
    d = np.random.default_rng(1).integers(-2, 3, 40)
    averages = np.sort([(d[i] + d[j]) / 2 for i in range(40) for j in range(i, 40)])
    assert hodges_lehmann(d).estimate == np.median(averages)


def test_few_differences_cannot_reach_the_level_and_it_is_said():
    found = hodges_lehmann([1, 2, 3])
    assert (found.low, found.high) == (1, 3)
    assert found.level_reached == pytest.approx(0.75)
    assert "cannot reach" in found.reason


def test_the_sign_test_is_binomial():
    assert sign_test([1, 2, 3, 4, 5, -1, 0]).p == pytest.approx(2 * 7 / 64)
