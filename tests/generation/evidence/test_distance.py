import numpy as np
import pytest
from scipy.linalg import sqrtm

from generation.evidence.distance import KernelDistance, class_score, frechet


@pytest.fixture
def clouds() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    mix = rng.normal(size=(6, 6))
    return rng.normal(size=(80, 6)) @ mix, rng.normal(0.4, 1.3, size=(60, 6))


def _textbook(first: np.ndarray, second: np.ndarray) -> float:
    a, b = np.cov(first, rowvar=False), np.cov(second, rowvar=False)
    gap = first.mean(0) - second.mean(0)
    return float(gap @ gap + np.trace(a + b - 2 * sqrtm(a @ b).real))


def test_the_frechet_distance_is_that_of_scipys_matrix_root(clouds):
    assert frechet(*clouds) == pytest.approx(_textbook(*clouds), rel=1e-9)


def test_the_frechet_distance_holds_with_fewer_images_than_features():
    rng = np.random.default_rng(3)
    mean = rng.normal(size=40)
    first, second = rng.normal(size=(12, 40)), mean + rng.normal(size=(9, 40))
    a, b = np.cov(first, rowvar=False), np.cov(second, rowvar=False)
    gap = first.mean(0) - second.mean(0)
    roots = np.sqrt(np.linalg.eigvals(a @ b).real.clip(0)).sum()
    assert frechet(first, second) == pytest.approx(gap @ gap + np.trace(a + b) - 2 * roots, rel=1e-6)


def test_a_set_has_no_frechet_distance_to_itself(clouds):
    assert frechet(clouds[0], clouds[0]) == pytest.approx(0, abs=1e-9)


def test_weights_count_an_image_as_often_as_they_say(clouds):
    first, second = clouds
    counts = np.random.default_rng(1).integers(0, 4, len(first)).astype(float)
    repeated = np.repeat(first, counts.astype(int), axis=0)
    assert frechet(first, second, counts) == pytest.approx(_textbook(repeated, second), rel=1e-9)


def test_the_kernel_distance_is_the_one_worked_out_by_hand():
    # (x·y / 1 + 1)³ on the line: x = 0, 1 and y = 1, 2
    first, second = np.array([[0.0], [1.0]]), np.array([[1.0], [2.0]])
    within_first = 1.0  # (0·1 + 1)³
    within_second = 27.0  # (1·2 + 1)³
    between = (1 + 1 + 8 + 27) / 4  # 0·1, 0·2, 1·1, 1·2
    assert KernelDistance(first, second).estimate() == pytest.approx(
        within_first + within_second - 2 * between
    )


def test_the_kernel_distance_between_samples_of_one_cloud_is_zero_on_average():
    rng = np.random.default_rng(0)
    found = [
        KernelDistance(rng.normal(size=(30, 4)), rng.normal(size=(30, 4))).estimate() for _ in range(400)
    ]
    assert np.mean(found) == pytest.approx(0, abs=3 * np.std(found) / 20)
    assert min(found) < 0


def test_a_resample_of_the_kernel_distance_never_compares_an_image_with_itself(clouds):
    first, second = clouds
    kernel = KernelDistance(first, second)
    doubled = kernel.estimate(np.full(len(first), 2.0), np.full(len(second), 2.0))
    assert doubled == pytest.approx(kernel.estimate(), rel=1e-9)


def test_the_class_score_counts_the_classes_that_are_sure_and_even():
    assert class_score(np.eye(5)[np.arange(50) % 5]) == pytest.approx(5)
    assert class_score(np.full((50, 5), 0.2)) == pytest.approx(1)
    assert class_score(np.eye(5)[np.zeros(50, int)]) == pytest.approx(1)
