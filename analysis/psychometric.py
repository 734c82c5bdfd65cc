"""The exposure at which readers are right so often: thresholds from answers to images shown for a short time.

P(right) = γ + (1 - γ - λ) / (1 + exp(-β (log t - α_r))): a threshold for each reader, one slope for all, by
maximum likelihood. Answers of a staircase may be used as they are: the rule chose each exposure from earlier
answers alone, so it leaves the likelihood as it is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special
from scipy.optimize import brentq, minimize

from analysis.arrays import Bools, Floats
from analysis.crossed import t_quantile
from analysis.errors import AnalysisError, WrongShapeError, WrongValueError
from analysis.proportions import check_level, normal_quantile
from analysis.result import Interval, Result

LAPSE = 0.02
STEEPEST = 50.0
NEITHER = "Every answer was right, or every one wrong, so there is no threshold."


class NoThresholdError(AnalysisError):
    """No reader was right at some exposures and wrong at others; read the shares of correct answers."""


@dataclass(frozen=True, kw_only=True)
class ReaderThreshold(Result):
    """One reader's threshold in ms, and what it comes from."""

    reader: str
    threshold: float | None
    low: float | None
    high: float | None
    n: int
    correct: int
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Thresholds(Result):
    """Thresholds in ms where the share `target` is right; `threshold` is the readers' geometric mean."""

    threshold: Interval
    by_reader: tuple[ReaderThreshold, ...]
    target: float
    guess: float
    lapse: float
    slope: float
    n: int
    method: str = "maximum likelihood, a threshold a reader and one slope; logistic in log exposure"


def converges_to(*, down: int, down_ms: float, up: int, up_ms: float) -> float:
    """Return the share of right answers at which a staircase neither falls nor rises.

    After `down` right answers in a row the exposure falls by `down_ms`, after `up` wrong ones it rises by
    `up_ms` (Kaernbach 1991, weighted up and down).

    Parameters
    ----------
    down, down_ms
        Right answers in a row that shorten the exposure, and by how much.
    up, up_ms
        Wrong answers in a row that lengthen it, and by how much.

    Returns
    -------
    float
        The share.
    """
    wanted = up_ms / (up_ms + down_ms)

    def falls(p: float) -> float:
        """How often a run of right answers comes before one of wrong answers."""
        q = 1 - p
        right, wrong = p ** (down - 1), q ** (up - 1)
        return right * (1 - q**up) / (right + wrong - right * wrong)

    return float(brentq(lambda p: falls(p) - wanted, 1e-9, 1 - 1e-9))


def thresholds(
    readers: npt.ArrayLike,
    exposure_ms: npt.ArrayLike,
    correct: npt.ArrayLike,
    *,
    target: float,
    guess: float = 0.0,
    lapse: float = LAPSE,
    level: float = 0.95,
) -> Thresholds:
    """Estimate each reader's threshold.

    Parameters
    ----------
    readers, exposure_ms, correct
        Who answered, how long the image was shown, and whether the answer was right, for each answer.
    target
        The share right at the threshold.
    guess, lapse
        The share right without seeing anything, and the share wrong whatever was seen.
    level
        Confidence level of the intervals.

    Returns
    -------
    Thresholds
        Each reader's, and their geometric mean with readers random.

    Raises
    ------
    NoThresholdError
        Where no reader was both right and wrong, or being right does not depend on the exposure.
    """
    check_level(level)
    names, who = np.unique(np.asarray(readers, dtype=object).astype(str), return_inverse=True)
    time, right = np.asarray(exposure_ms, dtype=float), np.asarray(correct, dtype=float)
    _check(who, time, right)
    if not guess < target < 1 - lapse:
        raise WrongValueError(f"The target has to lie between {guess:g} and {1 - lapse:g}.")
    rows = [(int(right[who == r].sum()), int((who == r).sum())) for r in range(len(names))]
    fitted = np.array([0 < k < n for k, n in rows])
    if not fitted.any():
        raise NoThresholdError
    kept = fitted[who]
    place = np.cumsum(fitted) - 1
    model = _Curve(place[who[kept]], np.log(time[kept]), right[kept], guess=guess, lapse=lapse)
    alpha, slope, covariance = model.fit()
    shift = math.log((target - guess) / (1 - lapse - target))
    return _summary(names.tolist(), rows, fitted, (alpha, slope, covariance), shift, model, target, level)


def _check(who: Any, time: Floats, right: Floats) -> None:
    if not who.shape == time.shape == right.shape:
        raise WrongShapeError("Each answer needs its reader, its exposure and whether it was right.")
    if not (np.isfinite(time) & (time > 0)).all() or not np.isin(right, (0, 1)).all():
        raise WrongValueError("Exposures are above 0 ms, and right is 0 or 1.")


class _Curve:
    """The likelihood of right and wrong answers; parameters are thresholds and the logarithm of the slope."""

    def __init__(self, who: Any, x: Floats, right: Floats, *, guess: float, lapse: float) -> None:
        self.who, self.x, self.right = who, x, right
        self.guess, self.lapse = guess, lapse
        self.readers = int(who.max()) + 1

    def value(self, parameters: Floats) -> tuple[float, Floats]:
        """Minus the log-likelihood, and its gradient."""
        slope = math.exp(parameters[-1])
        away = self.x - parameters[self.who]
        rise = special.expit(slope * away)
        height = 1 - self.guess - self.lapse
        p = np.clip(self.guess + height * rise, 1e-12, 1 - 1e-12)
        score = (self.right - p) / (p * (1 - p)) * height * rise * (1 - rise)
        gradient = np.append(
            np.bincount(self.who, -slope * score, self.readers), (score * away).sum() * slope
        )
        return -float((self.right * np.log(p) + (1 - self.right) * np.log1p(-p)).sum()), -gradient

    def fit(self) -> tuple[Floats, float, Floats]:
        """Thresholds, slope, and the covariance of thresholds and log slope."""
        middle = np.bincount(self.who, self.x, self.readers) / np.bincount(self.who, minlength=self.readers)
        best = None
        for start in (1.0, 3.0, 8.0):
            bounds = [(None, None)] * self.readers + [(math.log(1e-3), math.log(STEEPEST))]
            found = minimize(
                self.value, np.append(middle, math.log(start)), jac=True, method="L-BFGS-B", bounds=bounds,
                options={"maxiter": 2000, "ftol": 1e-13, "gtol": 1e-9},
            )  # fmt: skip
            if best is None or found.fun < best.fun:
                best = found
        if best is None or not math.log(1e-3) < best.x[-1] < math.log(STEEPEST) - 1e-6:
            raise NoThresholdError("Being right does not rise with the exposure; read the shares.")
        return best.x[:-1], math.exp(best.x[-1]), np.asarray(np.linalg.pinv(self._information(best.x)), float)

    def _information(self, at: Floats) -> Floats:
        """Second differences of the likelihood, from its gradient."""
        step = 1e-5
        rows = [
            (self.value(at + step * unit)[1] - self.value(at - step * unit)[1]) / (2 * step)
            for unit in np.eye(len(at))
        ]
        found = np.array(rows)
        return (found + found.T) / 2


def _summary(
    names: Sequence[str],
    rows: Sequence[tuple[int, int]],
    fitted: Bools,
    found: tuple[Floats, float, Floats],
    shift: float,
    model: _Curve,
    target: float,
    level: float,
) -> Thresholds:
    alpha, slope, covariance = found
    middle = alpha + shift / slope
    own = iter(range(len(alpha)))
    readers = []
    for name, (k, n), is_fitted in zip(names, rows, fitted, strict=True):
        bare = ReaderThreshold(
            reader=name, threshold=None, low=None, high=None, n=n, correct=k, reason=NEITHER
        )
        readers.append(
            _of_reader(bare, next(own), middle, shift / slope, covariance, level) if is_fitted else bare
        )
    return Thresholds(
        threshold=_mean(middle, level),
        by_reader=tuple(readers),
        target=target,
        guess=model.guess,
        lapse=model.lapse,
        slope=slope,
        n=len(model.x),
    )


def _of_reader(
    bare: ReaderThreshold, place: int, middle: Floats, over: float, covariance: Floats, level: float
) -> ReaderThreshold:
    """The threshold depends on the log slope too, by minus what lies between it and the curve's middle."""
    gradient = np.zeros(len(covariance))
    gradient[place], gradient[-1] = 1.0, -over
    reach = normal_quantile(level) * math.sqrt(max(float(gradient @ covariance @ gradient), 0.0))
    low, at, high = (
        math.exp(value) for value in (middle[place] - reach, middle[place], middle[place] + reach)
    )
    return bare.with_(threshold=at, low=low, high=high, reason=None)


def _mean(middle: Floats, level: float) -> Interval:
    """The geometric mean with the t-interval over readers."""
    n = len(middle)
    bare = Interval(
        estimate=math.exp(middle.mean()),
        low=None,
        high=None,
        level=level,
        method="geometric mean of the readers’ thresholds, t over readers",
        n_readers=n,
    )
    if n < 2:
        return bare.with_(reason="One reader alone says nothing about others.")
    se = float(middle.std(ddof=1)) / math.sqrt(n)
    reach = t_quantile(n - 1, level) * se
    return bare.with_(
        low=math.exp(middle.mean() - reach), high=math.exp(middle.mean() + reach), se=se, df=float(n - 1)
    )
