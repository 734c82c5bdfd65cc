import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, cohen_kappa_score, roc_auc_score
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar
from statsmodels.stats.multitest import multipletests

from generation.evidence.comparison import (
    auc,
    balanced_accuracy,
    confusion,
    holm,
    mcnemar,
    paired_bootstrap,
    quadratic_kappa,
    recalls,
)


def test_holm_is_that_of_statsmodels():
    p = np.array([0.04, 0.001, 0.2, 0.03, 0.03])
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])


def test_accuracy_recall_and_kappa_are_those_of_scikit_learn():
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 5, 200)
    called = np.clip(truth + rng.integers(-1, 2, 200), 0, 4)
    table = confusion(truth, called, 5)
    assert balanced_accuracy(table) == pytest.approx(balanced_accuracy_score(truth, called))
    assert quadratic_kappa(table) == pytest.approx(cohen_kappa_score(truth, called, weights="quadratic"))
    assert recalls(table)[2] == pytest.approx(np.mean(called[truth == 2] == 2))


def test_a_class_without_images_has_no_recall_and_does_not_count():
    table = confusion(np.array([0, 0, 2]), np.array([0, 1, 2]), 3)
    assert np.isnan(recalls(table)[1])
    assert balanced_accuracy(table) == pytest.approx(0.75)


def test_mcnemar_is_the_exact_one_of_statsmodels():
    rng = np.random.default_rng(5)
    first, second = rng.random(80) < 0.6, rng.random(80) < 0.75
    table = [
        [np.sum(first & second), np.sum(first & ~second)],
        [np.sum(~first & second), np.sum(~first & ~second)],
    ]
    only_first, only_second, p = mcnemar(first, second)
    assert (only_first, only_second) == (table[0][1], table[1][0])
    assert p == pytest.approx(statsmodels_mcnemar(table, exact=True).pvalue)


def test_two_classifiers_that_agree_everywhere_do_not_differ():
    right = np.ones(10, bool)
    assert mcnemar(right, right) == (0, 0, 1.0)


def test_the_area_is_that_of_scikit_learn_and_its_interval_holds_it():
    rng = np.random.default_rng(9)
    truth = rng.integers(0, 2, 150)
    score = np.round(truth + rng.normal(0, 1.2, 150), 1)
    found = auc(truth, score)
    assert found.estimate == pytest.approx(roc_auc_score(truth, score))
    assert found.low < found.estimate < found.high


def test_the_variance_of_the_area_is_delongs_sum_over_placements():
    # positives 3, 1; negatives 2, 0: placements of positives 1, ½; of negatives ½, 1 → s² = 1/8 each
    found = auc(np.array([1, 1, 0, 0]), np.array([3.0, 1.0, 2.0, 0.0]), level=0.5)
    half_width = 0.6744897501960817 * np.sqrt(0.125 / 2 + 0.125 / 2)
    assert found.estimate == 0.75
    assert found.estimate - found.low == pytest.approx(half_width)


def test_a_paired_bootstrap_sees_a_classifier_that_is_better_on_the_same_patients():
    truth = np.tile(np.arange(3), 60)
    rng = np.random.default_rng(0)
    worse = np.stack([np.where(rng.random(180) < 0.5, truth, (truth + 1) % 3) for _ in range(3)])
    better = np.stack([np.where(rng.random(180) < 0.8, truth, (truth + 1) % 3) for _ in range(3)])
    gain, p = paired_bootstrap(
        truth, worse, better, 3, np.arange(180) // 2, replicates=200, level=0.95, seed=1
    )
    assert gain.estimate == pytest.approx(0.3, abs=0.06)
    assert gain.low > 0
    assert p < 0.05


def test_a_paired_bootstrap_of_a_classifier_with_itself_finds_nothing():
    truth = np.tile(np.arange(3), 20)
    called = truth[None, ::-1]
    gain, p = paired_bootstrap(truth, called, called, 3, np.arange(60), replicates=50, level=0.95, seed=1)
    assert (gain.estimate, gain.low, gain.high, p) == (0, 0, 0, 1)
