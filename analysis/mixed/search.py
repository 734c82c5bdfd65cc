"""The search for the maximum of a mixed model's likelihood, and what holds at the edge.

The likelihood is an even function of each standard deviation, so its slope is zero wherever one of them is
zero, at a maximum or not: a search that is bounded there stops there. This one goes on through zero to the
other side, starts again from every component that it found small, and takes a component as zero only where
no better end was found. The covariates are centred and made orthonormal first, so that shifting or scaling
them changes no result.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, minimize

from analysis.arrays import Floats
from analysis.errors import AnalysisError
from analysis.mixed.laplace import Answers, LaplaceLikelihood

HESSIAN_STEP = 1e-4
RUNAWAY = 15.0
LARGEST_ERROR = 50.0
START = 0.5
RESTARTS = (0.3, 1.0)
SMALL = 0.1
SAME = 1e-7
TOLERANCE = 1e-13
COARSE = 1e-9
FAR_DOWN = 1e10
FREE: Mapping[int, float] = {}


class UnfittedError(AnalysisError):
    """The mixed model has no finite maximum; look for a source or reader with one answer throughout."""


@dataclass(frozen=True)
class Maximum:
    """An end of the search: parameters (thresholds, effects, random effects), and what is held where."""

    parameters: Floats
    value: float
    held: Mapping[int, float]


@dataclass
class Search:
    """Finds maxima of one likelihood, with some parameters held where it is asked to."""

    likelihood: LaplaceLikelihood

    @property
    def answers(self) -> Answers:
        return self.likelihood.answers

    @property
    def first_spread(self) -> int:
        """Where the parameters of the random effects begin."""
        return self.answers.n_thresholds + self.answers.n_fixed

    def start(self) -> Floats:
        """Thresholds of the marginal shares, no effects, moderate deviations."""
        answers = self.answers
        shares = np.bincount(answers.category, answers.weight, answers.n_categories).cumsum()[:-1]
        thresholds = answers.link.start(shares / answers.weight.sum())
        spreads = [START * (c == d) for term in answers.random.terms for c, d in term.entries]
        return np.concatenate([thresholds, np.zeros(answers.n_fixed), spreads])

    def best(self) -> Maximum:
        """The maximum: the search, and again from each small component at moderate values."""
        found = self.climb(self.start())
        for place in self.deviations():
            if abs(found.parameters[place]) < SMALL:
                found = self._settle(found, place)
        return found

    def deviations(self) -> list[int]:
        """Places of the standard deviations (the Cholesky factor's diagonal)."""
        entries = [entry for term in self.answers.random.terms for entry in term.entries]
        return [self.first_spread + i for i, (c, d) in enumerate(entries) if c == d]

    def _settle(self, found: Maximum, place: int) -> Maximum:
        """Whether a small component is zero, small or, from another start, large."""
        at_zero = self.climb(found.parameters, {**found.held, place: 0.0})
        best = at_zero if at_zero.value <= found.value + SAME else found
        for deviation in RESTARTS:
            start = best.parameters.copy()
            start[place] = deviation
            end = self.climb(start, found.held)
            if end.value < best.value - SAME:
                return end
        return best

    def climb(
        self, start: Floats, held: Mapping[int, float] = FREE, *, tolerance: float = TOLERANCE
    ) -> Maximum:
        """Go uphill from one start, with some parameters held at their values.

        The value itself needs less than the parameters do: a coarser `tolerance` will do for it.
        """
        free = np.array([i for i in range(len(start)) if i not in held])
        j = self.answers.n_thresholds
        fixed = np.zeros(len(start))
        fixed[list(held)] = list(held.values())

        def natural(x: Floats) -> Floats:
            values = fixed.copy()
            values[free] = x
            values[1:j] = values[0] + np.exp(values[1:j]).cumsum()
            return values

        def objective(x: Floats) -> tuple[float, Floats]:
            parameters = natural(x)
            # a step may go where a probability is zero in floating point; the search turns back there
            with np.errstate(all="ignore"):
                value, gradient = self.likelihood(parameters)
            if not (np.isfinite(value) and np.isfinite(gradient).all()):
                return FAR_DOWN, np.zeros(len(free))
            later = gradient[:j][::-1].cumsum()[::-1]
            full = np.concatenate([later[:1], np.diff(parameters[:j]) * later[1:], gradient[j:]])
            return value, full[free]

        searched = np.concatenate([start[:1], np.log(np.diff(start[:j])), start[j:]])[free]
        found = minimize(
            objective,
            searched,
            jac=True,
            method="L-BFGS-B",
            bounds=Bounds(-RUNAWAY, RUNAWAY),
            options={"maxiter": 500, "ftol": tolerance, "gtol": 1e-6, "maxcor": 20},
        )
        if found.fun >= FAR_DOWN or np.abs(found.x).max(initial=0.0) >= RUNAWAY:
            raise UnfittedError
        return Maximum(natural(found.x), float(found.fun), dict(held))

    def covariance(self, at: Maximum) -> Floats:
        """Inverse of the Hessian, by central differences of the gradient; what is held has none."""
        n = len(at.parameters)
        inner = [i for i in range(n) if i not in at.held]
        hessian = np.empty((len(inner), len(inner)))
        for row, i in enumerate(inner):
            step = np.zeros(n)
            step[i] = HESSIAN_STEP
            above = self.likelihood(at.parameters + step)[1]
            below = self.likelihood(at.parameters - step)[1]
            hessian[row] = (above - below)[inner] / (2 * HESSIAN_STEP)
        covariance = np.full((n, n), np.nan)
        try:
            covariance[np.ix_(inner, inner)] = np.linalg.inv((hessian + hessian.T) / 2)
        except np.linalg.LinAlgError:
            raise UnfittedError from None
        # nothing holds an effect that could as well be much larger: the likelihood rises without end
        if (np.diag(covariance)[: self.first_spread] > LARGEST_ERROR**2).any():
            raise UnfittedError
        return covariance
