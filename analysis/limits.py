"""Limits of agreement with repeated measures: every reader measures every case, so readings come in a table.

Bland & Altman (1986, Lancet 327:307; 1999, Stat Methods Med Res 8:135). The deviation of a difference that a
new reader would find on a new case is the root of the sum of the components of readers, cases and rest, from
mean squared differences of pairs of answers that share neither reader nor case, one of them, or both. Its
interval is Graybill & Wang's (1980) for sums of mean squares, and those of the limits are Zou's (2013).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.arrays import Bools, Floats, as_scores
from analysis.crossed import CrossedMean, crossed_mean
from analysis.errors import NothingToAnalyseError
from analysis.proportions import check_level, normal_quantile
from analysis.result import Interval, Result

METHOD = "Bland & Altman (1999), readers and cases random; intervals by MOVER (Zou 2013)"


@dataclass(frozen=True, kw_only=True)
class Limits(Result):
    """Limits within which differences lie, with their own intervals.

    `low` and `high` hold the share `level` of differences; `low_interval` and `high_interval` are the
    intervals of these two ends, (low, high).
    """

    bias: CrossedMean
    sd: float
    low: float
    high: float
    low_interval: tuple[float, float] | None
    high_interval: tuple[float, float] | None
    var_reader: float | None
    var_case: float | None
    var_error: float | None
    n: int
    level: float
    method: str


@dataclass(frozen=True, kw_only=True)
class _Components:
    """Variance components and, for the interval of the total, mean squares with weights and df."""

    reader: float | None
    case: float | None
    error: float | None
    total: float
    squares: tuple[tuple[float, float, float], ...]


def limits_of_agreement(table: npt.ArrayLike, *, level: float = 0.95) -> Limits:
    """Limits of agreement of differences that several readers found on the same cases.

    Parameters
    ----------
    table
        Readers x cases, differences of two measurements of a case; NaN where one is missing. With one
        reader these are the limits of Bland and Altman (1986).
    level
        Share of differences that the limits hold, and level of the intervals.

    Returns
    -------
    Limits
        The bias with its interval over readers and cases, the limits, and their intervals.
    """
    check_level(level)
    scores = as_scores(table)
    bias = crossed_mean(scores, level=level)
    parts = _components(scores)
    sd, z = math.sqrt(parts.total), normal_quantile(level)
    estimate = bias.estimate or 0.0
    low, high = estimate - z * sd, estimate + z * sd
    low_interval = high_interval = None
    if bias.low is not None and bias.high is not None:
        least, most = (math.sqrt(end) for end in _total_interval(parts, level))
        down, up = (estimate - bias.low, bias.high - estimate), (z * (sd - least), z * (most - sd))
        high_interval = (high - math.hypot(down[0], up[0]), high + math.hypot(down[1], up[1]))
        low_interval = (low - math.hypot(down[0], up[1]), low + math.hypot(down[1], up[0]))
    return Limits(
        bias=bias,
        sd=sd,
        low=low,
        high=high,
        low_interval=low_interval,
        high_interval=high_interval,
        var_reader=parts.reader,
        var_case=parts.case,
        var_error=parts.error,
        n=int(np.isfinite(scores).sum()),
        level=level,
        method=METHOD,
    )


def reproducibility(table: npt.ArrayLike, *, level: float = 0.95) -> Interval:
    """How far apart two readers' measurements of one case lie, in `level` of pairs.

    Parameters
    ----------
    table
        Readers x cases, measurements; NaN for missing.
    level
        Share of differences, and level of the interval.

    Returns
    -------
    Interval
        z √2 (σ²_reader + σ²_error)^½ (Bland & Altman 1999), with its interval.
    """
    check_level(level)
    scores = as_scores(table)
    parts = _components(scores)
    if parts.reader is None or parts.error is None:
        raise NothingToAnalyseError("Two readers have to measure the same two cases.")
    reach = normal_quantile(level) * math.sqrt(2)
    # readers and rest, without what is due to the cases
    cases = _effective(np.isfinite(scores).sum(axis=0))
    squares = tuple(
        (square, weight if place == 0 else 1 - 1 / cases, df)
        for place, (square, weight, df) in enumerate(parts.squares)
        if place != 1
    )
    between = _Components(
        reader=None, case=None, error=None, total=parts.reader + parts.error, squares=squares
    )
    low, high = _total_interval(between, level)
    return Interval(
        estimate=reach * math.sqrt(between.total),
        low=reach * math.sqrt(low),
        high=reach * math.sqrt(high),
        level=level,
        method="reproducibility coefficient (Bland & Altman 1999)",
        n=int(np.isfinite(scores).sum()),
        n_readers=len(scores),
        n_cases=scores.shape[1],
    )


def repeatability(first: Sequence[float], again: Sequence[float], *, level: float = 0.95) -> Interval:
    """How far apart a reader's two measurements of one case lie, in `level` of pairs.

    Parameters
    ----------
    first, again
        The two measurements of each pair.
    level
        Share of differences, and level of the interval.

    Returns
    -------
    Interval
        z √2 s_w with s_w² = Σd²/2n (Bland & Altman 1999), its interval by chi-squared on n.
    """
    check_level(level)
    apart = np.asarray(first, dtype=float) - np.asarray(again, dtype=float)
    n = len(apart)
    if not n or not np.isfinite(apart).all():
        raise NothingToAnalyseError("Give both measurements of each pair.")
    reach, within = normal_quantile(level) * math.sqrt(2), float((apart**2).mean() / 2)
    tail = (1 - level) / 2
    return Interval(
        estimate=reach * math.sqrt(within),
        low=reach * math.sqrt(n * within / special.chdtri(n, tail)),
        high=reach * math.sqrt(n * within / special.chdtri(n, 1 - tail)),
        level=level,
        method="repeatability coefficient (Bland & Altman 1999)",
        n=n,
    )


def _components(scores: Floats) -> _Components:
    seen = np.isfinite(scores)
    values = np.where(seen, scores, 0.0)
    n = int(seen.sum())
    rows, columns = seen.any(axis=1), seen.any(axis=0)
    if n < 2:
        raise NothingToAnalyseError("Limits need two differences.")
    if rows.sum() < 2 or columns.sum() < 2:
        variance = float(scores[seen].var(ddof=1))
        return _Components(
            reader=None, case=None, error=None, total=variance, squares=((variance, 1.0, n - 1.0),)
        )
    values, seen = values[np.ix_(rows, columns)], seen[np.ix_(rows, columns)]
    same_reader, pairs_reader = _apart(values, seen)
    same_case, pairs_case = _apart(values.T, seen.T)
    every, pairs = _apart(values.reshape(1, -1), seen.reshape(1, -1))
    others = pairs - pairs_reader - pairs_case
    if min(pairs_reader, pairs_case, others) == 0:
        variance = float(scores[np.isfinite(scores)].var(ddof=1))
        return _Components(
            reader=None, case=None, error=None, total=variance, squares=((variance, 1.0, n - 1.0),)
        )
    neither = (every - same_reader - same_case) / others
    return _solved(neither / 2, same_reader / pairs_reader / 2, same_case / pairs_case / 2, seen)


def _apart(values: Floats, seen: Bools) -> tuple[float, float]:
    """Sum of squared differences over the pairs within each row, and how many pairs there are."""
    n = seen.sum(axis=1).astype(float)
    squares = n * (values**2).sum(axis=1) - values.sum(axis=1) ** 2
    return float(squares.sum()), float((n * (n - 1) / 2).sum())


def _solved(total: float, cases_and_rest: float, readers_and_rest: float, seen: Floats) -> _Components:
    """Components from half mean squared differences; a component below zero is zero."""
    reader, case = max(total - cases_and_rest, 0.0), max(total - readers_and_rest, 0.0)
    error = max(cases_and_rest + readers_and_rest - total, 0.0)
    r, c = _effective(seen.sum(axis=1)), _effective(seen.sum(axis=0))
    squares = (
        (c * reader + error, 1 / c, r - 1),
        (r * case + error, 1 / r, c - 1),
        (error, 1 - 1 / r - 1 / c, (r - 1) * (c - 1)),
    )
    return _Components(reader=reader, case=case, error=error, total=reader + case + error, squares=squares)


def _effective(load: Floats) -> float:
    """The number of rows that a table with as many answers in each would have."""
    return float((load**2.0).sum() ** 2 / (load**4.0).sum())


def _total_interval(parts: _Components, level: float) -> tuple[float, float]:
    """Graybill and Wang's interval of a sum of weighted mean squares."""
    tail = (1 - level) / 2
    down = up = 0.0
    for square, weight, df in parts.squares:
        part = weight * square
        down += ((1 - df / float(special.chdtri(df, tail))) * part) ** 2
        up += ((df / float(special.chdtri(df, 1 - tail)) - 1) * part) ** 2
    return max(parts.total - math.sqrt(down), 0.0), parts.total + math.sqrt(up)
