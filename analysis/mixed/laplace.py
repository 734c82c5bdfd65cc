"""The cumulative-link mixed model with crossed random effects, by Laplace's approximation.

P(y ≤ j | u) = F(θ_j - x'β - z'Λu), u ~ N(0, I). The penalised likelihood is concave, so that Newton's method
always finds the modes. The binary mixed model is the case of two categories. Christensen (2019), "Cumulative
link models for ordinal regression with the R package ordinal"; Bates, Mächler, Bolker & Walker (2015),
"Fitting linear mixed-effects models using lme4".
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats, Ints
from analysis.mixed.crossed import Factored, Loading, RandomEffects
from analysis.mixed.links import Derivatives, Link, derivatives, slopes

MODE_STEPS = 60
# Newton's method squares the error: after a step so short nothing is left above 1e-10
MODE_TOLERANCE = 1e-5
RISE = 1e-9
SHORTEST_STEP = 1e-6


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What the model is fitted to: categories 0 … J-1, design, random effects, weights.

    `offset` is added to η of each answer.
    """

    category: Ints
    n_categories: int
    design: Floats
    random: RandomEffects
    weight: Floats
    link: Link
    offset: Floats | float = 0.0

    @property
    def n_thresholds(self) -> int:
        return self.n_categories - 1

    @cached_property
    def upper(self) -> Ints:
        """The upper threshold of each answer, counted from -∞; the lower one is `category`."""
        return self.category + 1

    @property
    def n_fixed(self) -> int:
        return int(self.design.shape[1])

    def by_threshold(self, at_upper: Floats, at_lower: Floats) -> Floats:
        """Sums of what hangs on the upper and on the lower threshold of each answer."""
        size = self.n_categories + 1
        sums = np.bincount(self.upper, at_upper, size) + np.bincount(self.category, at_lower, size)
        return sums[1:-1].astype(np.float64)


@dataclass(frozen=True)
class At:
    """The answers at one η: between which two points of the latent scale each of them lies."""

    answers: Answers
    a: Floats
    b: Floats

    @classmethod
    def of(cls, answers: Answers, thresholds: Floats, eta: Floats) -> "At":
        bounds = np.concatenate([[-np.inf], thresholds, [np.inf]])
        return cls(answers, bounds[answers.upper] - eta, bounds[answers.category] - eta)

    @cached_property
    def log_probabilities(self) -> Floats:
        return self.answers.link.log_probability(self.a, self.b)

    @cached_property
    def log_likelihood(self) -> float:
        return float(self.answers.weight @ self.log_probabilities)

    @cached_property
    def slopes(self) -> tuple[Floats, Floats]:
        """Score and curvature, weights included."""
        score, curvature = slopes(self.answers.link, self.a, self.b)
        return self.answers.weight * score, self.answers.weight * curvature

    def derivatives(self) -> Derivatives:
        return derivatives(self.answers.link, self.a, self.b, self.log_probabilities)


@dataclass
class LaplaceLikelihood:
    """The negative marginal log-likelihood and its gradient; starts each search at the last modes."""

    answers: Answers
    modes: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.modes = np.zeros(self.answers.random.n_levels)

    def split(self, parameters: Floats) -> tuple[Floats, Floats, Floats]:
        """Thresholds, fixed effects, parameters of the random effects."""
        j, p = self.answers.n_thresholds, self.answers.n_fixed
        return parameters[:j], parameters[j : j + p], parameters[j + p :]

    def find_modes(self, parameters: Floats) -> tuple[At, Factored, list[Loading]]:
        """The most likely random effects, and the curvature there."""
        thresholds, fixed, spreads = self.split(parameters)
        random = self.answers.random
        loadings = random.loadings(spreads)
        offset = self.answers.offset + self.answers.design @ fixed
        u = self.modes

        def at(u: Floats) -> tuple[At, float]:
            place = At.of(self.answers, thresholds, offset + random.spread(u, loadings))
            return place, float(0.5 * u @ u - place.log_likelihood)

        here, value = at(u)
        if not np.isfinite(value):
            u = np.zeros_like(u)
            here, value = at(u)
        for _ in range(MODE_STEPS):
            score, curvature = here.slopes
            step = random.factor(curvature, loadings).solve(u - random.gather(score, loadings))
            size = 1.0
            trial, new = at(u - step)
            while not new <= value + RISE * abs(value) and size > SHORTEST_STEP:
                size /= 2
                trial, new = at(u - size * step)
            u, here, value = u - size * step, trial, new
            if float(np.abs(step).max(initial=0.0)) < MODE_TOLERANCE:
                break
        self.modes = u
        return here, random.factor(here.slopes[1], loadings), loadings

    def __call__(self, parameters: Floats) -> tuple[float, Floats]:
        """Value and gradient at (thresholds, fixed effects, parameters of the random effects)."""
        here, factored, loadings = self.find_modes(parameters)
        u = self.modes
        value = 0.5 * u @ u - here.log_likelihood + 0.5 * factored.log_determinant
        return float(value), self._gradient(here, factored, loadings)

    def _gradient(self, here: At, factored: Factored, loadings: list[Loading]) -> Floats:
        random, weight, found = self.answers.random, self.answers.weight, here.derivatives()
        leverage, parts = factored.leverages(loadings)
        score, curvature = here.slopes
        # how the curvature changes with η, times half the leverage
        bend = 0.5 * leverage * weight * found.bend
        # the modes move with the parameters: the adjoint of that move
        adjoint = factored.solve(random.gather(bend, loadings))
        moved = random.spread(adjoint, loadings)
        along = bend - score - curvature * moved
        thresholds = self.answers.by_threshold(
            weight * (found.score_upper * moved - found.ratio_upper + 0.5 * leverage * found.bend_upper),
            weight * (found.score_lower * moved + found.ratio_lower + 0.5 * leverage * found.bend_lower),
        )
        u, t = random.split(self.modes), random.split(adjoint)
        spreads = []
        for k, growth in random.slots():
            code = random.codes[k]
            by_answer = along * u[k][code] + curvature * parts[k] + score * t[k][code]
            spreads.append(by_answer.sum() if growth is None else growth @ by_answer)
        return np.concatenate([thresholds, self.answers.design.T @ along, spreads])


def dense_codes(values: npt.ArrayLike) -> tuple[Ints, int]:
    """Levels as 0 … n-1."""
    levels, codes = np.unique(np.asarray(values), return_inverse=True)
    return codes.ravel().astype(np.int64), len(levels)
