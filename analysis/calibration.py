"""Calibration of confidence: when readers say they are sure, how often are they right?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.arrays import Floats, Ints
from analysis.errors import NothingToAnalyseError, WrongCountError, WrongShapeError, WrongValueError
from analysis.proportions import check_level, wilson
from analysis.result import Interval, Result
from analysis.roc.auc import empirical_auc

MOST_ITERATIONS = 60
SEPARATED = (
    "The probabilities separate right from wrong completely, or never vary: the logistic fit has no end."
)


@dataclass(frozen=True, kw_only=True)
class CalibrationBin(Result):
    """Answers of about the same stated probability: their mean, and how many were right."""

    low_edge: float
    high_edge: float
    n: int
    right: int
    stated: float
    observed: float
    interval: Interval


@dataclass(frozen=True, kw_only=True)
class Calibration(Result):
    """How stated probabilities of being right meet what was right.

    Brier = reliability - resolution + uncertainty holds exactly where all answers of a bin state the same.
    """

    n: int
    accuracy: float
    mean_stated: float
    overconfidence: float
    brier: float
    reliability: float
    resolution: float
    uncertainty: float
    expected_calibration_error: float
    largest_calibration_error: float
    intercept: float | None
    intercept_se: float | None
    slope: float | None
    slope_se: float | None
    discrimination: float | None
    bins: tuple[CalibrationBin, ...]
    n_missing: int
    level: float
    method: str = "Brier (1950), Murphy (1973), Cox (1958)"
    assumptions: tuple[str, ...] = ("assumes independent answers",)
    reason: str | None = None


def confidence_to_probability(confidence: npt.ArrayLike, points: int, *, lowest: float = 0.5) -> Floats:
    """Map the points 1…n of a confidence scale evenly to probabilities of being right, from `lowest` to 1.

    `lowest` is chance: a reader without a clue is right half of the time on a real-or-synthetic call. The
    mapping is a convention; what a scale's words mean is the protocol's to say.

    Parameters
    ----------
    confidence
        Points of the scale, NaN for missing.
    points
        How many points the scale has.
    lowest
        The probability that the lowest point stands for.

    Returns
    -------
    array
        A probability for each confidence.
    """
    if points < 2:
        raise WrongCountError("A confidence scale has at least two points.")
    values = np.asarray(confidence, dtype=np.float64)
    seen = values[np.isfinite(values)]
    if ((seen < 1) | (seen > points)).any():
        raise WrongValueError(f"A confidence lies outside 1 to {points}: correct it or the scale.")
    return np.asarray(lowest + (values - 1) / (points - 1) * (1 - lowest))


def confidence_calibration(
    stated: npt.ArrayLike, right: npt.ArrayLike, *, bins: int | None = None, level: float = 0.95
) -> Calibration:
    """Compare stated probabilities with 0/1 outcomes.

    Parameters
    ----------
    stated, right
        Probability of being right that each answer stated, and whether it was. NaN is missing, and counted.
    bins
        Number of equal bins from 0 to 1; None makes one bin of each value that was stated.
    level
        Of the bins' Wilson intervals.

    Returns
    -------
    Calibration
        Brier score and its parts, calibration errors, Cox's fit, discrimination, and the bins.

    Notes
    -----
    Brier score (1950, Mon Weather Rev 78:1): mean (f - o)², which Murphy (1973, J Appl Meteorol 12:595) parts
    into Σn_b(f_b - o_b)²/n - Σn_b(o_b - o)²/n + o(1 - o). Slope and intercept are Cox's (1958, Biometrika
    45:562): logit P(right) = a + b logit(stated), perfect at 0 and 1. Discrimination is the area under the
    ROC curve of stated against right.
    """
    check_level(level)
    f, o, missing = _checked(stated, right)
    groups, edges = _groups(f, bins)
    accuracy = float(o.mean())
    found = tuple(_bin(f[groups == b], o[groups == b], edges[b], level) for b in np.unique(groups).tolist())
    intercept, intercept_se, slope, slope_se = _cox(f, o)
    return Calibration(
        n=len(f),
        accuracy=accuracy,
        mean_stated=float(f.mean()),
        overconfidence=float(f.mean()) - accuracy,
        brier=float(((f - o) ** 2).mean()),
        uncertainty=accuracy * (1 - accuracy),
        **_parts(found, accuracy),
        intercept=intercept,
        intercept_se=intercept_se,
        slope=slope,
        slope_se=slope_se,
        discrimination=empirical_auc(f, o).estimate if 0 < accuracy < 1 else None,
        bins=found,
        n_missing=missing,
        level=level,
        reason=SEPARATED if intercept is None else None,
    )


def _parts(bins: Sequence[CalibrationBin], accuracy: float) -> dict[str, Any]:
    """Reliability, resolution and calibration errors, by the bins."""
    n, stated, observed = np.array([(item.n, item.stated, item.observed) for item in bins]).T
    weights, gaps = n / n.sum(), stated - observed
    return {
        "reliability": float(weights @ gaps**2),
        "resolution": float(weights @ (observed - accuracy) ** 2),
        "expected_calibration_error": float(weights @ np.abs(gaps)),
        "largest_calibration_error": float(np.abs(gaps).max()),
    }


def _checked(stated: npt.ArrayLike, right: npt.ArrayLike) -> tuple[Floats, Floats, int]:
    f, o = np.asarray(stated, dtype=np.float64), np.asarray(right, dtype=np.float64)
    if f.ndim != 1 or f.shape != o.shape:
        raise WrongShapeError("Stated probabilities and outcomes have to be two lists of the same length.")
    whole = np.isfinite(f) & np.isfinite(o)
    f, o = f[whole], o[whole]
    if not len(f):
        raise NothingToAnalyseError
    if ((f < 0) | (f > 1)).any() or not np.isin(o, (0.0, 1.0)).all():
        raise WrongValueError("Probabilities lie from 0 to 1, and outcomes are 0 or 1.")
    return f, o, int((~whole).sum())


def _groups(f: Floats, bins: int | None) -> tuple[Ints, list[tuple[float, float]]]:
    if bins is None:
        values, groups = np.unique(f, return_inverse=True)
        return groups.astype(np.int64), [(value, value) for value in values.tolist()]
    if bins < 1:
        raise WrongCountError("Calibration needs at least one bin.")
    groups = np.minimum((f * bins).astype(np.int64), bins - 1)
    return groups, [(b / bins, (b + 1) / bins) for b in range(bins)]


def _bin(f: Floats, o: Floats, edges: tuple[float, float], level: float) -> CalibrationBin:
    k = int(o.sum())
    return CalibrationBin(
        low_edge=edges[0],
        high_edge=edges[1],
        n=len(f),
        right=k,
        stated=float(f.mean()),
        observed=k / len(f),
        interval=wilson(k, len(f), level=level),
    )


def _cox(f: Floats, o: Floats) -> tuple[float | None, float | None, float | None, float | None]:
    """Logistic regression of outcome on logit(stated) by Newton's method; certain answers are drawn in."""
    x = special.logit(np.clip(f, 0.005, 0.995))
    nothing = (None, None, None, None)
    if not 0 < o.mean() < 1 or np.ptp(x) < 1e-9 or _separated(x, o):
        return nothing
    design = np.column_stack([np.ones_like(x), x])
    beta = np.zeros(2)
    for _ in range(MOST_ITERATIONS):
        p = special.expit(design @ beta)
        information = design.T @ (design * (p * (1 - p))[:, None])
        if np.linalg.cond(information) > 1e12:
            return nothing
        step = np.linalg.solve(information, design.T @ (o - p))
        beta = beta + step
        if float(np.abs(step).max()) < 1e-12:
            break
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    return float(beta[0]), float(errors[0]), float(beta[1]), float(errors[1])


def _separated(x: Floats, o: Floats) -> bool:
    """Whether a threshold on x parts right from wrong: then the slope would be infinite."""
    up, down = x[o == 1], x[o == 0]
    return bool(up.min() >= down.max() or down.min() >= up.max())
