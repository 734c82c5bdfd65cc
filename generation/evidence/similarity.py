"""Structural similarity of image pairs, many at a time."""

import numpy as np
from numpy.typing import NDArray

Batch = NDArray[np.float32]

SIGMA_PX = 1.5
RADIUS_PX = 5
C1, C2 = 0.01**2, 0.03**2


def _kernel() -> Batch:
    offsets = np.arange(-RADIUS_PX, RADIUS_PX + 1)
    weights = np.exp(-(offsets**2) / (2 * SIGMA_PX**2))
    return np.asarray(weights / weights.sum(), np.float32)


def _blur_matrix(length: int) -> Batch:
    """Gaussian windows that lie wholly inside, as rows: blurring is then two matrix products."""
    kernel = _kernel()
    inside = length - 2 * RADIUS_PX
    matrix = np.zeros((inside, length), np.float32)
    for row in range(inside):
        matrix[row, row : row + len(kernel)] = kernel
    return matrix


def structural_similarity(first: Batch, second: Batch) -> NDArray[np.float64]:
    """Wang et al. 2004, eq. 13, on images in [0, 1]: Gaussian window of 1.5 px, cut at 11 x 11."""
    rows, columns = _blur_matrix(first.shape[1]), _blur_matrix(first.shape[2]).T

    def blur(images: Batch) -> Batch:
        blurred: Batch = rows @ (images @ columns)
        return blurred

    mean_a, mean_b = blur(first), blur(second)
    variance_a = blur(first * first) - mean_a * mean_a
    variance_b = blur(second * second) - mean_b * mean_b
    covariance = blur(first * second) - mean_a * mean_b
    likeness = (2 * mean_a * mean_b + C1) * (2 * covariance + C2)
    likeness /= (mean_a * mean_a + mean_b * mean_b + C1) * (variance_a + variance_b + C2)
    found: NDArray[np.float64] = likeness.mean((1, 2), dtype=np.float64)
    return found
