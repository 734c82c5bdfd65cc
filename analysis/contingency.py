"""Tables of counts: chi-squared with standardised residuals, trend, and the conditional odds ratio."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special
from scipy.optimize import brentq

from analysis.arrays import Floats
from analysis.errors import WrongShapeError, WrongValueError
from analysis.proportions import INDEPENDENT, check_level, log_choose
from analysis.result import Interval, Test

FARTHEST = 40.0


@dataclass(frozen=True, kw_only=True)
class ChiSquare(Test):
    """Pearson's test, with what each cell strays from independence.

    `residuals` are adjusted, and about standard normal where rows and columns are independent.
    """

    residuals: tuple[tuple[float, ...], ...]
    expected: tuple[tuple[float, ...], ...]


def chi_square(table: npt.ArrayLike) -> ChiSquare:
    """Pearson's test of independence with adjusted standardised residuals (Haberman 1973, Biometrics 29:205).

    Parameters
    ----------
    table
        Counts, rows x columns.

    Returns
    -------
    ChiSquare
        The test, expected counts, and for each cell (observed - expected) over its standard error,
        sqrt(expected (1 - row share)(1 - column share)).
    """
    counts = _counts(table)
    rows, columns, total = counts.sum(axis=1), counts.sum(axis=0), counts.sum()
    if (rows == 0).any() or (columns == 0).any():
        raise WrongValueError("A row or a column of the table is empty: leave it out.")
    expected = np.outer(rows, columns) / total
    statistic = float(((counts - expected) ** 2 / expected).sum())
    df = float((len(rows) - 1) * (len(columns) - 1))
    spread = expected * np.outer(1 - rows / total, 1 - columns / total)
    residuals = (counts - expected) / np.sqrt(spread)
    return ChiSquare(
        statistic=statistic,
        p=float(special.chdtrc(df, statistic)),
        method="Pearson's chi-squared",
        df=df,
        n=int(total),
        assumptions=(INDEPENDENT,),
        residuals=tuple(tuple(row) for row in residuals.tolist()),
        expected=tuple(tuple(row) for row in expected.tolist()),
    )


def cochran_armitage(
    successes: npt.ArrayLike, totals: npt.ArrayLike, scores: npt.ArrayLike | None = None
) -> Test:
    """Trend of a proportion over ordered groups (Cochran 1954; Armitage 1955, Biometrics 11:375).

    Parameters
    ----------
    successes, totals
        Of each group, in order.
    scores
        The groups' places; 0, 1, 2 and so on where left out.

    Returns
    -------
    Test
        z and its two-sided p; `estimate` is the slope of the proportion over the scores.
    """
    k, n = np.asarray(successes, dtype=float), np.asarray(totals, dtype=float)
    x = np.arange(len(k), dtype=float) if scores is None else np.asarray(scores, dtype=float)
    if not k.shape == n.shape == x.shape or k.ndim != 1 or len(k) < 2:
        raise WrongShapeError("Give successes, totals and scores of two groups or more.")
    if (n <= 0).any() or (k < 0).any() or (k > n).any():
        raise WrongValueError("Successes lie between 0 and the totals, and totals are above 0.")
    size, p = n.sum(), k.sum() / n.sum()
    middle = (n * x).sum() / size
    squares = (n * (x - middle) ** 2).sum()
    if not 0 < p < 1 or squares == 0:
        return Test(statistic=None, p=None, method="Cochran-Armitage", reason="Nothing varies.")
    slope = float((k * (x - middle)).sum() / squares)
    z = slope / math.sqrt(p * (1 - p) / squares)
    return Test(
        statistic=z,
        z=z,
        p=float(2 * special.ndtr(-abs(z))),
        method="Cochran-Armitage",
        estimate=slope,
        n=int(size),
        assumptions=(INDEPENDENT,),
    )


def conditional_odds_ratio(table: npt.ArrayLike, *, level: float = 0.95) -> Interval:
    """Conditional maximum likelihood odds ratio of a 2 x 2 table with its exact interval (Fisher 1935).

    Parameters
    ----------
    table
        Counts, 2 x 2.
    level
        Confidence level of the interval.

    Returns
    -------
    Interval
        The odds ratio given both margins; an end that does not exist is None.
    """
    check_level(level)
    counts = _counts(table)
    if counts.shape != (2, 2):
        raise WrongShapeError("The table has to be 2 x 2.")
    a, row, column, total = counts[0, 0], counts[0].sum(), counts[:, 0].sum(), counts.sum()
    low, high = max(0.0, row + column - total), min(row, column)
    values = np.arange(low, high + 1)
    weight = log_choose(row, values) + log_choose(total - row, column - values)
    tail = (1 - level) / 2

    def chances(log_odds: float) -> Floats:
        logs = weight + values * log_odds
        found = np.exp(logs - logs.max())
        return np.asarray(found / found.sum())

    ends = [
        _log_root(lambda t: float(chances(t)[values >= a].sum()) - tail) if a > low else None,
        _log_root(lambda t: tail - float(chances(t)[values <= a].sum())) if a < high else None,
    ]
    middle = _log_root(lambda t: float(chances(t) @ values) - a) if low < a < high else None
    estimate = math.exp(middle) if middle is not None else (0.0 if a == low and low < high else None)
    return Interval(
        estimate=estimate,
        low=0.0 if ends[0] is None else math.exp(ends[0]),
        high=None if ends[1] is None else math.exp(ends[1]),
        level=level,
        method="conditional maximum likelihood, exact interval",
        n=int(total),
        assumptions=(INDEPENDENT,),
        reason=None if low < a < high else "A cell is as small as the margins allow, so an end is open.",
    )


def _log_root(function: Callable[[float], float]) -> float:
    return float(brentq(function, -FARTHEST, FARTHEST, xtol=1e-12))


def _counts(table: npt.ArrayLike) -> Floats:
    counts = np.asarray(table, dtype=float)
    if counts.ndim != 2 or min(counts.shape) < 2:
        raise WrongShapeError("Give a table of counts with two rows and two columns or more.")
    if not np.isfinite(counts).all() or (counts < 0).any() or (counts != np.round(counts)).any():
        raise WrongValueError("Counts are whole numbers from 0 on.")
    if not counts.any():
        raise WrongValueError("The table is empty.")
    return counts
