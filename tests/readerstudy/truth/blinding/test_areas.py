"""The area under the curve, its interval and its correction agree with what is known."""

import numpy as np
import pytest

from readerstudy.truth.blinding.auc import Arms, Floats, area, areas_of_shuffles, holm
from readerstudy.truth.blinding.classifier import Separation, separate, spread_columns


def arms_of(m: int, n: int) -> Arms:
    return Arms.of([""] * m, [""] * n)


def separation(columns: Floats, arms: Arms) -> Separation:
    rng = np.random.default_rng(0)
    return separate(columns, arms, arms.shuffles(rng, 500), rng)


def test_the_area_and_its_variance_agree_with_a_hand_computation() -> None:
    """Real 1 2 3 4, synthetic 2 3 5: 9 of 12 pairs, ties as halves; DeLong's placements by hand."""
    values = np.array([1.0, 2, 3, 4, 2, 3, 5])
    found = area(values, arms_of(4, 3))
    v10 = np.array([1.5, 2.5, 4]) / 4
    v01 = np.array([3, 2.5, 1.5, 1]) / 3
    assert found.estimate == pytest.approx(8 / 12)
    variance = v10.var(ddof=1) / 3 + v01.var(ddof=1) / 4
    logit = np.log(found.estimate / (1 - found.estimate))
    width = 1.959964 * np.sqrt(variance) / (found.estimate * (1 - found.estimate))
    assert found.low == pytest.approx(1 / (1 + np.exp(width - logit)), abs=1e-6)
    assert found.high == pytest.approx(1 / (1 + np.exp(-width - logit)), abs=1e-6)


def test_complete_separation_keeps_an_interval() -> None:
    found = area(np.arange(20.0), arms_of(10, 10))
    assert (found.estimate, found.low, found.high) == (1.0, 0.7, 1.0)
    assert area(-np.arange(20.0), arms_of(10, 10)).high == pytest.approx(0.3)


def test_copies_of_an_image_in_one_cluster_add_no_certainty() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=40)
    single = area(values, arms_of(20, 20))
    names = [f"P{n}" for n in range(20)]
    tripled = area(
        np.concatenate([np.repeat(values[:20], 3), np.repeat(values[20:], 3)]),
        Arms.of([name for name in names for _ in range(3)], [name for name in names for _ in range(3)]),
    )
    assert tripled.estimate == pytest.approx(single.estimate)
    assert (tripled.low, tripled.high) == pytest.approx((single.low, single.high))


def test_shuffles_deal_whole_clusters() -> None:
    arms = Arms.of(["a", "a", "b", ""], ["c", "c", "", ""])
    shuffles = arms.shuffles(np.random.default_rng(1), 50)
    assert (shuffles[:, 0] == shuffles[:, 1]).all()
    assert (shuffles[:, 4] == shuffles[:, 5]).all()
    dealt = shuffles[:, [0, 2, 3, 4, 6, 7]].sum(axis=1)
    assert (dealt == 3).all()


def test_shuffled_areas_are_areas() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(size=(30, 2))
    arms = arms_of(15, 15)
    ranks = (values.argsort(axis=0).argsort(axis=0) + 1).astype(np.float64)
    found = areas_of_shuffles(ranks, arms.synthetic[None, :])
    assert found[0] == pytest.approx([area(column, arms).estimate for column in values.T])


def test_holm_agrees_with_a_hand_computation() -> None:
    corrected = holm(np.array([0.01, 0.04, 0.03, 0.5]))
    assert corrected == pytest.approx([0.04, 0.09, 0.09, 0.5])


def test_the_classifier_sees_an_arm_that_only_scatters_more() -> None:
    rng = np.random.default_rng(3)
    columns = np.concatenate([rng.normal(0, 1, (60, 4)), rng.normal(0, 3, (60, 4))])
    found = separation(spread_columns(columns), arms_of(60, 60))
    assert found.auc.low > 0.7
    assert found.p < 0.01


def test_the_classifier_makes_nothing_of_columns_that_do_not_vary() -> None:
    found = separation(np.ones((20, 3)), arms_of(10, 10))
    assert (found.auc.estimate, found.p) == (0.5, 1.0)
