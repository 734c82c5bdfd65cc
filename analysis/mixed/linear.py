"""The linear mixed model with crossed random effects, by restricted or full maximum likelihood.

Effects and residual variance are profiled out, so that the search is over the random effects' deviations
relative to the residual alone: Bates, Mächler, Bolker & Walker (2015), "Fitting linear mixed-effects models
using lme4". Degrees of freedom of the effects by Satterthwaite's method, as in R's lmerTest: Kuznetsova,
Brockhoff & Christensen (2017).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import special
from scipy.optimize import minimize

from analysis.arrays import Floats
from analysis.mixed.boundary import mixture_p
from analysis.mixed.covariates import Centred, Slopes
from analysis.mixed.crossed import Factored, Loading, RandomEffects
from analysis.mixed.fit import checked
from analysis.mixed.laplace import dense_codes
from analysis.mixed.model import notes_of, random_effects
from analysis.mixed.result import Coefficient, ComponentTest, MixedModel, coefficient_of
from analysis.mixed.search import RESTARTS, SAME, SMALL, UnfittedError
from analysis.proportions import check_level

STEP = 1e-4
FREE: Mapping[int, float] = {}


def fit_linear(
    outcome: npt.ArrayLike,
    design: npt.ArrayLike,
    names: Sequence[str],
    groups: Mapping[str, npt.ArrayLike],
    *,
    slopes: Mapping[str, Mapping[str, npt.ArrayLike]] | None = None,
    correlated: bool = True,
    reml: bool = True,
    level: float = 0.95,
) -> MixedModel:
    """Fit a linear mixed model with crossed random effects.

    It is the model of R's ``lme4::lmer``.

    Parameters
    ----------
    outcome
        One number an answer.
    design, names
        Answers x fixed effects by name, without an intercept: one is added, named ``(Intercept)``.
    groups, slopes, correlated
        For each random factor its level for each answer; the covariates whose effect differs between its
        levels, by name; whether the random effects of one level are correlated.
    reml, level
        Restricted maximum likelihood, whose variances are unbiased in balanced designs (else maximum
        likelihood, for comparing models with different fixed effects); confidence of the intervals.

    Returns
    -------
    MixedModel
        Effects with Student's t on Satterthwaite's degrees of freedom, and the residual deviation.
    """
    check_level(level)
    y, matrix = checked(outcome, design, names, groups)
    if np.ptp(y) == 0:
        raise UnfittedError("All answers are the same, so there is nothing to model; report their value.")
    terms = {
        name: Slopes.of(name, *dense_codes(levels), (slopes or {}).get(name, {}), correlated=correlated)
        for name, levels in groups.items()
    }
    centred = Centred.of(matrix, names, np.ones(len(y)))
    scale = float(y.std())
    linear = Linear(
        y=(y - y.mean()) / scale,
        design=np.column_stack([np.ones(len(y)), centred.design]),
        random=RandomEffects.of([found.term for found in terms.values()]),
        reml=reml,
    )
    return _Result(linear, terms, centred, list(names), float(y.mean()), scale, level).model()


@dataclass(frozen=True)
class Solved:
    """The model at one set of relative deviations: effects, residual sum of squares, determinants."""

    effects: Floats
    cross: Floats
    squares: float
    log_random: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Linear:
    """The likelihood of a linear mixed model; `design` has the intercept first."""

    y: Floats
    design: Floats
    random: RandomEffects
    reml: bool

    @property
    def df(self) -> int:
        """Answers, less the effects where the likelihood is the restricted one."""
        return len(self.y) - (self.design.shape[1] if self.reml else 0)

    @cached_property
    def _ones(self) -> Floats:
        return np.ones(len(self.y))

    def solve(self, relative: Floats) -> Solved:
        """Generalised least squares with V = I + ZΛΛ'Z'."""
        loadings = self.random.loadings(relative)
        factored = self.random.factor(self._ones, loadings)
        design = np.column_stack([self._whitened(x, factored, loadings) for x in self.design.T])
        cross = self.design.T @ design
        effects = np.linalg.solve(cross, design.T @ self.y)
        rest = self.y - self.design @ effects
        squares = float(rest @ self._whitened(rest, factored, loadings))
        return Solved(np.asarray(effects, dtype=np.float64), cross, squares, factored.log_determinant)

    def _whitened(self, x: Floats, factored: Factored, loadings: Sequence[Loading]) -> Floats:
        """V⁻¹ x."""
        inner = factored.solve(self.random.gather(x, loadings))
        return x - self.random.spread(inner, loadings)

    def deviance(self, relative: Floats, variance: float | None = None) -> float:
        """Minus twice the log-likelihood; the residual variance is profiled out where none is given."""
        at = self.solve(relative)
        s2 = at.squares / self.df if variance is None else variance
        restricted = float(np.linalg.slogdet(at.cross)[1]) if self.reml else 0.0
        return at.log_random + restricted + self.df * float(np.log(2 * np.pi * s2)) + at.squares / s2

    def best(self) -> tuple[Floats, float]:
        """The relative deviations at the maximum, and the deviance there."""
        start = np.array([float(c == d) for term in self.random.terms for c, d in term.entries])
        found, value = self.climb(start)
        for place in np.flatnonzero(start):
            if abs(found[place]) < SMALL:
                found, value = self._settle(found, value, int(place))
        return found, value

    def _settle(self, found: Floats, value: float, place: int) -> tuple[Floats, float]:
        held = dict.fromkeys(np.flatnonzero(found == 0).tolist(), 0.0)
        at_zero, zero_value = self.climb(found, {**held, place: 0.0})
        if zero_value <= value + SAME:
            found, value = at_zero, zero_value
        for deviation in RESTARTS:
            start = found.copy()
            start[place] = deviation
            end, end_value = self.climb(start, held)
            if end_value < value - SAME:
                return end, end_value
        return found, value

    def climb(self, start: Floats, held: Mapping[int, float] = FREE) -> tuple[Floats, float]:
        """Search from one start, with some relative deviations held."""
        free = np.array([i for i in range(len(start)) if i not in held], dtype=int)
        fixed = np.zeros(len(start))
        fixed[list(held)] = list(held.values())

        def at(x: Floats) -> Floats:
            values = fixed.copy()
            values[free] = x
            return values

        def objective(x: Floats) -> tuple[float, Floats]:
            steps = STEP * np.eye(len(x))
            slope = [(self.deviance(at(x + s)) - self.deviance(at(x - s))) / (2 * STEP) for s in steps]
            return self.deviance(at(x)), np.array(slope)

        if not len(free):
            return fixed, self.deviance(fixed)
        found = minimize(
            objective, start[free], jac=True, method="L-BFGS-B", options={"ftol": 1e-14, "gtol": 1e-6}
        )
        if not np.isfinite(found.fun):
            raise UnfittedError
        return at(found.x), float(found.fun)


@dataclass(frozen=True, eq=False)
class _Result:
    """The fitted model on the scale of the outcome and of the covariates as given."""

    linear: Linear
    terms: Mapping[str, Slopes]
    centred: Centred
    names: list[str]
    middle: float
    scale: float
    level: float

    def model(self) -> MixedModel:
        relative, deviance = self.linear.best()
        at = self.linear.solve(relative)
        residual = float(np.sqrt(at.squares / self.linear.df))
        outward = self._outward()
        estimates = self.scale * (outward @ at.effects)
        estimates[0] += self.middle
        inner = residual**2 * np.linalg.inv(at.cross)
        covariance = self.scale**2 * outward @ inner @ outward.T
        df = self._degrees(relative, residual, outward)
        labels = ["(Intercept)", *self.names]
        fixed = tuple(
            _with_t(coefficient_of(label, float(b), float(covariance[i, i]), self.level), d, self.level)
            for i, (label, b, d) in enumerate(zip(labels, estimates, df, strict=True))
        )
        parts = {term.name: part for term, part in self.linear.random.parts(relative)}
        random, correlations = random_effects(
            {name: (slopes, parts[name] * residual * self.scale) for name, slopes in self.terms.items()}
        )
        kind = "restricted maximum likelihood" if self.linear.reml else "maximum likelihood"
        return MixedModel(
            thresholds=(),
            fixed=fixed,
            random=random,
            correlations=correlations,
            log_likelihood=-0.5 * (deviance + self._of_units()),
            n=len(self.linear.y),
            level=self.level,
            method=f"linear mixed model, {kind}, Satterthwaite's degrees of freedom",
            notes=tuple(notes_of(random, correlations)),
            residual_sd=residual * self.scale,
            covariance=covariance,
            _tests=lambda: self._tests(relative, deviance),
        )

    def _of_units(self) -> float:
        """What the deviance gains by the units of outcome and design."""
        units = 2 * self.linear.df * float(np.log(self.scale))
        if self.linear.reml and len(self.centred.back):
            units -= 2 * float(np.log(np.abs(np.diag(self.centred.back))).sum())
        return units

    def _outward(self) -> Floats:
        matrix = self.centred.outward(1)
        matrix[:1, 1:] *= -1
        return matrix

    def _degrees(self, relative: Floats, residual: float, outward: Floats) -> Floats:
        """Satterthwaite: 2 v² / var(v) for the variance v of each effect, by the delta method."""
        free = np.flatnonzero(relative != 0)
        at = np.append(relative[free], residual)

        def full(x: Floats) -> Floats:
            values = relative.copy()
            values[free] = x[:-1]
            return values

        def variances(x: Floats) -> Floats:
            inner = x[-1] ** 2 * np.linalg.inv(self.linear.solve(full(x)).cross)
            return np.asarray(np.diag(outward @ inner @ outward.T))

        curvature = _second_differences(lambda x: self.linear.deviance(full(x), x[-1] ** 2), at)
        spread = 2 * np.linalg.pinv(curvature)
        steps = STEP * np.eye(len(at))
        slope = np.array([(variances(at + s) - variances(at - s)) / (2 * STEP) for s in steps])
        uncertain = np.einsum("ij,ik,kj->j", slope, spread, slope)
        return np.asarray(2 * variances(at) ** 2 / uncertain)

    def _tests(self, relative: Floats, deviance: float) -> tuple[ComponentTest, ...]:
        found: dict[str, list[ComponentTest]] = {}
        at = 0
        held = dict.fromkeys(np.flatnonzero(relative == 0).tolist(), 0.0)
        for term in self.linear.random.terms:
            for number, effect in enumerate(term.effects):
                if number or len(term.effects) == 1:
                    places = [at + i for i, entry in enumerate(term.entries) if number in entry]
                    without = self.linear.climb(relative, {**held, **dict.fromkeys(places, 0.0)})[1]
                    found.setdefault(term.name, []).append(
                        self._test(term.name, effect, max(0.0, without - deviance), without, len(places) - 1)
                    )
            at += len(term.entries)
        return tuple(test for name in self.terms for test in found[name])

    def _test(self, name: str, effect: str, statistic: float, without: float, k: int) -> ComponentTest:
        kind = "restricted likelihood" if self.linear.reml else "likelihood"
        return ComponentTest(
            name=name,
            effect=effect,
            statistic=statistic,
            p=mixture_p(statistic, k),
            log_likelihood_without=-0.5 * (without + self._of_units()),
            method=f"{kind} ratio, even mixture of chi-square with {k} and {k + 1} df",
        )


def _with_t(coefficient: Coefficient, df: float, level: float) -> Coefficient:
    if coefficient.se is None or coefficient.z is None or not np.isfinite(df):
        return coefficient
    half = float(special.stdtrit(df, 0.5 + level / 2)) * coefficient.se
    return Coefficient(
        name=coefficient.name,
        estimate=coefficient.estimate,
        se=coefficient.se,
        z=coefficient.z,
        p=float(2 * special.stdtr(df, -abs(coefficient.z))),
        low=coefficient.estimate - half,
        high=coefficient.estimate + half,
        df=float(df),
    )


def _second_differences(function: Callable[[Floats], float], at: Floats) -> Floats:
    step = 1e-3
    n = len(at)
    units = step * np.eye(n)
    found = np.empty((n, n))
    for i in range(n):
        for j in range(i, n):
            a, b = units[i], units[j]
            value = function(at + a + b) - function(at + a - b) - function(at - a + b) + function(at - a - b)
            found[i, j] = found[j, i] = value / (4 * step**2)
    return found
