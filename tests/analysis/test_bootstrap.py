"""The two-way bootstrap counts by matrix products what loops would count one by one."""

import numpy as np
import pytest

from analysis import bootstrap
from analysis.agreement.chance import fleiss_kappa
from analysis.bootstrap import bootstrap_fleiss, bootstrap_mean
from analysis.crossed import crossed_mean


def draws(seed, size, readers, cases):
    rng = np.random.default_rng(seed)
    return bootstrap._draws(rng, size, readers), bootstrap._draws(rng, size, cases)


def kappa_by_loops(table, by_reader, by_case):
    agreement = with_pair = answered = 0.0
    shares = dict.fromkeys(np.unique(table[np.isfinite(table)]), 0.0)
    for j, often in enumerate(by_case):
        seen = [i for i in range(len(table)) if np.isfinite(table[i, j])]
        n = sum(by_reader[i] for i in seen)
        pairs = [(i, k) for i in seen for k in seen if i != k]
        size = sum(by_reader[i] * by_reader[k] for i, k in pairs)
        if size > 0:
            same = sum(by_reader[i] * by_reader[k] for i, k in pairs if table[i, j] == table[k, j])
            agreement += often * same / size
            with_pair += often
        if n > 0:
            answered += often
            for i in seen:
                shares[table[i, j]] += often * by_reader[i] / n
    expected = sum((share / answered) ** 2 for share in shares.values())
    return (agreement / with_pair - expected) / (1 - expected)


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_each_replicate_of_kappa_is_what_loops_over_pairs_give(missing):
    rng = np.random.default_rng(1)
    table = rng.integers(1, 4, (6, 15)).astype(float)
    table[rng.random(table.shape) < missing] = np.nan
    found = bootstrap_fleiss(table, replicates=20, rng=np.random.default_rng(5))
    by_reader, by_case = draws(5, 20, 6, 15)
    loops = [kappa_by_loops(table, r, c) for r, c in zip(by_reader, by_case, strict=True)]
    assert found.replicates == pytest.approx(loops, abs=2e-6)
    assert found.estimate == pytest.approx(fleiss_kappa(table).estimate, rel=1e-12)


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_each_replicate_of_the_mean_is_a_doubly_weighted_mean(missing):
    rng = np.random.default_rng(2)
    table = rng.random((5, 12))
    table[rng.random(table.shape) < missing] = np.nan
    found = bootstrap_mean(table, replicates=9, rng=np.random.default_rng(7))
    by_reader, by_case = draws(7, 9, 5, 12)
    weight = by_reader[:, :, None] * by_case[:, None, :] * np.isfinite(table)
    by_hand = (weight * np.nan_to_num(table)).sum(axis=(1, 2)) / weight.sum(axis=(1, 2))
    assert found.replicates == pytest.approx(by_hand, rel=1e-5)


def test_the_bootstrap_is_somewhat_wider_than_the_crossed_interval():
    rng = np.random.default_rng(3)
    table = (rng.random((10, 80)) < rng.normal(0.4, 0.1, (10, 1))).astype(float)
    found = bootstrap_mean(table, rng=np.random.default_rng(4))
    assert 1.0 < found.se / crossed_mean(table).se < 1.6
    assert found.low < found.estimate < found.high


def test_the_same_seed_gives_the_same_interval():
    table = np.random.default_rng(6).integers(0, 3, (5, 20))
    first, second = (bootstrap_fleiss(table, replicates=300, rng=np.random.default_rng(8)) for _ in range(2))
    assert (first.low, first.high) == (second.low, second.high)


def test_unanimous_readers_have_no_bootstrap_but_a_reason():
    found = bootstrap_fleiss(np.ones((4, 6)), replicates=50, rng=np.random.default_rng(9))
    assert found.estimate is None
    assert found.low is None
    assert "one category" in found.reason


def test_replicates_without_a_kappa_are_counted():
    table = np.ones((3, 6))
    table[0, 0] = 2
    found = bootstrap_fleiss(table, replicates=200, rng=np.random.default_rng(10))
    assert found.n_undefined > 0
    assert len(found.replicates) + found.n_undefined == 200


def test_a_large_constant_moves_the_interval_and_changes_it_in_no_other_way():
    table = np.random.default_rng(1).normal(size=(4, 10))
    found, moved = (bootstrap_mean(t, rng=np.random.default_rng(2)) for t in (table, table + 1e8))
    assert (moved.low - 1e8, moved.high - 1e8) == pytest.approx((found.low, found.high), abs=1e-6)
