"""Fitting the mixed models: estimates, standard errors, contrasts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, minimize

from analysis.errors import AnalysisError, WrongShapeError, WrongValueError
from analysis.mixed.crossed import CrossedIntercepts, Floats
from analysis.mixed.laplace import Answers, LaplaceLikelihood, dense_codes
from analysis.mixed.result import MixedModel, RandomIntercept, coefficient_of

HESSIAN_STEP = 1e-4
ZERO_SD = 1e-3
RUNAWAY = 15.0
MISSING = "An outcome or a property is missing: leave out those answers, and say how many."


class UnfittedError(AnalysisError):
    """The mixed model has no finite maximum; look for a source or reader with one answer throughout."""


def treatment_design(levels: Sequence[Any], reference: Any) -> tuple[Floats, list[str]]:
    """Indicator columns of the levels of a factor, without the reference.

    Returns
    -------
    design, names
        One column a level, in order of first appearance of sorted levels.
    """
    values = np.asarray(levels)
    others = [level for level in sorted(set(values.tolist())) if level != reference]
    columns = [(values == level).astype(float) for level in others]
    return np.column_stack(columns) if columns else np.empty((len(values), 0)), [str(o) for o in others]


def fit_ordinal(
    rating: npt.ArrayLike,
    design: npt.ArrayLike,
    names: Sequence[str],
    groups: Mapping[str, npt.ArrayLike],
    *,
    weights: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> MixedModel:
    """Fit a cumulative-logit mixed model with crossed random intercepts by Laplace's approximation.

    Parameters
    ----------
    rating
        One ordered category an answer.
    design
        Answers x fixed effects, without an intercept: the thresholds take its place.
    names
        Of the fixed effects.
    groups
        For each random factor its level for each answer.
    weights
        How many times each answer counts.
    level
        Of the intervals.

    Returns
    -------
    MixedModel
        A positive effect means higher ratings, as in R's ``ordinal::clmm``.

    Raises
    ------
    UnfittedError
        Where an effect runs to infinity, or all answers are the same.
    """
    values = _whole(rating, design, names, groups)
    points, category = np.unique(values, return_inverse=True)
    if len(points) < 2:
        raise UnfittedError("All answers are the same, so there is nothing to model; report their share.")
    thresholds = [f"{a:g}|{b:g}" for a, b in pairwise(points)]
    fitted = _Fit.of(category.ravel(), len(points), design, groups, weights)
    return fitted.model(thresholds, list(names), level, "cumulative logit mixed model, Laplace")


def fit_logistic(
    outcome: npt.ArrayLike,
    design: npt.ArrayLike,
    names: Sequence[str],
    groups: Mapping[str, npt.ArrayLike],
    *,
    weights: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> MixedModel:
    """Fit a logistic mixed model with crossed random intercepts by Laplace's approximation.

    It is the model of R's ``lme4::glmer``. A row with ``k`` of ``n`` successes is given as two rows with
    weights k and n - k.

    Parameters
    ----------
    outcome
        0 or 1, one an answer.
    design
        Answers x fixed effects, without an intercept: one is added, named ``(Intercept)``.
    names
        Of the fixed effects.
    groups
        For each random factor its level for each answer.
    weights
        How many times each answer counts.
    level
        Confidence level of the interval.

    Returns
    -------
    MixedModel
        Effects, deviations of the random intercepts, likelihood and covariance.
    """
    values = _whole(outcome, design, names, groups)
    if not np.isin(values, (0.0, 1.0)).all():
        raise WrongValueError("A logistic model takes outcomes of 0 and 1 alone.")
    kept = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=float)
    if len(np.unique(values[kept > 0])) < 2:
        raise UnfittedError("All answers are the same, so there is nothing to model; report their share.")
    fitted = _Fit.of(values.astype(np.int64), 2, design, groups, weights)
    return fitted.model([], ["(Intercept)", *names], level, "logistic mixed model, Laplace")


def _whole(
    outcome: npt.ArrayLike, design: npt.ArrayLike, names: Sequence[str], groups: Mapping[str, npt.ArrayLike]
) -> Floats:
    """The outcomes as numbers, where every answer has its row in design and groups and nothing is missing."""
    try:
        values, matrix = np.asarray(outcome, dtype=np.float64), np.asarray(design, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise WrongValueError(
            "Outcomes and design have to be numbers: code texts as numbers first."
        ) from error
    n = len(values)
    if (
        values.ndim != 1
        or matrix.size != n * len(names)
        or any(len(np.asarray(g)) != n for g in groups.values())
    ):
        raise WrongShapeError(
            f"{n} answers with {len(names)} named effects need a design of {n} x {len(names)}, and "
            "a level of each random factor for each answer."
        )
    if not (np.isfinite(values).all() and np.isfinite(matrix).all()):
        raise WrongValueError(MISSING)
    return values


@dataclass
class _Fit:
    """One maximisation: parameters are thresholds, fixed effects, standard deviations."""

    likelihood: LaplaceLikelihood
    group_names: tuple[str, ...]
    order: tuple[int, ...]
    parameters: Floats
    value: float
    covariance: Floats

    @classmethod
    def of(
        cls,
        category: npt.NDArray[np.int64],
        n_categories: int,
        design: npt.ArrayLike,
        groups: Mapping[str, npt.ArrayLike],
        weights: npt.ArrayLike | None,
    ) -> "_Fit":
        matrix = np.asarray(design, dtype=float).reshape(len(category), -1)
        weight = np.ones(len(category)) if weights is None else np.asarray(weights, dtype=float)
        coded = [dense_codes(group) for group in groups.values()]
        if not coded:
            raise UnfittedError("A mixed model needs a random factor; name the readers or the trials.")
        order = tuple(sorted(range(len(coded)), key=lambda k: -coded[k][1]))
        random = CrossedIntercepts.of([coded[k][0] for k in order], [coded[k][1] for k in order])
        answers = Answers(
            category=category, n_categories=n_categories, design=matrix, random=random, weight=weight
        )
        likelihood = LaplaceLikelihood(answers)
        parameters, value = _maximise(likelihood)
        covariance = _covariance(likelihood, parameters)
        return cls(likelihood, tuple(groups), order, parameters, value, covariance)

    def model(self, thresholds: list[str], names: list[str], level: float, method: str) -> MixedModel:
        bounds, fixed, sd = self.likelihood.split(self.parameters)
        estimates, covariance = np.concatenate([bounds, fixed]), self.covariance
        if not thresholds:
            # P(y = 1) = F(η - θ): the intercept is the threshold with the other sign
            sign = np.ones(len(self.parameters))
            sign[0] = -1.0
            estimates[0] *= -1
            covariance = covariance * np.outer(sign, sign)
        coefficients = [
            coefficient_of(name, float(estimate), float(covariance[i, i]), level)
            for i, (name, estimate) in enumerate(zip([*thresholds, *names], estimates, strict=True))
        ]
        place = {group: position for position, group in enumerate(self.order)}
        random = [
            RandomIntercept(name=name, sd=s, variance=s**2, levels=self.likelihood.answers.random.sizes[at])
            for index, name in enumerate(self.group_names)
            for at in [place[index]]
            for s in [float(sd[at])]
        ]
        zero = [r.name for r in random if r.sd < ZERO_SD]
        notes = (f"the variance of {', '.join(zero)} is estimated at zero",) if zero else ()
        return MixedModel(
            thresholds=tuple(coefficients[: len(thresholds)]),
            fixed=tuple(coefficients[len(thresholds) :]),
            random=tuple(random),
            log_likelihood=-self.value,
            n=round(float(self.likelihood.answers.weight.sum())),
            level=level,
            method=method,
            notes=notes,
            covariance=covariance,
        )


def _maximise(likelihood: LaplaceLikelihood) -> tuple[Floats, float]:
    """Search over the first threshold, the logs of the gaps between thresholds, effects, deviations."""
    answers = likelihood.answers
    j = answers.n_thresholds
    shares = np.bincount(answers.category, answers.weight, answers.n_categories).cumsum()[:-1]
    start = np.log(shares / (answers.weight.sum() - shares))
    scale = answers.design.std(axis=0)
    scale[scale == 0] = 1.0
    rescale = np.concatenate([np.ones(j), 1 / scale, np.ones(len(answers.random.sizes))])
    free = np.concatenate(
        [start[:1], np.log(np.diff(start)), np.zeros(answers.n_fixed), np.ones(len(answers.random.sizes))]
    )

    def natural(x: Floats) -> Floats:
        gaps = np.exp(x[1:j]).cumsum()
        values: Floats = np.concatenate([x[:1], x[0] + gaps, x[j:]]) * rescale
        return values

    def objective(x: Floats) -> tuple[float, Floats]:
        value, gradient = likelihood(natural(x))
        gradient = gradient * rescale
        later = gradient[:j][::-1].cumsum()[::-1]
        return value, np.concatenate([later[:1], np.exp(x[1:j]) * later[1:], gradient[j:]])

    bounds = Bounds(np.where(np.arange(len(free)) < j + answers.n_fixed, -RUNAWAY, 0.0), RUNAWAY)
    options = {"maxiter": 500, "ftol": 1e-13, "gtol": 1e-6, "maxcor": 20}
    found = minimize(  # type: ignore[call-overload]
        objective, free, jac=True, method="L-BFGS-B", bounds=bounds, options=options
    )
    if not np.isfinite(found.fun) or np.abs(found.x).max() >= RUNAWAY:
        raise UnfittedError
    return natural(found.x), float(found.fun)


def _covariance(likelihood: LaplaceLikelihood, parameters: Floats) -> Floats:
    """Inverse of the Hessian, by central differences of the gradient; deviations at zero are held there."""
    n_random = len(likelihood.answers.random.sizes)
    n = len(parameters)
    inner = [i for i in range(n) if i < n - n_random or parameters[i] > ZERO_SD]
    hessian = np.empty((len(inner), len(inner)))
    for row, i in enumerate(inner):
        step = np.zeros(n)
        step[i] = HESSIAN_STEP
        above, below = likelihood(parameters + step)[1], likelihood(parameters - step)[1]
        hessian[row] = (above - below)[inner] / (2 * HESSIAN_STEP)
    covariance = np.full((n, n), np.nan)
    try:
        covariance[np.ix_(inner, inner)] = np.linalg.inv((hessian + hessian.T) / 2)
    except np.linalg.LinAlgError:
        raise UnfittedError from None
    return covariance
