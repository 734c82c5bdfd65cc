"""What a mixed model returns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy import special

from analysis.arrays import Floats
from analysis.errors import WrongValueError
from analysis.result import Interval, Result

NOT_PROFILED = "This model keeps no likelihood to profile."


@dataclass(frozen=True, kw_only=True)
class Coefficient(Result):
    """A fixed effect or threshold on the link's scale; with `df`, `z` is compared with Student's t on it."""

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
    """A random effect of a factor: the standard deviation between its levels on the link's scale.

    `effect` names the covariate of a random slope. `at_boundary` says that the largest likelihood lies at
    zero.
    """

    name: str
    sd: float
    variance: float
    levels: int
    effect: str = "(Intercept)"
    at_boundary: bool = False


@dataclass(frozen=True, kw_only=True)
class RandomCorrelation:
    """The correlation of two random effects of one factor."""

    name: str
    effects: tuple[str, str]
    correlation: float | None


@dataclass(frozen=True, kw_only=True)
class ComponentTest:
    """Likelihood ratio against the model without this component, by the mixture of chi-squares."""

    name: str
    effect: str
    statistic: float
    p: float
    log_likelihood_without: float
    method: str


@dataclass(frozen=True, kw_only=True)
class MixedModel:
    """A fitted mixed model, all parts in full precision.

    Attributes
    ----------
    thresholds
        Between neighbouring categories; the other models have an intercept among ``fixed`` instead.
    fixed, random, correlations
        The effects.
    log_likelihood
        At the maximum, by the approximation that `method` names.
    covariance
        Of thresholds, fixed effects and standard deviations of random intercepts, in this order; empty rows
        where a standard deviation lies at zero, and for a factor that has slopes.
    residual_sd
        Of a linear model.
    """

    thresholds: tuple[Coefficient, ...]
    fixed: tuple[Coefficient, ...]
    random: tuple[RandomIntercept, ...]
    log_likelihood: float
    n: int
    level: float
    method: str
    notes: tuple[str, ...] = ()
    correlations: tuple[RandomCorrelation, ...] = ()
    residual_sd: float | None = None
    covariance: Floats = field(repr=False)
    _tests: Callable[[], tuple[ComponentTest, ...]] | None = field(default=None, repr=False, compare=False)
    _profile: Callable[[str, float], Interval] | None = field(default=None, repr=False, compare=False)

    def contrast(self, weights: Mapping[str, float]) -> Coefficient:
        """A weighted sum of fixed effects, with its error."""
        names = [coefficient.name for coefficient in (*self.thresholds, *self.fixed)]
        row = np.array([weights.get(name, 0.0) for name in names])
        estimate = float(row @ [c.estimate for c in (*self.thresholds, *self.fixed)])
        variance = float(row @ self.covariance[: len(row), : len(row)] @ row)
        return coefficient_of(" + ".join(weights), estimate, variance, self.level)

    def component_tests(self) -> tuple[ComponentTest, ...]:
        """Test each random component against zero; the model is fitted again without it.

        Returns
        -------
        tuple of ComponentTest
            A statistic of zero and p = 1 where the component itself is estimated at zero.
        """
        if self._tests is None:
            raise WrongValueError(NOT_PROFILED)
        return self._tests()

    def profile(self, name: str, level: float | None = None) -> Interval:
        """Profile-likelihood interval of a fixed effect, or of a random intercept's standard deviation.

        Parameters
        ----------
        name
            A fixed effect, or a random factor.
        level
            Confidence level; the model's own where none is given.

        Returns
        -------
        Interval
            The values that the likelihood ratio test does not reject, by fitting the model at each of them.
        """
        if self._profile is None:
            raise WrongValueError(NOT_PROFILED)
        return self._profile(name, self.level if level is None else level)


def coefficient_of(name: str, estimate: float, variance: float, level: float) -> Coefficient:
    """An estimate with Wald's interval and test, without them where it has no variance."""
    if not variance > 0:
        return Coefficient(name=name, estimate=estimate, se=None, z=None, p=None, low=None, high=None)
    se = float(np.sqrt(variance))
    half = float(special.ndtri(0.5 + level / 2)) * se
    z = estimate / se
    return Coefficient(
        name=name,
        estimate=estimate,
        se=se,
        z=z,
        p=float(2 * special.ndtr(-abs(z))),
        low=estimate - half,
        high=estimate + half,
    )
