"""Conditional logit: which properties of an alternative make it the one that is picked.

P(alternative j of trial i) = exp(x_ij'β) / Σ_k exp(x_ik'β) (McFadden 1974). The sandwich error sums the
scores of each reader before they are squared, with the factor G/(G - 1) for G readers, which R's
survival::clogit leaves out.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.arrays import Floats, Ints
from analysis.errors import AnalysisError, WrongShapeError, WrongValueError
from analysis.mixed.result import Coefficient
from analysis.proportions import check_level

MOST_ITERATIONS = 50
TOLERANCE = 1e-10
LARGEST = 25.0
# beyond this condition the last digits of a covariance are noise
SINGULAR = 1e12


class NoChoiceModelError(AnalysisError):
    """The choice model has no finite maximum; leave out what is always or never picked."""


def conditional_logit(
    design: npt.ArrayLike,
    chosen: npt.ArrayLike,
    names: Sequence[str],
    *,
    clusters: npt.ArrayLike | None = None,
    level: float = 0.95,
    small_sample: bool = True,
) -> tuple[Coefficient, ...]:
    """Fit a conditional logit model.

    Parameters
    ----------
    design
        Trials x alternatives x properties.
    chosen
        The position of the picked alternative of each trial, from 0.
    names
        Of the properties.
    clusters
        A reader for each trial: errors are then robust to whatever binds a reader's answers together.
    level
        Of the intervals, t on one less than the clusters, normal without clusters.
    small_sample
        Whether the robust variance carries the factor G/(G - 1).

    Returns
    -------
    tuple of Coefficient
        One for each property, on the logit scale.

    Raises
    ------
    NoChoiceModelError
        Where an effect runs to infinity or properties depend on each other.
    """
    check_level(level)
    x, picked = _checked(design, chosen, names)
    rows = np.arange(len(x))
    estimate = _maximise(x, picked, rows)
    scores, information = _derivatives(x, picked, rows, estimate)
    _refuse_singular(information)
    covariance: Floats = np.linalg.inv(information).astype(np.float64)
    df = np.inf
    if clusters is not None:
        covariance, df = _sandwich(scores, covariance, clusters, small_sample=small_sample)
    return tuple(
        _coefficient(name, float(b), float(v), float(df), level)
        for name, b, v in zip(names, estimate, np.diag(covariance), strict=True)
    )


def _checked(design: npt.ArrayLike, chosen: npt.ArrayLike, names: Sequence[str]) -> tuple[Floats, Ints]:
    x, picked = np.asarray(design, dtype=float), np.asarray(chosen)
    if x.ndim != 3 or picked.shape != x.shape[:1] or x.shape[2] != len(names):
        raise WrongShapeError("The design has to be trials x alternatives x properties, with a name each.")
    if not np.isfinite(x).all() or not np.isin(picked, np.arange(x.shape[1])).all():
        raise WrongValueError(
            f"Picks have to be whole numbers from 0 to {x.shape[1] - 1}, and properties finite numbers."
        )
    return x, picked.astype(np.int64)


def _maximise(x: Floats, picked: Ints, rows: Ints) -> Floats:
    """Newton's method from no effect, in steps of one logit at most."""
    estimate = np.zeros(x.shape[2])
    for _ in range(MOST_ITERATIONS):
        scores, information = _derivatives(x, picked, rows, estimate)
        _refuse_singular(information)
        step = np.linalg.solve(information, scores.sum(axis=0))
        estimate = estimate + step / max(1.0, float(np.abs(step).max()))
        if np.abs(estimate).max() > LARGEST:
            raise NoChoiceModelError
        if np.abs(step).max() < TOLERANCE:
            return estimate
    raise NoChoiceModelError


def _refuse_singular(information: Floats) -> None:
    """Properties that never vary or depend on each other; their units do not matter."""
    spread = np.sqrt(np.diag(information))
    if (spread <= 0).any() or np.linalg.cond(information / np.outer(spread, spread)) > SINGULAR:
        raise NoChoiceModelError


def _derivatives(x: Floats, picked: Ints, rows: Ints, estimate: Floats) -> tuple[Floats, Floats]:
    """Scores of each trial and the information."""
    eta = x @ estimate
    share = np.exp(eta - eta.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    mean = np.einsum("ij,ijk->ik", share, x)
    information: Floats = np.einsum("ij,ijk,ijl->kl", share, x, x) - mean.T @ mean
    return x[rows, picked] - mean, information


def _sandwich(
    scores: Floats, bread: Floats, clusters: npt.ArrayLike, *, small_sample: bool
) -> tuple[Floats, float]:
    codes = np.unique(np.asarray(clusters), return_inverse=True)[1].ravel()
    n = int(codes.max()) + 1
    sums = np.zeros((n, scores.shape[1]))
    np.add.at(sums, codes, scores)
    factor = n / (n - 1) if small_sample and n > 1 else 1.0
    return factor * bread @ (sums.T @ sums) @ bread, n - 1.0


def _coefficient(name: str, estimate: float, variance: float, df: float, level: float) -> Coefficient:
    if not (variance > 0 and df > 0):
        return Coefficient(name=name, estimate=estimate, se=None, z=None, p=None, low=None, high=None)
    se = float(np.sqrt(variance))
    reach = float(special.stdtrit(df, 0.5 + level / 2)) * se
    return Coefficient(
        name=name,
        estimate=estimate,
        se=se,
        z=estimate / se,
        p=float(2 * special.stdtr(df, -abs(estimate / se))),
        low=estimate - reach,
        high=estimate + reach,
        df=df if np.isfinite(df) else None,
    )
