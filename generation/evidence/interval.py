"""An estimate with its uncertainty, and the resampling behind it."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Interval:
    estimate: float
    low: float
    high: float
    level: float
    method: str

    def text(self, digits: int = 3) -> str:
        return f"{self.estimate:.{digits}f} ({self.low:.{digits}f} to {self.high:.{digits}f})"


def recentred(estimate: float, replicates: Floats, level: float, method: str) -> Interval:
    """Bootstrap percentiles, moved so that their median lies on the estimate.

    A resample holds copies, so a distance computed from it is biased upwards once more: plain percentiles
    of a Fréchet distance often lie above the estimate altogether.
    """
    tail = (1 - level) / 2
    low, middle, high = np.quantile(replicates, [tail, 0.5, 1 - tail])
    return Interval(
        estimate=estimate,
        low=float(estimate + low - middle),
        high=float(estimate + high - middle),
        level=level,
        method=method,
    )


def within(interval: Interval, low: float, high: float) -> Interval:
    """A share cannot lie outside 0 to 1, whatever recentring says."""
    return replace(interval, low=max(low, interval.low), high=min(high, interval.high))


def spread(values: Floats, level: float, method: str) -> Interval:
    """The mean of repeated measurements with the central part of their distribution."""
    tail = (1 - level) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return Interval(
        estimate=float(values.mean()), low=float(low), high=float(high), level=level, method=method
    )


def clusters_of(patients: NDArray[Any] | None, n: int) -> Ints:
    """One number a patient; without patients, every image stands for itself."""
    if patients is None:
        return np.arange(n)
    return np.unique(patients, return_inverse=True)[1].astype(np.int64)


def resample_weights(clusters: Ints, rng: np.random.Generator) -> Floats:
    """How often each image appears in one bootstrap sample that draws whole clusters."""
    codes = np.unique(clusters, return_inverse=True)[1]
    count = int(codes.max()) + 1
    drawn = np.bincount(rng.integers(count, size=count), minlength=count)
    return drawn[codes].astype(np.float64)


def disjoint_halves(clusters: Ints, n: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Two sets of n images that share no cluster."""
    order = np.argsort(rng.permutation(int(clusters.max()) + 1)[clusters], kind="stable")
    first = order[:n]
    rest = order[n:]
    rest = rest[~np.isin(clusters[rest], clusters[first])]
    return first, rest[:n]


def largest_half(clusters: Ints) -> int:
    """The most images that two cluster-disjoint sets can surely hold each."""
    return int(len(clusters) - np.bincount(clusters).max() + 1) // 2
