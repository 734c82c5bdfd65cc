"""Variances by moments of a mean over readers and cases, for any pattern of who read what.

The square of a U-statistic's mean is a sum over pairs of its terms, which share readers and cases or not. The
mean over the pairs that share nothing is an unbiased estimate of the squared expectation, and what the square
exceeds it by is an unbiased estimate of the variance. Gallas (2006), "One-shot estimate of MRMC variance:
AUC"; Gallas, Bandos, Samuelson & Wagner (2009), "A framework for random-effects ROC analysis: biases with the
bootstrap and other variance estimators"; degrees of freedom as in the FDA's iMRMC.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.arrays import Floats


@dataclass(frozen=True)
class Kind:
    """A U-statistic: what its terms can share, in the order of the moments.

    Attributes
    ----------
    exclude
        From sums over pairs that share at least something to sums over those that share that alone.
    contrast
        From moments to components.
    sources
        The components, with the moments in whose weights each counts.
    main
        The components of readers and of cases, which have degrees of freedom.
    """

    exclude: Floats
    contrast: Floats
    sources: dict[str, tuple[int, ...]]
    main: tuple[str, ...]


# moments 1 to 8: the same reader in 1 to 4, the same positive case in 1, 2, 5, 6, the same negative one in
# 1, 3, 5, 7
AUC = Kind(
    exclude=np.array(
        [
            [1, 0, 0, 0, 0, 0, 0, 0],
            [-1, 1, 0, 0, 0, 0, 0, 0],
            [-1, 0, 1, 0, 0, 0, 0, 0],
            [1, -1, -1, 1, 0, 0, 0, 0],
            [-1, 0, 0, 0, 1, 0, 0, 0],
            [1, -1, 0, 0, -1, 1, 0, 0],
            [1, 0, -1, 0, -1, 0, 1, 0],
            [-1, 1, 1, -1, 1, -1, -1, 1],
        ],
        dtype=float,
    ),
    contrast=np.array(
        [
            [0, 0, 0, 0, 0, 0, 1, -1],
            [0, 0, 0, 0, 0, 1, 0, -1],
            [0, 0, 0, 0, 1, -1, -1, 1],
            [0, 0, 0, 1, 0, 0, 0, -1],
            [0, 0, 1, -1, 0, 0, -1, 1],
            [0, 1, 0, -1, 0, -1, 0, 1],
            [1, -1, -1, 1, -1, 1, 1, -1],
        ],
        dtype=float,
    ),
    sources={
        "negative": (0, 2, 4, 6),
        "positive": (0, 1, 4, 5),
        "negative x positive": (0, 4),
        "reader": (0, 1, 2, 3),
        "reader x negative": (0, 2),
        "reader x positive": (0, 1),
        "reader x negative x positive": (0,),
    },
    main=("negative", "positive", "reader"),
)

# moments 1 to 4: the same reader and case, the same reader, the same case, neither
MEAN = Kind(
    exclude=np.array([[1, 0, 0, 0], [-1, 1, 0, 0], [-1, 0, 1, 0], [1, -1, -1, 1]], dtype=float),
    contrast=np.array([[0, 0, 1, -1], [0, 1, 0, -1], [1, -1, -1, 1]], dtype=float),
    sources={"case": (0, 2), "reader": (0, 1), "reader x case": (0,)},
    main=("case", "reader"),
)


@dataclass(frozen=True)
class Moments:
    """Moments, weights and components of one variance or covariance; `biased` are those of plain means."""

    kind: Kind
    moments: Floats
    biased: Floats
    coefficients: Floats

    @classmethod
    def of(cls, kind: Kind, success: Floats, pairs: Floats, terms: float) -> "Moments":
        """Take sums over pairs of terms that share at least something: of products, and of pairs."""
        alone_success, alone_pairs = kind.exclude @ success, kind.exclude @ pairs
        # whole numbers of pairs: what is left below one half is rounding
        counted = np.abs(alone_pairs) > 0.5
        moments = np.where(counted, alone_success / np.where(counted, alone_pairs, 1.0), 0.0)
        biased = np.where(pairs > 0.5, success / np.where(pairs > 0.5, pairs, 1.0), 0.0)
        coefficients = np.where(counted, alone_pairs, 0.0) / terms
        coefficients[-1] -= 1.0
        return cls(kind, moments, biased, coefficients)

    @property
    def covariance(self) -> float:
        """Unbiased; it may be below zero."""
        return float(self.coefficients @ self.moments)

    @property
    def biased_covariance(self) -> float:
        return float(self.coefficients @ self.biased)

    @property
    def weights(self) -> Floats:
        return np.array([self.coefficients[list(places)].sum() for places in self.kind.sources.values()])

    def components(self, *, biased: bool = False) -> Floats:
        """Components of variance; zero where two conditions have nothing of a kind in common."""
        found = self.kind.contrast @ (self.biased if biased else self.moments)
        return np.asarray(np.where(self.weights == 0, 0.0, found), dtype=np.float64)

    def main(self, values: Floats) -> Floats:
        names = list(self.kind.sources)
        return values[[names.index(name) for name in self.kind.main]]


def degrees(conditions: Sequence[Moments], covariance: Moments | None, variance: float) -> float | None:
    """Satterthwaite over the components of readers and cases, at least the smallest of their own degrees.

    A component's own degrees are the number of its levels (for an unbalanced design one over its weight) less
    one, as in iMRMC.
    """
    with np.errstate(divide="ignore"):
        own = np.min([np.round(1 / m.main(m.weights) - 1) for m in conditions], axis=0)
    if variance <= 0 or own.min() < 1:
        return None
    parts = np.sum([m.main(m.components(biased=True)) for m in conditions], axis=0)
    if covariance is not None:
        parts = parts - 2 * covariance.main(covariance.components(biased=True))
    spread = float((parts**2 / own**3).sum())
    least = float(own.min())
    return max(least, variance**2 / spread) if spread > 0 else least
