"""Fitting the mixed models of ordered and of binary answers: estimates, standard errors, contrasts."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats, Ints, as_numbers
from analysis.errors import WrongShapeError, WrongValueError
from analysis.mixed.links import link_named
from analysis.mixed.model import Fitted, Request
from analysis.mixed.result import MixedModel
from analysis.mixed.search import UnfittedError
from analysis.proportions import check_level

MISSING = "An outcome or a property is missing: leave out those answers, and say how many."
ALL_SAME = "All answers are the same, so there is nothing to model; report their share."


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
    slopes: Mapping[str, Mapping[str, npt.ArrayLike]] | None = None,
    correlated: bool = True,
    link: str = "logit",
    nodes: int = 1,
    weights: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> MixedModel:
    """Fit a cumulative-link mixed model with crossed random effects.

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
    slopes, correlated
        For a random factor, the covariates whose effect differs between its levels, by name; whether the
        random effects of one level are correlated.
    link, nodes
        ``"logit"``, ``"probit"`` or ``"cloglog"``; 1 for Laplace's approximation, more for adaptive
        Gauss-Hermite quadrature, with one random intercept.
    weights, level
        How many times each answer counts; level of the intervals.

    Returns
    -------
    MixedModel
        A positive effect means higher ratings, as in R's ``ordinal::clmm``.

    Raises
    ------
    UnfittedError
        Where an effect runs to infinity, or all answers are the same.
    """
    values, matrix = checked(rating, design, names, groups)
    category, thresholds = _thresholds(values)
    fitted = _Options(names, groups, slopes, correlated, link, nodes, _weights(weights, len(values)), level)
    return fitted.model(category, matrix, thresholds, f"cumulative {link} mixed model")


def _thresholds(rating: Floats) -> tuple[Ints, list[str]]:
    """Ratings numbered from 0, and the names of what lies between two neighbours."""
    points, category = np.unique(rating, return_inverse=True)
    if len(points) < 2:
        raise UnfittedError(ALL_SAME)
    return category.ravel(), [f"{a:g}|{b:g}" for a, b in pairwise(points)]


def fit_logistic(
    outcome: npt.ArrayLike,
    design: npt.ArrayLike,
    names: Sequence[str],
    groups: Mapping[str, npt.ArrayLike],
    *,
    slopes: Mapping[str, Mapping[str, npt.ArrayLike]] | None = None,
    correlated: bool = True,
    link: str = "logit",
    nodes: int = 1,
    weights: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> MixedModel:
    """Fit a logistic (or probit, or complementary log-log) mixed model with crossed random effects.

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
    slopes, correlated
        For a random factor, the covariates whose effect differs between its levels, by name; whether the
        random effects of one level are correlated.
    link, nodes
        ``"logit"``, ``"probit"`` or ``"cloglog"``; 1 for Laplace's approximation, more for adaptive
        Gauss-Hermite quadrature, with one random intercept.
    weights, level
        How many times each answer counts; level of the intervals.

    Returns
    -------
    MixedModel
        Effects, deviations of the random effects, likelihood and covariance.
    """
    values, matrix = checked(outcome, design, names, groups)
    weight = _weights(weights, len(values))
    _check_binary(values, weight)
    title = "logistic mixed model" if link == "logit" else f"binary {link} mixed model"
    # P(y = 1) = F(θ - x'(-β)): the first of two categories is the success, and θ is the intercept
    fitted = _Options(names, groups, slopes, correlated, link, nodes, weight, level)
    return fitted.model(1 - values.astype(np.int64), -matrix, ["(Intercept)"], title)


def _check_binary(values: Floats, weight: Floats) -> None:
    if not np.isin(values, (0.0, 1.0)).all():
        raise WrongValueError("A logistic model takes outcomes of 0 and 1 alone.")
    if len(np.unique(values[weight > 0])) < 2:
        raise UnfittedError(ALL_SAME)


class _Options(NamedTuple):
    """What both models are asked for alike."""

    names: Sequence[str]
    groups: Mapping[str, npt.ArrayLike]
    slopes: Mapping[str, Mapping[str, npt.ArrayLike]] | None
    correlated: bool
    link: str
    nodes: int
    weight: Any
    level: float

    def model(self, category: Any, design: Any, thresholds: Sequence[str], title: str) -> MixedModel:
        """Fit the categories, numbered from 0."""
        check_level(self.level)
        request = Request(
            category=category,
            n_categories=len(thresholds) + 1,
            design=design,
            names=list(self.names),
            thresholds=list(thresholds),
            groups=self.groups,
            slopes=self.slopes or {},
            correlated=self.correlated,
            link=link_named(self.link),
            nodes=self.nodes,
            weight=self.weight,
            level=self.level,
            title=title,
        )
        return Fitted.of(request).model()


def checked(
    outcome: npt.ArrayLike, design: npt.ArrayLike, names: Sequence[str], groups: Mapping[str, npt.ArrayLike]
) -> tuple[Floats, Floats]:
    """Outcomes and design as numbers: every answer has its row and its levels, and nothing is missing."""
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
    if not groups:
        raise UnfittedError("A mixed model needs a random factor; name the readers or the trials.")
    return values, matrix.reshape(n, -1)


def _weights(weights: npt.ArrayLike | None, n: int) -> Floats:
    if weights is None:
        return np.ones(n)
    found = as_numbers(weights)
    if found.shape != (n,):
        raise WrongShapeError(f"{n} answers need as many weights.")
    if not (np.isfinite(found).all() and (found >= 0).all() and found.any()):
        raise WrongValueError("Weights are numbers from 0 on, and one at least is above 0.")
    return found
