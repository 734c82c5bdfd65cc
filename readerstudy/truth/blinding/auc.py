"""How well one number tells two arms apart: the area under the ROC curve, with images clustered by patient.

Estimate and variance after DeLong et al. (Biometrics 1988), for clustered images after Obuchowski
(Biometrics 1997); the interval is taken on the logit scale. Positive means synthetic: an area above one half
says that the synthetic images have the larger values.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

LEVEL = 0.95
METHOD = "DeLong, clustered (Obuchowski 1997), logit"
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Shuffles = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Area:
    estimate: float
    low: float
    high: float

    @property
    def apart(self) -> float:
        """The distance from chance, whichever arm has the larger values: 0.5 to 1."""
        return max(self.estimate, 1 - self.estimate)

    @property
    def excludes_chance(self) -> bool:
        return self.low > 0.5 or self.high < 0.5

    def as_dict(self) -> dict[str, object]:
        return {
            "estimate": self.estimate,
            "low": self.low,
            "high": self.high,
            "level": LEVEL,
            "method": METHOD,
        }


@dataclass(frozen=True, kw_only=True)
class Arms:
    """Which images are synthetic, and which belong together. A patient in both arms counts in each."""

    synthetic: NDArray[np.bool_]
    cluster: Integers

    @classmethod
    def of(cls, real_groups: list[str], synthetic_groups: list[str]) -> "Arms":
        names: dict[str, int] = {}
        labels = [
            f"{arm} {group or number}" if group else f"{arm} alone {number}"
            for arm, groups in enumerate((real_groups, synthetic_groups))
            for number, group in enumerate(groups)
        ]
        cluster = np.array([names.setdefault(label, len(names)) for label in labels], dtype=np.int64)
        synthetic = np.arange(len(labels)) >= len(real_groups)
        return cls(synthetic=synthetic, cluster=cluster)

    @property
    def cluster_is_synthetic(self) -> NDArray[np.bool_]:
        is_synthetic = np.zeros(int(self.cluster.max()) + 1, dtype=bool)
        is_synthetic[self.cluster] = self.synthetic
        return is_synthetic

    def shuffles(self, rng: np.random.Generator, count: int) -> Shuffles:
        """`count` × images: the arms dealt anew to whole clusters."""
        dealt = rng.permuted(np.tile(self.cluster_is_synthetic, (count, 1)), axis=1)
        return dealt[:, self.cluster]


def area(values: Floats, arms: Arms) -> Area:
    return areas_of(values[:, None], arms)[0]


def areas_of(columns: Floats, arms: Arms) -> list[Area]:
    """The area of each column of images × columns."""
    positive, negative = columns[arms.synthetic], columns[~arms.synthetic]
    m, n = len(positive), len(negative)
    pooled = rankdata(columns, axis=0)
    v10 = (pooled[arms.synthetic] - rankdata(positive, axis=0)) / n
    v01 = 1 - (pooled[~arms.synthetic] - rankdata(negative, axis=0)) / m
    estimates = v10.mean(axis=0)
    positives, negatives = arms.cluster[arms.synthetic], arms.cluster[~arms.synthetic]
    spread10, clusters10 = _clustered(v10 - estimates, positives)
    spread01, clusters01 = _clustered(v01 - estimates, negatives)
    variances = spread10 / m**2 + spread01 / n**2
    fewest = min(clusters10, clusters01)
    areas = []
    for estimate, variance in zip(estimates.tolist(), variances.tolist(), strict=True):
        low, high = _interval(estimate, variance, fewest)
        areas.append(Area(estimate=estimate, low=low, high=high))
    return areas


def _clustered(deviations: Floats, clusters: Integers) -> tuple[Floats, int]:
    """The variance of sums of deviations that belong together within clusters, and how many clusters."""
    names, index = np.unique(clusters, return_inverse=True)
    sums = np.zeros((len(names), deviations.shape[1]))
    np.add.at(sums, index, deviations)
    variance: Floats = (sums**2).sum(axis=0) * len(sums) / max(len(sums) - 1, 1)
    return variance, len(names)


def _interval(estimate: float, variance: float, clusters: int) -> tuple[float, float]:
    if min(estimate, 1 - estimate) < 1e-9:
        # Complete separation has no variance; the rule of three bounds what has not been seen.
        reach = min(3 / clusters, 0.75)
        return (1 - reach, 1.0) if estimate > 0.5 else (0.0, reach)
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    centre = np.log(estimate / (1 - estimate))
    width = z * np.sqrt(variance) / (estimate * (1 - estimate))
    low, high = 1 / (1 + np.exp(-(centre - width))), 1 / (1 + np.exp(-(centre + width)))
    return float(low), float(high)


def areas_of_shuffles(ranks: Floats, shuffles: Shuffles) -> Floats:
    """Shuffles × columns: the areas of columns of pooled ranks under each shuffle of the arms."""
    m = shuffles.sum(axis=1, keepdims=True).astype(np.float64)
    n = shuffles.shape[1] - m
    # Sums of at most 2,000 ranks and half ranks are exact in single precision, which halves the work.
    sums = (shuffles.astype(np.float32) @ ranks.astype(np.float32)).astype(np.float64)
    areas: Floats = (sums - m * (m + 1) / 2) / np.maximum(m * n, 1)
    return areas


def holm(p: Floats) -> Floats:
    """Holm's step-down correction (Scandinavian Journal of Statistics 1979)."""
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(steps, 1)
    return corrected
