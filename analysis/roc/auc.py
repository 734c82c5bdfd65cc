"""The empirical area under the ROC curve and its covariances."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.arrays import Bools, Floats, as_flags, as_numbers
from analysis.errors import NothingToAnalyseError, UnknownChoiceError, WrongShapeError, WrongValueError
from analysis.proportions import check_level, normal_quantile
from analysis.ranking import midranks
from analysis.result import Interval, Test

COVARIANCES = ("delong", "jackknife", "unbiased")
NO_VARIANCE = "The area shows no variance over cases (perfect or constant scores), so there is no interval."
# products held at once by the unbiased covariance
LARGEST_BLOCK = 8_000_000


@dataclass(frozen=True, kw_only=True)
class Auc(Interval):
    """An empirical area with DeLong's variance."""

    variance: float | None = None
    n_positive: int = 0
    n_negative: int = 0
    n_missing: int = 0


def empirical_auc(scores: npt.ArrayLike, truth: npt.ArrayLike, *, level: float = 0.95) -> Auc:
    """Area under the empirical ROC curve with DeLong's variance (DeLong, DeLong & Clarke-Pearson 1988).

    P(score of a positive > of a negative) + ½P(equal) (Biometrics 44:837). `truth` is true or 1 for positive
    (synthetic). Normal interval, cut off at 0 and 1.

    Parameters
    ----------
    scores
        One score a case; higher means more surely positive. NaN is missing.
    truth
        1 or true for positive (synthetic) cases, 0 for negative ones.
    level
        Confidence level of the interval.

    Returns
    -------
    Auc
        The area, its variance and interval.
    """
    check_level(level)
    if np.ndim(scores) != 1:
        raise WrongShapeError("An area comes from one list of scores: for several take auc_covariance.")
    values, positive, missing = _checked(scores, truth)
    area, variance = (float(item) for item in auc_covariance(values, positive, method="delong", check=False))
    bare = Auc(
        estimate=area,
        low=None,
        high=None,
        level=level,
        method="empirical area, DeLong (1988)",
        n=len(positive),
        n_cases=len(positive),
        variance=variance,
        n_positive=int(positive.sum()),
        n_negative=int((~positive).sum()),
        n_missing=missing,
        assumptions=("assumes independent cases",),
    )
    if variance < 1e-15:
        return bare.with_(reason=NO_VARIANCE)
    se = math.sqrt(variance)
    reach = normal_quantile(level) * se
    return bare.with_(se=se, low=max(0.0, area - reach), high=min(1.0, area + reach))


def delong_test(
    first: npt.ArrayLike, second: npt.ArrayLike, truth: npt.ArrayLike, *, null: float = 0.0
) -> Test:
    """DeLong's test of two areas on the same cases; `estimate` is the difference first - second.

    Parameters
    ----------
    first, second
        Two scores of each case; a case that lacks one is left out.
    truth
        1 or true for positive (synthetic) cases, 0 for negative ones.
    null
        The difference of areas under the null hypothesis.

    Returns
    -------
    Test
        z, p and the difference.
    """
    if np.shape(first) != np.shape(second):
        raise WrongShapeError("The two scores have to be lists of the same length.")
    both = np.stack([as_numbers(first), as_numbers(second)])
    values, positive, _ = _checked(both, truth)
    areas, covariance = auc_covariance(values, positive, method="delong", check=False)
    difference = float(areas[0] - areas[1])
    variance = float(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    bare = Test(
        statistic=None,
        p=None,
        method="DeLong (1988), paired",
        estimate=difference,
        n_cases=len(positive),
        assumptions=("assumes independent cases",),
    )
    if variance < 1e-15:
        return bare.with_(reason="The two areas do not vary against each other, so there is no test.")
    z = (difference - null) / math.sqrt(variance)
    return bare.with_(statistic=z, z=z, p=float(2 * special.ndtr(-abs(z))))


def auc_covariance(
    scores: npt.ArrayLike, truth: npt.ArrayLike, *, method: str = "delong", check: bool = True
) -> tuple[Floats, Floats]:
    """Areas of several score lists (rows) on the same cases (columns), and their covariance matrix.

    - `delong`: covariances of the placements, S10/m + S01/n (DeLong et al. 1988; midranks of Sun & Xu 2014)
    - `jackknife`: (N-1)/N Σ (A_(i) - mean)(A_(i) - mean)' over all N cases left out in turn
    - `unbiased`: the U-statistic of Gallas (2006, Acad Radiol 13:353), whose variances may come out negative

    Parameters
    ----------
    scores
        Score lists x cases, or one list.
    truth
        1 or true for positive (synthetic) cases, 0 for negative ones.
    method
        delong, jackknife or unbiased.
    check
        Whether shapes and missing scores are looked at first.

    Returns
    -------
    areas, covariance
        An area for each list and their covariance matrix; two numbers for one list.
    """
    if method not in COVARIANCES:
        raise UnknownChoiceError(
            f"The covariance {method!r} is unknown: take one of {', '.join(COVARIANCES)}."
        )
    values = as_numbers(scores)
    positive = np.asarray(truth, dtype=bool)
    if check:
        values, positive, missing = _checked(values, truth)
        if missing:
            raise WrongValueError("A score is missing: leave its case out for everybody first.")
    rows = np.atleast_2d(values)
    if method == "unbiased":
        areas, covariance = _unbiased(rows, positive)
    else:
        areas, over_positive, over_negative = placements(rows, positive)
        combine = _delong if method == "delong" else _jackknife
        covariance = combine(areas, over_positive, over_negative)
    return (areas, covariance) if values.ndim == 2 else (areas[0], covariance[0, 0])


def placements(rows: Floats, positive: Bools) -> tuple[Floats, Floats, Floats]:
    """Areas, and for each case its share of cases of the other kind that lie on the right side of it."""
    up, down = rows[:, positive], rows[:, ~positive]
    m, n = up.shape[1], down.shape[1]
    pooled = midranks(np.concatenate([up, down], axis=1))[0]
    over_positive = (pooled[:, :m] - midranks(up)[0]) / n
    over_negative = 1 - (pooled[:, m:] - midranks(down)[0]) / m
    return over_positive.mean(axis=1), over_positive, over_negative


def roc_curve(scores: npt.ArrayLike, truth: npt.ArrayLike) -> tuple[Floats, Floats, Floats]:
    """False-positive shares, true-positive shares and thresholds of the empirical curve, from (0, 0) on.

    The first threshold is infinite: nothing is called positive.

    Parameters
    ----------
    scores
        One score a case; higher means more surely positive. NaN is missing.
    truth
        1 or true for positive (synthetic) cases, 0 for negative ones.

    Returns
    -------
    false, true, thresholds
        The points of the curve.
    """
    values, positive, _ = _checked(scores, truth)
    found = np.unique(values)[::-1]
    thresholds = np.concatenate([[np.inf], found])
    up, down = np.sort(values[positive]), np.sort(values[~positive])
    true = 1 - np.searchsorted(up, thresholds) / len(up)
    false = 1 - np.searchsorted(down, thresholds) / len(down)
    return false, true, thresholds


def signed_confidence(called_synthetic: npt.ArrayLike, confidence: npt.ArrayLike) -> Floats:
    """One scale out of call and confidence: plus the confidence for "synthetic", minus it for "real".

    Parameters
    ----------
    called_synthetic
        Which images were called synthetic.
    confidence
        How sure each call was, above 0; NaN is missing.

    Returns
    -------
    array
        A score for each call.
    """
    call, sure = as_flags(called_synthetic), as_numbers(confidence)
    if call.shape != sure.shape:
        raise WrongShapeError("Calls and confidences have to be as many.")
    if (sure[np.isfinite(sure)] <= 0).any():
        raise WrongValueError("A confidence has to be above 0, or call and confidence cannot be told apart.")
    return np.where(call, sure, -sure)


def _checked(scores: npt.ArrayLike, truth: npt.ArrayLike) -> tuple[Floats, Bools, int]:
    values, kinds = as_numbers(scores), np.asarray(truth)
    if values.ndim not in {1, 2} or kinds.shape != values.shape[-1:]:
        raise WrongShapeError("Scores and truth have to be lists of the same length.")
    if kinds.dtype != bool and not np.isin(kinds, (0, 1)).all():
        raise WrongValueError("The truth of a case is 1 (positive, synthetic) or 0 (negative, real).")
    whole = np.isfinite(np.atleast_2d(values)).all(axis=0)
    positive = kinds[whole].astype(bool)
    if not positive.any() or positive.all():
        raise NothingToAnalyseError(
            "An ROC curve needs a positive and a negative case with every score present."
        )
    return values[..., whole], positive, int((~whole).sum())


def _delong(areas: Floats, over_positive: Floats, over_negative: Floats) -> Floats:
    pieces = []
    for placed in (over_positive, over_negative):
        strayed = placed - areas[:, None]
        size = placed.shape[1]
        pieces.append(strayed @ strayed.T / (max(size - 1, 1) * size))
    return np.asarray(pieces[0] + pieces[1])


def _jackknife(areas: Floats, over_positive: Floats, over_negative: Floats) -> Floats:
    m, n = over_positive.shape[1], over_negative.shape[1]
    if min(m, n) < 2:
        raise NothingToAnalyseError("The jackknife needs two positive and two negative cases.")
    total = areas[:, None]
    left = np.concatenate(
        [(m * total - over_positive) / (m - 1), (n * total - over_negative) / (n - 1)], axis=1
    )
    strayed = left - left.mean(axis=1, keepdims=True)
    return np.asarray(strayed @ strayed.T * (m + n - 1) / (m + n))


def _unbiased(rows: Floats, positive: Bools) -> tuple[Floats, Floats]:
    up, down = rows[:, positive], rows[:, ~positive]
    m, n = up.shape[1], down.shape[1]
    if min(m, n) < 2:
        raise NothingToAnalyseError("The unbiased covariance needs two positive and two negative cases.")
    areas, over_positive, over_negative = placements(rows, positive)
    per_positive, per_negative = over_positive * n, over_negative * m
    both = np.zeros((len(rows), len(rows)))
    block = max(1, LARGEST_BLOCK // (len(rows) * n))
    for start in range(0, m, block):
        apart = up[:, start : start + block, None] - down[:, None, :]
        kernel = ((np.sign(apart) + 1) / 2).reshape(len(rows), -1)
        both += kernel @ kernel.T
    same_positive, same_negative = per_positive @ per_positive.T, per_negative @ per_negative.T
    total = np.outer(areas, areas) * (m * n) ** 2
    m4 = (total - same_positive - same_negative + both) / (m * n * (m - 1) * (n - 1))
    return areas, np.asarray(total / (m * n) ** 2 - m4)
