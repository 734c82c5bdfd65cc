"""What a mixed model returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.stats import norm

from analysis.mixed.crossed import Floats


@dataclass(frozen=True, kw_only=True)
class Coefficient:
    """A fixed effect or threshold on the logit scale; with `df`, `z` is compared with Student's t on it."""

    name: str
    estimate: float
    se: float | None
    z: float | None
    p: float | None
    low: float | None
    high: float | None
    df: float | None = None


@dataclass(frozen=True, kw_only=True)
class RandomIntercept:
    """A random factor: the standard deviation of its levels on the logit scale."""

    name: str
    sd: float
    variance: float
    levels: int


@dataclass(frozen=True, kw_only=True)
class MixedModel:
    """A fitted mixed model, all parts in full precision.

    Attributes
    ----------
    thresholds
        Between neighbouring categories; the logistic model has an intercept among ``fixed`` instead.
    fixed, random
        The effects.
    log_likelihood
        Laplace's approximation at the maximum.
    covariance
        Of thresholds, fixed effects and standard deviations, in this order; empty rows where a standard
        deviation lies at zero.
    """

    thresholds: tuple[Coefficient, ...]
    fixed: tuple[Coefficient, ...]
    random: tuple[RandomIntercept, ...]
    log_likelihood: float
    n: int
    level: float
    method: str
    notes: tuple[str, ...] = ()
    covariance: Floats = field(repr=False)

    def contrast(self, weights: Mapping[str, float]) -> Coefficient:
        """A weighted sum of fixed effects, with its error."""
        names = [coefficient.name for coefficient in (*self.thresholds, *self.fixed)]
        row = np.array([weights.get(name, 0.0) for name in names])
        estimate = float(row @ [c.estimate for c in (*self.thresholds, *self.fixed)])
        variance = float(row @ self.covariance[: len(row), : len(row)] @ row)
        return coefficient_of(" + ".join(weights), estimate, variance, self.level)


def coefficient_of(name: str, estimate: float, variance: float, level: float) -> Coefficient:
    """An estimate with Wald's interval and test, without them where it has no variance."""
    if not variance > 0:
        return Coefficient(name=name, estimate=estimate, se=None, z=None, p=None, low=None, high=None)
    se = float(np.sqrt(variance))
    half = float(norm.isf((1 - level) / 2)) * se
    z = estimate / se
    return Coefficient(
        name=name,
        estimate=estimate,
        se=se,
        z=z,
        p=float(2 * norm.sf(abs(z))),
        low=estimate - half,
        high=estimate + half,
    )
