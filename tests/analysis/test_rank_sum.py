"""Two independent groups: rank-sum tests and effect sizes, against wilcox.test, coin and exactRankTests."""

import numpy as np
import pytest
from scipy import stats

from analysis.ranks.location import hodges_lehmann_two_sample
from analysis.ranks.rank_sum import rank_sum
from analysis.ranks.superiority import a12, cliffs_delta, superiority_clustered, superiority_crossed
from tests.analysis.oracles import r, r_names

WAYS = {
    "asymptotic": ("rank-sum-asymptotic", "two-sided"),
    "corrected": ("rank-sum-asymptotic-corrected", "two-sided"),
    "coin_exact": ("rank-sum-exact", "two-sided"),
    "coin_exact_less": ("rank-sum-exact", "less"),
    "exact_ranktests": ("rank-sum-exact", "two-sided"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", r_names("rank sum"))
def test_every_method_equals_r(name, way):
    data, value = r(name)
    method, alternative = WAYS[way]
    found = rank_sum(data["x"], data["y"], method=method, alternative=alternative)
    assert found.p == pytest.approx(value[way], rel=1e-9)
    assert found.statistic == value["w"]


@pytest.mark.parametrize("name", r_names("rank sum"))
def test_swapping_the_groups_swaps_the_tails(name):
    data, _ = r(name)
    there = rank_sum(data["x"], data["y"], method="rank-sum-exact", alternative="greater")
    back = rank_sum(data["y"], data["x"], method="rank-sum-exact", alternative="less")
    assert there.p == pytest.approx(back.p, rel=1e-10)


def test_the_hodges_lehmann_shift_equals_r():
    data, value = r("hodges-lehmann two samples")
    found = hodges_lehmann_two_sample(data["x"], data["y"])
    assert [found.estimate, found.low, found.high] == pytest.approx([value["estimate"], *value["interval"]])


def test_equal_values_throughout_have_no_test_but_a_reason():
    found = rank_sum([2, 2], [2, 2, 2], method="rank-sum-exact")
    assert found.p is None
    assert found.reason


def test_cliffs_delta_by_hand():
    # dominance matrix of (1, 2, 4) over (1, 3): (0, -1), (1, -1), (1, 1)
    found = cliffs_delta([1, 2, 4], [1, 3])
    d = np.array([[0, -1], [1, -1], [1, 1]])
    rows, columns = d.mean(axis=1), d.mean(axis=0)
    variance = (
        4 * ((rows - 1 / 6) ** 2).sum() + 9 * ((columns - 1 / 6) ** 2).sum() - ((d - 1 / 6) ** 2).sum()
    ) / 12
    assert found.estimate == pytest.approx(1 / 6)
    assert found.se**2 == pytest.approx(variance)
    assert a12([1, 2, 4], [1, 3]).estimate == pytest.approx(7 / 12)


def test_cliffs_interval_by_its_formula():
    rng = np.random.default_rng(4)
    one, other = rng.integers(1, 5, 30), rng.integers(1, 4, 25)
    found = cliffs_delta(one, other)
    d, zs = found.estimate, stats.norm.ppf(0.975) * found.se
    reach = zs * np.sqrt((1 - d**2) ** 2 + zs**2)
    assert found.low == pytest.approx((d - d**3 - reach) / (1 - d**2 + zs**2))
    assert found.high == pytest.approx((d - d**3 + reach) / (1 - d**2 + zs**2))


def test_groups_that_do_not_overlap_have_a_delta_but_no_interval():
    found = cliffs_delta([5, 6, 7], [1, 2, 3])
    assert found.estimate == 1
    assert found.low is None
    assert found.reason


def test_clusters_of_one_give_delongs_variance_nearly():
    from analysis.roc.auc import empirical_auc

    rng = np.random.default_rng(5)
    one, other = rng.normal(1, 1, 40), rng.normal(0, 1, 30)
    found = superiority_clustered(one, other, np.arange(40), np.arange(100, 130))
    oracle = empirical_auc(np.concatenate([one, other]), np.repeat([1, 0], [40, 30]))
    assert found.estimate == pytest.approx(oracle.estimate)
    assert found.se == pytest.approx(oracle.se, rel=1e-10)


def test_copies_of_a_reader_do_not_narrow_the_clustered_interval():
    rng = np.random.default_rng(6)
    readers = np.repeat(np.arange(12), 5)
    one = rng.normal(0, 1, 60) + rng.normal(0, 1, 12)[readers]
    other = rng.normal(0, 1, 60) + rng.normal(0, 1, 12)[readers]
    single = superiority_clustered(one, other, readers, readers)
    copied = superiority_clustered(
        np.tile(one, 9), np.tile(other, 9), np.tile(readers, 9), np.tile(readers, 9)
    )
    assert copied.estimate == pytest.approx(single.estimate)
    assert copied.se == pytest.approx(single.se, rel=1e-9)


def test_paired_superiority_scores_wins_as_one_and_ties_as_half():
    found = superiority_crossed([[4, 3, 2], [4, 4, 1], [3, 3, 3]], [[3, 3, 3], [3, 4, 1], [1, 2, 3]])
    assert found.estimate == pytest.approx((1 + 0.5 + 0 + 1 + 0.5 + 0.5 + 1 + 1 + 0.5) / 9)
    assert found.inference == "random readers and cases"
    assert found.null == 0.5


@pytest.mark.parametrize("readers", [3, 8])
def test_the_clustered_interval_covers_with_few_readers(readers):
    # on the normal quantile it covers 82% and 92%
    rng = np.random.default_rng(11)
    reader = np.repeat(np.arange(readers), 20)
    covered = 0
    for _ in range(400):
        leniency, taste = rng.normal(0, 0.6, readers), rng.normal(0, 0.3, (2, readers))
        first, second = (leniency + own + rng.normal(0, 1, (20, readers)) for own in taste)
        found = superiority_clustered(first.T.ravel(), second.T.ravel(), reader, reader)
        covered += found.low <= 0.5 <= found.high
    assert 0.92 <= covered / 400 <= 0.98
