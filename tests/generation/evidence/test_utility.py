import numpy as np
import pytest

from generation.errors import DatasetError, RequestError
from generation.evidence.classifier import Recipe
from generation.evidence.utility import Judging, useful
from tests.generation.evidence.conftest import films

RECIPE = Recipe(size_px=16, steps=40, batch=24)
JUDGING = Judging(seeds=2, replicates=200)


@pytest.fixture(scope="module")
def found():
    noise = films(60, seed=5)
    shuffled = noise.labels["grade"][np.random.default_rng(0).permutation(60)]
    nonsense = noise.take(np.arange(60))
    nonsense.labels["grade"][:] = shuffled
    train, good = films(60, seed=1, patients="train"), films(60, seed=3)
    arms = {"real": [train], "real + good": [train, good], "nonsense only": [nonsense]}
    return useful(arms, films(60, seed=2, patients="test"), "grade", RECIPE, JUDGING)


def test_a_classifier_learns_from_images_whose_labels_are_right(found):
    arms = {arm.name: arm for arm in found.arms}
    assert arms["real"].balanced_accuracy.estimate > 0.7
    assert arms["nonsense only"].balanced_accuracy.estimate < 0.6


def test_every_arm_tells_its_size_its_recall_a_class_and_each_seed(found):
    assert [arm.n_train for arm in found.arms] == [60, 120, 60]
    for arm in found.arms:
        assert len(arm.recall) == len(found.classes) == 3
        assert len(arm.accuracy_by_seed) == found.seeds == 2
        assert arm.balanced_accuracy.estimate == pytest.approx(np.mean(arm.accuracy_by_seed))
        assert arm.balanced_accuracy.estimate == pytest.approx(np.mean(arm.recall))


def test_arms_are_compared_with_training_on_real_images_on_the_same_patients(found):
    by_name = {one.arm: one for one in found.against}
    assert set(by_name) == {"real + good", "nonsense only"}
    worse = by_name["nonsense only"]
    assert worse.gain.high < 0
    assert worse.p <= worse.p_holm < 0.05
    assert worse.only_real_right > worse.only_arm_right
    assert worse.mcnemar_p <= worse.mcnemar_p_holm < 0.05


def test_the_test_patients_may_not_be_trained_on():
    real = films(20, seed=1, patients="train")
    with pytest.raises(DatasetError, match="patients are in train and in train"):
        useful({"real": [real]}, real, "grade", RECIPE, JUDGING)


def test_a_test_set_of_one_class_is_refused():
    test = films(20, seed=2, patients="test", grades=1)
    with pytest.raises(DatasetError, match="all test images have the grade '0'"):
        useful({"real": [films(20, seed=1, patients="train")]}, test, "grade", RECIPE, JUDGING)


def test_an_arm_that_lacks_a_class_is_named():
    test, real = films(20, seed=2, patients="test"), films(20, seed=1, patients="train")
    with pytest.raises(DatasetError, match="the arm 'synthetic only' has no image of grade 1, 2"):
        useful(
            {"real": [real], "synthetic only": [films(20, seed=3, grades=1)]}, test, "grade", RECIPE, JUDGING
        )


def test_one_seed_is_refused_and_so_is_a_comparison_with_nothing():
    test, real = films(20, seed=2, patients="test"), films(20, seed=1, patients="train")
    with pytest.raises(RequestError, match="Ask for 2 or more"):
        useful({"real": [real]}, test, "grade", RECIPE, Judging(seeds=1))
    with pytest.raises(RequestError, match="has to be called 'real'"):
        useful({"synthetic only": [real]}, test, "grade", RECIPE, JUDGING)


def test_an_arm_is_the_same_twice():
    test, real = films(20, seed=2, patients="test"), films(20, seed=1, patients="train")
    short = Recipe(size_px=16, steps=3, batch=8)
    first, second = (useful({"real": [real]}, test, "grade", short, JUDGING) for _ in range(2))
    assert first == second
