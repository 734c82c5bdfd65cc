"""Wilcoxon's rank-sum test, which is Mann and Whitney's U test."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.arrays import Floats
from analysis.errors import UnknownChoiceError
from analysis.proportions import Alternative
from analysis.ranking import midranks, snapped
from analysis.ranks.exact import subset_sum_distribution
from analysis.ranks.pairs import sample
from analysis.ranks.signed import choose_side, corrected
from analysis.result import Test

RANK_SUM_METHODS = ("rank-sum-asymptotic", "rank-sum-asymptotic-corrected", "rank-sum-exact")


@dataclass(frozen=True, kw_only=True)
class RankSum(Test):
    """A rank-sum test: `statistic` is U of the first group (R's W)."""

    u_first: float | None = None
    u_second: float | None = None
    rank_sum_first: float | None = None
    n_first: int = 0
    n_second: int = 0
    rank_biserial: float | None = None


def rank_sum(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    method: str = "rank-sum-asymptotic",
    alternative: Alternative = "two-sided",
) -> RankSum:
    """Wilcoxon-Mann-Whitney test of two independent groups (Mann & Whitney 1947, Ann Math Stat 18:50).

    Methods are `rank-sum-asymptotic` (normal, variance corrected for ties), `rank-sum-asymptotic-corrected`
    (with continuity correction ½) and `rank-sum-exact` (all allocations of the tied ranks, by dynamic
    programming; two-sided P(|W - E| >= |w - E|)). `estimate` is P(first > second) + ½P(equal) = U/(nm).

    Parameters
    ----------
    first, second
        The values of the two groups; NaN is missing.
    method
        rank-sum-asymptotic, rank-sum-asymptotic-corrected or rank-sum-exact.
    alternative
        two-sided, greater or less. Greater means first above second.

    Returns
    -------
    RankSum
        U of both groups, z, p and the rank-biserial correlation.
    """
    if method not in RANK_SUM_METHODS:
        raise UnknownChoiceError(
            f"The method {method!r} is unknown: take one of {', '.join(RANK_SUM_METHODS)}."
        )
    one, other = sample(first), sample(second)
    n, m = len(one), len(other)
    pooled = np.concatenate([one, other])
    ranks, ties = midranks(snapped(pooled, float(np.abs(pooled).max())))
    ranks = ranks[0]
    bare = _bare(float(ranks[:n].sum()), n, m, method, alternative)
    u, size = bare.u_first or 0.0, n + m
    variance = n * m / 12 * ((size + 1) - float(ties[0]) / (size * (size - 1)))
    if variance <= 0:
        return bare.with_(reason="All values are the same, so there is nothing to rank.")
    half = 0.5 if method.endswith("corrected") else 0.0
    z = corrected(u - n * m / 2, half, alternative) / math.sqrt(variance)
    if method == "rank-sum-exact":
        return bare.with_(z=z, p=_exact_p(ranks, n, alternative))
    greater, less = float(special.ndtr(-z)), float(special.ndtr(z))
    return bare.with_(z=z, p=choose_side(greater, less, min(1.0, 2 * min(greater, less)), alternative))


def _bare(total: float, n: int, m: int, method: str, alternative: Alternative) -> RankSum:
    """The statistics of both groups from the first one's sum of ranks."""
    u = total - n * (n + 1) / 2
    return RankSum(
        statistic=u,
        p=None,
        method=method,
        estimate=u / (n * m),
        n=n + m,
        alternative=alternative,
        u_first=u,
        u_second=n * m - u,
        rank_sum_first=total,
        n_first=n,
        n_second=m,
        rank_biserial=2 * u / (n * m) - 1,
    )


def _exact_p(ranks: Floats, n: int, alternative: str) -> float:
    doubled = np.rint(2 * ranks).astype(np.int64)
    smaller = min(n, len(ranks) - n)
    # the smaller group costs less, and its sum is the total less the other's
    seen = int(doubled[:n].sum()) if smaller == n else int(doubled[n:].sum())
    chances = subset_sum_distribution(doubled, smaller)
    sums = np.arange(len(chances))
    high, low = float(chances[sums >= seen].sum()), float(chances[sums <= seen].sum())
    # the expectation is smaller * total / N: compared in whole numbers
    centre, count = smaller * int(doubled.sum()), len(ranks)
    apart = np.abs(sums * count - centre) >= abs(seen * count - centre)
    greater, less = (high, low) if smaller == n else (low, high)
    return choose_side(min(1.0, greater), min(1.0, less), min(1.0, float(chances[apart].sum())), alternative)
