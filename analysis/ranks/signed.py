"""Wilcoxon's signed-rank test and the sign test."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.arrays import Floats
from analysis.errors import UnknownChoiceError
from analysis.proportions import Alternative, at_least, at_most
from analysis.ranking import midranks
from analysis.ranks.exact import signed_sum_distribution
from analysis.ranks.pairs import differences
from analysis.result import Test

SIGNED_RANK_METHODS = (
    "wilcoxon-asymptotic",
    "wilcoxon-asymptotic-corrected",
    "wilcoxon-exact",
    "wilcoxon-pratt",
    "wilcoxon-pratt-exact",
)
ALL_ZERO = "Every difference is zero, so there is nothing to rank."


@dataclass(frozen=True, kw_only=True)
class SignedRank(Test):
    """A signed-rank test: `statistic` is the sum of the ranks of positive differences (R's V)."""

    t_plus: float | None = None
    t_minus: float | None = None
    rank_biserial: float | None = None
    n_tied: int = 0
    n_missing: int = 0


def signed_rank(
    first: npt.ArrayLike,
    second: npt.ArrayLike | None = None,
    *,
    method: str = "wilcoxon-asymptotic",
    alternative: Alternative = "two-sided",
) -> SignedRank:
    """Wilcoxon's signed-rank test of first - second (Wilcoxon 1945, Biometrics Bulletin 1:80).

    Parameters
    ----------
    first, second
        Pairs, or differences alone. Incomplete pairs are left out and counted.
    method
        - `wilcoxon-asymptotic`: zeros dropped, normal with the variance of the tied ranks, Σr²/4
        - `wilcoxon-asymptotic-corrected`: the same with continuity correction ½
        - `wilcoxon-exact`: zeros dropped, all sign patterns of the tied ranks counted (dynamic programming)
        - `wilcoxon-pratt`: zeros ranked, then dropped (Pratt 1959, J Am Stat Assoc 54:655), normal
        - `wilcoxon-pratt-exact`: the same, all sign patterns counted
    alternative
        Of the differences' location against zero.

    Returns
    -------
    SignedRank
        Rank sums, z, p, the rank-biserial correlation, and counts of zeros, ties and missing pairs.

    Notes
    -----
    `rank_biserial` is (T+ - T-)/(T+ + T-) (Kerby 2014). Two-sided exact p is P(|T+ - E| >= |t+ - E|).
    """
    if method not in SIGNED_RANK_METHODS:
        raise UnknownChoiceError(
            f"The method {method!r} is unknown: take one of {', '.join(SIGNED_RANK_METHODS)}."
        )
    delta, missing = differences(first, second)
    zero = delta == 0
    ranked = delta if "pratt" in method else delta[~zero]
    bare = SignedRank(
        statistic=None,
        p=None,
        method=method,
        n=int((~zero).sum()),
        n_zero=int(zero.sum()),
        n_missing=missing,
        alternative=alternative,
    )
    if zero.all():
        return bare.with_(reason=ALL_ZERO)
    return _tested(bare, ranked, alternative)


def sign_test(
    first: npt.ArrayLike, second: npt.ArrayLike | None = None, *, alternative: Alternative = "two-sided"
) -> Test:
    """Exact sign test of first - second, zeros dropped; `statistic` counts the positive differences.

    Parameters
    ----------
    first, second
        Pairs, or differences alone. Incomplete pairs are left out.
    alternative
        two-sided, greater or less.

    Returns
    -------
    Test
        p, and the share of positive differences as `estimate`.
    """
    delta, _ = differences(first, second)
    k, n = int((delta > 0).sum()), int((delta != 0).sum())
    bare = Test(
        statistic=float(k),
        p=None,
        method="sign test, exact",
        n=n,
        n_zero=len(delta) - n,
        alternative=alternative,
    )
    if n == 0:
        return bare.with_(reason=ALL_ZERO)
    greater, less = at_least(k, n, 0.5), at_most(k, n, 0.5)
    return bare.with_(
        p=choose_side(greater, less, min(1.0, 2 * min(greater, less)), alternative), estimate=k / n
    )


def choose_side(greater: float, less: float, two_sided: float, alternative: str) -> float:
    """Return the p-value of the alternative asked for."""
    sides = {"greater": greater, "less": less, "two-sided": two_sided}
    if alternative not in sides:
        raise UnknownChoiceError(f"Unknown alternative {alternative!r}: take two-sided, greater or less.")
    return sides[alternative]


def corrected(distance: float, correction: float, alternative: str) -> float:
    """Move a distance from its expectation towards zero, or towards the null of a one-sided test."""
    if alternative == "greater":
        return distance - correction
    if alternative == "less":
        return distance + correction
    return math.copysign(max(abs(distance) - correction, 0.0), distance)


def _tested(bare: SignedRank, ranked: Floats, alternative: Alternative) -> SignedRank:
    """Add the ranks' sums and what the method makes of them."""
    ranks = midranks(np.abs(ranked))[0][0]
    ranks, signs = ranks[ranked != 0], np.sign(ranked[ranked != 0])
    plus = float(ranks[signs > 0].sum())
    minus = float(ranks[signs < 0].sum())
    z = _z(plus, ranks, 0.5 if bare.method.endswith("corrected") else 0.0, alternative)
    exact = bare.method.endswith("exact")
    _, sizes = np.unique(ranks, return_counts=True)
    return bare.with_(
        statistic=plus,
        t_plus=plus,
        t_minus=minus,
        z=z,
        p=_exact_p(plus, ranks, alternative) if exact else _normal_p(z, alternative),
        rank_biserial=(plus - minus) / (plus + minus),
        n_tied=int(sizes[sizes > 1].sum()),
    )


def _z(plus: float, ranks: Floats, correction: float, alternative: str) -> float:
    distance = plus - float(ranks.sum()) / 2
    return corrected(distance, correction, alternative) / math.sqrt(float(ranks @ ranks) / 4)


def _normal_p(z: float, alternative: str) -> float:
    greater, less = float(special.ndtr(-z)), float(special.ndtr(z))
    return choose_side(greater, less, min(1.0, 2 * min(greater, less)), alternative)


def _exact_p(plus: float, ranks: Floats, alternative: str) -> float:
    doubled = np.rint(2 * ranks).astype(np.int64)
    chances = signed_sum_distribution(doubled)
    seen = round(2 * plus)
    greater, less = float(chances[seen:].sum()), float(chances[: seen + 1].sum())
    return choose_side(min(1.0, greater), min(1.0, less), min(1.0, 2 * min(greater, less)), alternative)
