import math

import numpy as np
import pytest

from generation.evidence.similarity import structural_similarity


def _by_hand(first: np.ndarray, second: np.ndarray) -> float:
    """Wang et al. 2004, written out: an 11 x 11 Gaussian window of 1.5 px at every place where it fits."""
    window = np.array(
        [[math.exp(-((x - 5) ** 2 + (y - 5) ** 2) / (2 * 1.5**2)) for x in range(11)] for y in range(11)]
    )
    window /= window.sum()
    found = []
    for top in range(first.shape[0] - 10):
        for left in range(first.shape[1] - 10):
            a, b = first[top : top + 11, left : left + 11], second[top : top + 11, left : left + 11]
            mean_a, mean_b = (window * a).sum(), (window * b).sum()
            var_a, var_b = (window * (a - mean_a) ** 2).sum(), (window * (b - mean_b) ** 2).sum()
            both = (window * (a - mean_a) * (b - mean_b)).sum()
            found.append(
                (2 * mean_a * mean_b + 1e-4)
                * (2 * both + 9e-4)
                / ((mean_a**2 + mean_b**2 + 1e-4) * (var_a + var_b + 9e-4))
            )
    return float(np.mean(found))


def test_structural_similarity_is_wangs_formula_written_out():
    rng = np.random.default_rng(0)
    first = rng.random((2, 16, 14)).astype(np.float32)
    second = (0.6 * first + 0.4 * rng.random((2, 16, 14))).astype(np.float32)
    expected = [_by_hand(a.astype(float), b.astype(float)) for a, b in zip(first, second, strict=True)]
    assert structural_similarity(first, second) == pytest.approx(expected, abs=1e-4)


def test_an_image_is_wholly_similar_to_itself_and_less_to_its_negative():
    image = np.random.default_rng(1).random((1, 32, 32)).astype(np.float32)
    assert structural_similarity(image, image)[0] == pytest.approx(1, abs=1e-5)
    assert structural_similarity(image, 1 - image)[0] < 0
