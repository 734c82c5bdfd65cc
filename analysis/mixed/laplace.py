"""The cumulative-link mixed model with crossed random intercepts, by Laplace's approximation.

P(y ≤ j | u) = F(θ_j - x'β - Σ_k σ_k u_k), F logistic, u ~ N(0, I). With a = θ_y - η and b = θ_{y-1} - η the
derivatives are short: ∂ log p/∂η = F(a) + F(b) - 1 and -∂² log p/∂η² = f(a) + f(b), so that the penalised
likelihood is concave and Newton's method always finds the modes. The logistic mixed model is the case of two
categories. Christensen (2019), "Cumulative link models for ordinal regression with the R package ordinal";
Bates, Mächler, Bolker & Walker (2015), "Fitting linear mixed-effects models using lme4".
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from analysis.mixed.crossed import Codes, CrossedIntercepts, Factored, Floats

MODE_STEPS = 60
MODE_TOLERANCE = 1e-9


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What the model is fitted to: categories 0 … J-1, design, random factors, weights."""

    category: Codes
    n_categories: int
    design: Floats
    random: CrossedIntercepts
    weight: Floats

    @property
    def n_thresholds(self) -> int:
        return self.n_categories - 1

    @property
    def n_fixed(self) -> int:
        return int(self.design.shape[1])


@dataclass(frozen=True)
class Link:
    """The likelihood of each answer at η and its derivatives, weights included."""

    log_p: Floats
    upper: Floats
    lower: Floats
    density_upper: Floats
    density_lower: Floats  # f(a) and f(b)
    ratio_upper: Floats
    ratio_lower: Floats
    answers: Answers

    @classmethod
    def at(cls, answers: Answers, thresholds: Floats, eta: Floats) -> "Link":
        bounds = np.concatenate([[-np.inf], thresholds, [np.inf]])
        a, b = bounds[answers.category + 1] - eta, bounds[answers.category] - eta
        upper, lower = expit(a), expit(b)
        # log(F(a) - F(b)) without cancellation: log F(a) + log F(-b) + log(1 - exp(b - a))
        with np.errstate(invalid="ignore"):
            width = np.where(np.isinf(a) | np.isinf(b), np.inf, a - b)
        log_upper, log_beyond = -np.logaddexp(0, -a), -np.logaddexp(0, b)
        log_p = log_upper + log_beyond + np.log(-np.expm1(-width))
        return cls(
            log_p,
            upper,
            lower,
            upper * expit(-a),
            lower * expit(-b),
            np.exp(log_upper - np.logaddexp(0, a) - log_p),
            np.exp(log_beyond - np.logaddexp(0, -b) - log_p),
            answers,
        )

    @property
    def log_likelihood(self) -> float:
        return float(self.answers.weight @ self.log_p)

    @property
    def score(self) -> Floats:
        return self.answers.weight * (self.upper + self.lower - 1)

    @property
    def curvature(self) -> Floats:
        return self.answers.weight * (self.density_upper + self.density_lower)

    def by_threshold(self, at_upper: Floats, at_lower: Floats) -> Floats:
        """Sums of what hangs on the upper and on the lower threshold of each answer."""
        size = self.answers.n_categories + 1
        category = self.answers.category
        sums = np.bincount(category + 1, at_upper, size) + np.bincount(category, at_lower, size)
        return sums[1:-1].astype(np.float64)


@dataclass
class LaplaceLikelihood:
    """The negative marginal log-likelihood and its gradient; starts each search at the last modes."""

    answers: Answers
    modes: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.modes = np.zeros(self.answers.random.n_levels)

    def split(self, parameters: Floats) -> tuple[Floats, Floats, Floats]:
        """Thresholds, fixed effects, standard deviations."""
        j, p = self.answers.n_thresholds, self.answers.n_fixed
        return parameters[:j], parameters[j : j + p], parameters[j + p :]

    def _find_modes(self, thresholds: Floats, fixed: Floats, sd: Floats) -> tuple[Link, Factored]:
        random = self.answers.random
        offset = self.answers.design @ fixed
        u = self.modes
        link = Link.at(self.answers, thresholds, offset + random.spread(u, sd))
        value = 0.5 * u @ u - link.log_likelihood
        for _ in range(MODE_STEPS):
            slope = u - random.gather(link.score, sd)
            step = random.factor(link.curvature, sd).solve(slope)
            if not np.isfinite(value):
                u, step = np.zeros_like(u), np.zeros_like(u)
            size = 1.0
            while True:
                trial = u - size * step
                at = Link.at(self.answers, thresholds, offset + random.spread(trial, sd))
                new = 0.5 * trial @ trial - at.log_likelihood
                if new <= value + 1e-9 * abs(value) or size < 1e-6 or not np.isfinite(value):
                    break
                size /= 2
            done = np.isfinite(value) and float(np.abs(step).max(initial=0.0)) < MODE_TOLERANCE
            u, link, value = trial, at, new
            if done:
                break
        self.modes = u
        return link, random.factor(link.curvature, sd)

    def __call__(self, parameters: Floats) -> tuple[float, Floats]:
        """Value and gradient at (thresholds, fixed effects, standard deviations)."""
        thresholds, fixed, sd = self.split(parameters)
        link, factored = self._find_modes(thresholds, fixed, sd)
        u = self.modes
        value = 0.5 * u @ u - link.log_likelihood + 0.5 * factored.log_determinant
        return float(value), self._gradient(link, factored, sd)

    def _gradient(self, link: Link, factored: Factored, sd: Floats) -> Floats:
        random, weight = self.answers.random, self.answers.weight
        leverage, parts = factored.leverages(sd)
        slope_upper = weight * link.density_upper * (1 - 2 * link.upper)
        slope_lower = weight * link.density_lower * (1 - 2 * link.lower)
        # how the curvature changes with η, times half the leverage
        bend = -0.5 * leverage * (slope_upper + slope_lower)
        # the modes move with the parameters: the adjoint of that move
        adjoint = factored.solve(random.gather(bend, sd))
        moved = random.spread(adjoint, sd)
        along = bend - link.score - link.curvature * moved
        thresholds = link.by_threshold(
            weight * (link.density_upper * moved - link.ratio_upper) + 0.5 * leverage * slope_upper,
            weight * (link.density_lower * moved + link.ratio_lower) + 0.5 * leverage * slope_lower,
        )
        spreads = []
        zipped = zip(random.codes, random.split(self.modes), random.split(adjoint), parts, strict=True)
        for code, u, t, part in zipped:
            spreads.append(along @ u[code] + link.curvature @ part + link.score @ t[code])
        return np.concatenate([thresholds, self.answers.design.T @ along, spreads])


def dense_codes(values: npt.ArrayLike) -> tuple[Codes, int]:
    """Levels as 0 … n-1."""
    levels, codes = np.unique(np.asarray(values), return_inverse=True)
    return codes.ravel().astype(np.int64), len(levels)
