"""Signal detection: how far apart real and synthetic images are to a reader, freed from the reader's leaning.

"Positive" means synthetic throughout: a hit is a synthetic image called synthetic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.arrays import Floats, as_flags
from analysis.errors import NothingToAnalyseError, WrongCountError, WrongProbabilityError, WrongShapeError
from analysis.proportions import check_level, normal_quantile, wilson
from analysis.result import Interval, Result

ALTERNATIVES = (2, 64)
# the trapezoid rule converges faster than any power of the step on this integrand: .05 leaves 1e-15
NODES = np.linspace(-9.5, 9.5, 381)
DENSITY = np.exp(-(NODES**2) / 2) / math.sqrt(2 * math.pi) * (NODES[1] - NODES[0])
FARTHEST = 20.0
MEASURES = ("dprime", "dprime_se", "dprime_low", "dprime_high", "criterion", "log_beta")
INFINITE = "d' is infinite where a rate is 0 or 1: read the log-linear one instead."


@dataclass(frozen=True, kw_only=True)
class YesNo(Result):
    """A reader's calls against the truth, with sensitivity, specificity, d', criterion and MCC.

    The names ending in `_loglinear` add ½ to each of the four counts (Hautus 1995), so they exist wherever
    both kinds were shown.
    """

    hit: int
    miss: int
    false_alarm: int
    correct_rejection: int
    n: int
    sensitivity: float | None
    specificity: float | None
    accuracy: float
    balanced_accuracy: float | None
    dprime: float | None
    dprime_se: float | None
    dprime_low: float | None
    dprime_high: float | None
    criterion: float | None
    log_beta: float | None
    dprime_loglinear: float | None
    dprime_loglinear_se: float | None
    dprime_loglinear_low: float | None
    dprime_loglinear_high: float | None
    criterion_loglinear: float | None
    log_beta_loglinear: float | None
    mcc: float | None
    level: float
    accuracy_interval: Interval
    sensitivity_interval: Interval | None = None
    specificity_interval: Interval | None = None
    method: str = "equal-variance signal detection (Green & Swets 1966)"
    reason: str | None = None


def yes_no(hit: int, miss: int, false_alarm: int, correct_rejection: int, *, level: float = 0.95) -> YesNo:
    """Signal detection from the four counts of a yes/no task (Green & Swets 1966; Macmillan & Creelman 2005).

    d' = z(H) - z(F), criterion c = -(z(H) + z(F))/2, ln beta = c d'. Log-linear: H = (hits + ½)/(n + 1) and
    so F (Hautus 1995, Behav Res Methods 27:46). SE of d':
    √(H(1-H)/(n φ(zH)²) + F(1-F)/(m φ(zF)²)) (Gourevitch & Galanter 1967).
    MCC is the correlation of call and truth (Matthews 1975).

    Parameters
    ----------
    hit, miss, false_alarm, correct_rejection
        Synthetic images called synthetic and called real; real ones called synthetic and called real.
    level
        Confidence level of the interval.

    Returns
    -------
    YesNo
        Rates, d', criterion, their log-linear forms, MCC and intervals.
    """
    check_level(level)
    _check_counts(hit, miss, false_alarm, correct_rejection)
    positives, negatives = hit + miss, false_alarm + correct_rejection
    sensitivity = hit / positives if positives else None
    specificity = correct_rejection / negatives if negatives else None
    plain = _measures(hit, positives, false_alarm, negatives, level)
    both = None if sensitivity is None or specificity is None else (sensitivity + specificity) / 2
    return YesNo(
        hit=hit,
        miss=miss,
        false_alarm=false_alarm,
        correct_rejection=correct_rejection,
        n=positives + negatives,
        sensitivity=sensitivity,
        specificity=specificity,
        accuracy=(hit + correct_rejection) / (positives + negatives),
        balanced_accuracy=both,
        **plain,
        **_loglinear(hit, positives, false_alarm, negatives, level),
        mcc=matthews(hit, miss, false_alarm, correct_rejection),
        level=level,
        accuracy_interval=wilson(hit + correct_rejection, positives + negatives, level=level),
        sensitivity_interval=wilson(hit, positives, level=level) if positives else None,
        specificity_interval=wilson(correct_rejection, negatives, level=level) if negatives else None,
        reason=None if plain["dprime"] is not None else _why_none(positives, negatives),
    )


def _check_counts(*counts: int) -> None:
    if min(counts) < 0 or any(item != int(item) for item in counts):
        raise WrongCountError("The four counts have to be whole numbers of 0 or more.")
    if not sum(counts):
        raise NothingToAnalyseError


def _loglinear(hit: int, positives: int, false_alarm: int, negatives: int, level: float) -> dict[str, Any]:
    """The measures with ½ added to each count, where both kinds were shown."""
    found = _measures(hit + 0.5, positives + 1, false_alarm + 0.5, negatives + 1, level)
    exists = positives > 0 and negatives > 0
    return {_loglinear_name(name): value if exists else None for name, value in found.items()}


def yes_no_from_calls(
    synthetic: npt.ArrayLike, called_synthetic: npt.ArrayLike, *, level: float = 0.95
) -> YesNo:
    """Count true or false arrays of truth and call, answer by answer, and return `yes_no` of the counts.

    Parameters
    ----------
    synthetic
        Which images are synthetic.
    called_synthetic
        Which were called so.
    level
        Confidence level of the interval.

    Returns
    -------
    YesNo
        As of `yes_no`.
    """
    truth, call = as_flags(synthetic), as_flags(called_synthetic)
    if truth.ndim != 1 or truth.shape != call.shape:
        raise WrongShapeError("Truth and call have to be two lists of the same length.")
    return yes_no(
        int((truth & call).sum()),
        int((truth & ~call).sum()),
        int((~truth & call).sum()),
        int((~truth & ~call).sum()),
        level=level,
    )


def matthews(hit: int, miss: int, false_alarm: int, correct_rejection: int) -> float | None:
    """Matthews' correlation coefficient; None where a row or column of the 2 x 2 table is empty.

    Parameters
    ----------
    hit, miss, false_alarm, correct_rejection
        The four counts, as of `yes_no`.

    Returns
    -------
    float or None
        The coefficient.
    """
    margins = (
        (hit + miss) * (false_alarm + correct_rejection) * (hit + false_alarm) * (miss + correct_rejection)
    )
    if margins == 0:
        return None
    return (hit * correct_rejection - miss * false_alarm) / math.sqrt(margins)


def mafc_percent_correct(dprime: npt.ArrayLike, alternatives: int) -> Floats:
    """Share correct of an unbiased observer in m-alternative forced choice (Green & Dai 1991, eq. 1).

    Pc = ∫ φ(x - d') Φ(x)^(m-1) dx.

    Parameters
    ----------
    dprime
        One d' or many.
    alternatives
        Images of a trial, one of them real.

    Returns
    -------
    array
        The share correct at each d'.
    """
    _check_alternatives(alternatives)
    d = np.asarray(dprime, dtype=np.float64)
    powers = special.ndtr(NODES + d[..., None]) ** (alternatives - 1)
    return np.asarray(powers @ DENSITY)


def mafc_dprime(percent_correct: float, alternatives: int) -> float | None:
    """d' of m-alternative forced choice from the share correct (Green & Dai 1991, Percept Psychophys 49:100).

    Solves `mafc_percent_correct` to the last digits; 0 at chance, negative below, None (infinite) at 0 and 1.

    Parameters
    ----------
    percent_correct
        The share correct, from 0 to 1.
    alternatives
        Images of a trial, one of them real.

    Returns
    -------
    float or None
        d'.
    """
    _check_alternatives(alternatives)
    if not 0 <= percent_correct <= 1:
        raise WrongProbabilityError(
            f"{percent_correct} is no share of correct answers: give one from 0 to 1."
        )
    if percent_correct in {0.0, 1.0}:
        return None
    if alternatives == 2:
        return math.sqrt(2) * float(special.ndtri(percent_correct))
    low, high = -FARTHEST, FARTHEST
    while high - low > 1e-13:
        middle = (low + high) / 2
        below = float(special.ndtr(NODES + middle) ** (alternatives - 1) @ DENSITY) < percent_correct
        low, high = (middle, high) if below else (low, middle)
    return 0.0 if abs(low + high) < 2e-12 else (low + high) / 2


def mafc_dprime_interval(share: Interval, alternatives: int) -> Interval:
    """d' with the ends of the share's interval mapped through the same monotone curve.

    An end at 0 or 1 has no finite d': it is None, and `reason` says so.

    Parameters
    ----------
    share
        The share correct with its interval.
    alternatives
        Images of a trial, one of them real.

    Returns
    -------
    Interval
        d' with its ends.
    """
    low, point, high = (
        None if end is None else mafc_dprime(end, alternatives)
        for end in (share.low, share.estimate, share.high)
    )
    missing = share.reason if share.low is None else INFINITE
    return Interval(
        estimate=point,
        low=low,
        high=high,
        level=share.level,
        method=f"{alternatives}-alternative forced choice (Green & Dai 1991), ends of: {share.method}",
        n=share.n,
        n_readers=share.n_readers,
        n_cases=share.n_cases,
        assumptions=(*share.assumptions, "unbiased observer, equal variances"),
        reason=missing if None in {low, point, high} else None,
    )


def _measures(hits: float, positives: int, alarms: float, negatives: int, level: float) -> dict[str, Any]:
    """d', its error and interval, criterion and ln beta; all None where a rate is 0 or 1."""
    if not (0 < hits < positives and 0 < alarms < negatives):
        return dict.fromkeys(MEASURES)
    z_hit, z_alarm = float(special.ndtri(hits / positives)), float(special.ndtri(alarms / negatives))
    # adding zero turns -0.0 into 0.0
    dprime, criterion = z_hit - z_alarm + 0.0, -(z_hit + z_alarm) / 2 + 0.0
    variance = _probit_variance(hits / positives, z_hit, positives)
    variance += _probit_variance(alarms / negatives, z_alarm, negatives)
    reach = normal_quantile(level) * math.sqrt(variance)
    values = (dprime, math.sqrt(variance), dprime - reach, dprime + reach, criterion, dprime * criterion)
    return dict(zip(MEASURES, values, strict=True))


def _loglinear_name(name: str) -> str:
    return name.replace("dprime", "dprime_loglinear") if "dprime" in name else f"{name}_loglinear"


def _probit_variance(rate: float, z: float, n: int) -> float:
    return rate * (1 - rate) / (n * math.exp(-z * z) / (2 * math.pi))


def _why_none(positives: int, negatives: int) -> str:
    if positives == 0 or negatives == 0:
        return "Only one kind of image was shown, so d' does not exist."
    return INFINITE


def _check_alternatives(alternatives: int) -> None:
    low, high = ALTERNATIVES
    if alternatives != int(alternatives) or not low <= alternatives <= high:
        raise WrongCountError(
            f"{alternatives} alternatives are not possible: give a whole number, {low} to {high}."
        )
