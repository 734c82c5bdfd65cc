"""Distances between two clouds of features, and the inception score."""

import numpy as np

from generation.evidence.interval import Floats


def _moments(features: Floats, weights: Floats | None) -> tuple[Floats, Floats]:
    """The mean, and rows whose cross product is the covariance."""
    counts = np.ones(len(features)) if weights is None else weights
    total = counts.sum()
    mean = counts @ features / total
    rows = (features - mean) * np.sqrt(counts / (total - 1))[:, None]
    return mean, rows


def frechet(
    first: Floats, second: Floats, first_weights: Floats | None = None, second_weights: Floats | None = None
) -> float:
    """Heusel et al. 2017, eq. 6: |μ₁-μ₂|² + tr(Σ₁ + Σ₂ - 2 (Σ₁Σ₂)^½).

    With Σ = AᵀA the last trace is the sum of the singular values of A₁A₂ᵀ, which stays exact and real
    where the covariance has not full rank.
    """
    mean_a, rows_a = _moments(first, first_weights)
    mean_b, rows_b = _moments(second, second_weights)
    if min(len(first), len(second)) < first.shape[1]:
        cross = np.linalg.svd(rows_a @ rows_b.T, compute_uv=False).sum()
    else:
        cross = _trace_of_root(rows_a.T @ rows_a, rows_b.T @ rows_b)
    gap = mean_a - mean_b
    return float(gap @ gap + np.square(rows_a).sum() + np.square(rows_b).sum() - 2 * cross)


def _trace_of_root(first: Floats, second: Floats) -> float:
    values, vectors = np.linalg.eigh(first)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    return float(np.sqrt(np.linalg.eigvalsh(root @ second @ root).clip(0)).sum())


def cubic_kernel(first: Floats, second: Floats) -> Floats:
    """Binkowski et al. 2018, section 4: (x·y / d + 1)³."""
    kernel: Floats = (first @ second.T / first.shape[1] + 1) ** 3
    return kernel


class KernelDistance:
    """KID: the unbiased squared maximum mean discrepancy, its kernels kept for resampling."""

    def __init__(self, first: Floats, second: Floats) -> None:
        self.within_first = cubic_kernel(first, first)
        self.within_second = cubic_kernel(second, second)
        self.between = cubic_kernel(first, second)

    def estimate(self, first: Floats | None = None, second: Floats | None = None) -> float:
        """Binkowski et al. 2018, eq. 4; with weights, an image never meets a copy of itself."""
        a = np.ones(len(self.within_first)) if first is None else first
        b = np.ones(len(self.within_second)) if second is None else second
        between = float(a @ self.between @ b / (a.sum() * b.sum()))
        return _mean_of_pairs(self.within_first, a) + _mean_of_pairs(self.within_second, b) - 2 * between


def _mean_of_pairs(kernel: Floats, weights: Floats) -> float:
    own = np.square(weights)
    pairs = weights.sum() ** 2 - own.sum()
    return float((weights @ kernel @ weights - own @ np.diagonal(kernel)) / pairs)


def class_score(probabilities: Floats, weights: Floats | None = None) -> float:
    """Salimans et al. 2016: exp(E KL(p(y|x) ‖ p(y))); 1 says that the images agree on nothing new."""
    share = np.full(len(probabilities), 1 / len(probabilities))
    if weights is not None:
        share = weights / weights.sum()
    safe = probabilities.clip(1e-12)
    marginal = share @ safe
    divergence = (safe * np.log(safe / marginal)).sum(1)
    return float(np.exp(share @ divergence))
