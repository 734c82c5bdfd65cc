"""Hodges and Lehmann's estimates of a shift, with intervals from the order statistics of pair averages."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.arrays import Floats, Ints
from analysis.errors import TooLargeError
from analysis.proportions import check_level, normal_quantile
from analysis.ranking import snapped
from analysis.ranks.exact import signed_sum_distribution, subset_sum_distribution
from analysis.ranks.pairs import differences, sample
from analysis.result import Interval

LARGEST_EXACT = 200
LARGEST_EXACT_GROUPS = 60
MOST_PAIRS = 25_000_000
TOO_FEW = "So few values cannot reach the level: the interval is the whole range, at the level given."


@dataclass(frozen=True, kw_only=True)
class Shift(Interval):
    """A Hodges-Lehmann estimate; `level_reached` is the exact coverage where it was enumerated."""

    level_reached: float | None = None


def hodges_lehmann(
    first: npt.ArrayLike, second: npt.ArrayLike | None = None, *, level: float = 0.95
) -> Shift:
    """Median of the Walsh averages of first - second (Hodges & Lehmann 1963; interval: Tukey 1949).

    The ends are the q-th smallest and largest of the n(n+1)/2 averages (d_i + d_j)/2, i <= j, with q the
    quantile of the signed-rank distribution: exact to 200 differences, normal beyond. Zeros stay in; with
    ties the interval is conservative.

    Parameters
    ----------
    first, second
        Pairs, or differences alone. Incomplete pairs are left out.
    level
        Confidence level of the interval.

    Returns
    -------
    Shift
        The shift, its interval, and the level that the interval reaches.
    """
    check_level(level)
    delta, _ = differences(first, second)
    values, counts = np.unique(delta, return_counts=True)
    if len(values) ** 2 > MOST_PAIRS:
        raise TooLargeError(f"{len(values)} different values have too many averages: round them first.")
    i, j = np.triu_indices(len(values))
    weight = np.where(i == j, counts[i] * (counts[i] + 1) // 2, counts[i] * counts[j])
    n = len(delta)
    q, reached = _signed_quantile(n, (1 - level) / 2)
    return _shift((values[i] + values[j]) / 2, weight, q, reached, level, n, "Hodges-Lehmann, Walsh averages")


def hodges_lehmann_two_sample(first: npt.ArrayLike, second: npt.ArrayLike, *, level: float = 0.95) -> Shift:
    """Median of all differences between two independent groups (Hodges & Lehmann 1963; Moses' interval).

    The ends are the q-th smallest and largest of the nm differences, with q the quantile of U: exact to 60
    in each group, normal beyond.

    Parameters
    ----------
    first, second
        The values of the two groups; NaN is missing.
    level
        Confidence level of the interval.

    Returns
    -------
    Shift
        The shift, its interval, and the level that the interval reaches.
    """
    check_level(level)
    one, other = sample(first), sample(second)
    n, m = len(one), len(other)
    scale = float(max(np.abs(one).max(), np.abs(other).max()))
    (a, count_a), (b, count_b) = (np.unique(item, return_counts=True) for item in (one, other))
    if len(a) * len(b) > MOST_PAIRS:
        raise TooLargeError("The two groups have too many different values: round them first.")
    apart = snapped(np.subtract.outer(a, b).ravel(), scale)
    q, reached = _rank_sum_quantile(n, m, (1 - level) / 2)
    weight = np.multiply.outer(count_a, count_b).ravel()
    return _shift(apart, weight, q, reached, level, n + m, "Hodges-Lehmann, differences of two groups")


def _shift(
    averages: Floats,
    weight: Ints,
    q: int,
    reached: float | None,
    level: float,
    n: int,
    method: str,
) -> Shift:
    order = np.argsort(averages, kind="stable")
    ordered, upto = averages[order], np.cumsum(weight[order])
    total = int(upto[-1])

    def at(place: int) -> float:
        return float(ordered[np.searchsorted(upto, place)])

    middle = (at((total + 1) // 2) + at(total // 2 + 1)) / 2
    return Shift(
        estimate=middle,
        low=at(max(q, 1)),
        high=at(total + 1 - max(q, 1)),
        level=level,
        method=method,
        n=n,
        level_reached=reached,
        reason=TOO_FEW if reached is not None and reached < level else None,
    )


def _signed_quantile(n: int, tail: float) -> tuple[int, float | None]:
    """Smallest q with P(T+ <= q) >= tail, and the coverage 1 - 2 P(T+ <= q - 1) it gives."""
    if n > LARGEST_EXACT:
        centre, spread = n * (n + 1) / 4, math.sqrt(n * (n + 1) * (2 * n + 1) / 24)
        return math.ceil(centre - normal_quantile(1 - 2 * tail) * spread), None
    return _quantile(signed_sum_distribution(np.arange(1, n + 1)), tail)


def _rank_sum_quantile(n: int, m: int, tail: float) -> tuple[int, float | None]:
    if max(n, m) > LARGEST_EXACT_GROUPS:
        centre, spread = n * m / 2, math.sqrt(n * m * (n + m + 1) / 12)
        return math.ceil(centre + float(special.ndtri(tail)) * spread), None
    smaller = min(n, m)
    chances = subset_sum_distribution(np.arange(1, n + m + 1), smaller)
    return _quantile(chances[smaller * (smaller + 1) // 2 :], tail)


def _quantile(chances: Floats, tail: float) -> tuple[int, float]:
    upto = np.cumsum(chances)
    # the tolerance of R's qsignrank and qwilcox against rounding of the cumulated chances
    q = max(int(np.searchsorted(upto, tail * (1 - 1e-14))), 1)
    return q, 1 - 2 * float(upto[q - 1])
