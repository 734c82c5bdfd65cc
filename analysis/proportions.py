"""One proportion, two proportions: intervals and tests that take every answer as independent.

In a reader study they stand beside the crossed interval (`analysis.crossed`), never instead of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.arrays import Floats
from analysis.errors import (
    NothingToAnalyseError,
    UnknownChoiceError,
    WrongCountError,
    WrongLevelError,
    WrongMarginError,
    WrongProbabilityError,
    WrongShapeError,
)
from analysis.result import Equivalence, Interval, Test

TIE_TOLERANCE = 1e-7
INDEPENDENT = "assumes independent answers"
Alternative = Literal["two-sided", "greater", "less"]


def wilson(k: int, n: int, *, level: float = 0.95) -> Interval:
    """Score interval of a proportion, without continuity correction (Wilson 1927, J Am Stat Assoc 22:209).

    (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n).

    Parameters
    ----------
    k, n
        Successes, and answers in all.
    level
        Confidence level of the interval.

    Returns
    -------
    Interval
        The share with its ends.
    """
    check_share(k, n, level)
    low, high = _wilson_ends(k, n, level)
    return share_interval(k, n, low, high, level, "Wilson (1927)")


def clopper_pearson(k: int, n: int, *, level: float = 0.95) -> Interval:
    """Exact interval of a proportion: inversion of two one-sided binomial tests (Clopper & Pearson 1934).

    Ends are beta quantiles: B(a/2; k, n-k+1) and B(1-a/2; k+1, n-k).

    Parameters
    ----------
    k, n
        Successes, and answers in all.
    level
        Confidence level of the interval.

    Returns
    -------
    Interval
        The share with its ends.
    """
    check_share(k, n, level)
    tail = (1 - level) / 2
    low = 0.0 if k == 0 else float(special.betaincinv(k, n - k + 1, tail))
    high = 1.0 if k == n else float(special.betainccinv(k + 1, n - k, tail))
    return share_interval(k, n, low, high, level, "Clopper & Pearson (1934)")


def mid_p(k: int, n: int, *, level: float = 0.95) -> Interval:
    """Mid-p interval: as Clopper-Pearson, with half the probability of k itself (Lancaster 1961).

    Solves P(X > k) + ½P(X = k) = a/2 and P(X < k) + ½P(X = k) = a/2.

    Parameters
    ----------
    k, n
        Successes, and answers in all.
    level
        Confidence level of the interval.

    Returns
    -------
    Interval
        The share with its ends.
    """
    check_share(k, n, level)
    tail = (1 - level) / 2

    def above(p: float) -> float:
        return 0.5 * (at_least(k, n, p) + at_least(k + 1, n, p))

    low = 0.0 if k == 0 else _root(lambda p: above(p) - tail)
    high = 1.0 if k == n else _root(lambda p: above(p) - (1 - tail))
    return share_interval(k, n, low, high, level, "mid-p (Lancaster 1961)")


def newcombe(k1: int, n1: int, k2: int, n2: int, *, level: float = 0.95) -> Interval:
    """Interval of p1 - p2 for independent groups (Newcombe 1998, Stat Med 17:873, method 10).

    The distances of the Wilson ends from their proportions are added as squares.

    Parameters
    ----------
    k1, n1, k2, n2
        Successes and answers of the first group, and of the second.
    level
        Confidence level of the interval.

    Returns
    -------
    Interval
        The difference of the shares, first minus second, with its ends.
    """
    check_share(k1, n1, level)
    check_share(k2, n2, level)
    p1, p2 = k1 / n1, k2 / n2
    (low1, high1), (low2, high2) = _wilson_ends(k1, n1, level), _wilson_ends(k2, n2, level)
    difference = p1 - p2
    return Interval(
        estimate=difference,
        low=max(-1.0, difference - math.hypot(p1 - low1, high2 - p2)),
        high=min(1.0, difference + math.hypot(high1 - p1, p2 - low2)),
        level=level,
        method="Newcombe (1998), method 10",
        n=n1 + n2,
        assumptions=(INDEPENDENT,),
    )


def newcombe_paired(
    both: int, only_first: int, only_second: int, neither: int, *, level: float = 0.95
) -> Interval:
    """Interval of p1 - p2 for pairs (Newcombe 1998, Stat Med 17:2635, method 10, phi corrected).

    The correlation phi has ½n subtracted from its numerator where that is positive, as method 10 asks.

    Parameters
    ----------
    both, only_first, only_second, neither
        Pairs by who of the two had a success.
    level
        Confidence level of the interval.

    Returns
    -------
    Interval
        The difference of the shares, first minus second, with its ends.
    """
    n = both + only_first + only_second + neither
    check_share(both + only_first, n, level)
    k1, k2 = both + only_first, both + only_second
    (low1, high1), (low2, high2) = _wilson_ends(k1, n, level), _wilson_ends(k2, n, level)
    p1, p2 = k1 / n, k2 / n
    phi = _paired_phi(both, only_first, only_second, neither)
    dl1, du1, dl2, du2 = p1 - low1, high1 - p1, p2 - low2, high2 - p2
    difference = (only_first - only_second) / n
    return Interval(
        estimate=difference,
        low=difference - math.sqrt(max(0.0, dl1**2 - 2 * phi * dl1 * du2 + du2**2)),
        high=difference + math.sqrt(max(0.0, du1**2 - 2 * phi * du1 * dl2 + dl2**2)),
        level=level,
        method="Newcombe (1998) for pairs, method 10",
        n=n,
        assumptions=("assumes independent pairs",),
    )


def binomial_test(k: int, n: int, null: float, *, alternative: Alternative = "two-sided") -> Test:
    """Exact binomial test against the proportion `null`.

    Two-sided, p sums every outcome that is no more probable than the one seen, with the relative
    tolerance 1e-7 of R's binom.test.

    Parameters
    ----------
    k, n
        Successes, and answers in all.
    null
        The share under the null hypothesis.
    alternative
        two-sided, greater or less.

    Returns
    -------
    Test
        `statistic` is k, `estimate` the share.
    """
    check_share(k, n)
    check_probability(null)
    if alternative == "greater":
        p = at_least(k, n, null)
    elif alternative == "less":
        p = at_most(k, n, null)
    elif alternative == "two-sided":
        p = _minimum_likelihood_p(k, n, null)
    else:
        raise UnknownChoiceError(
            f"The alternative {alternative!r} is unknown: take two-sided, greater or less."
        )
    return Test(
        statistic=float(k),
        p=min(1.0, p),
        method=f"exact binomial, {alternative}",
        estimate=k / n,
        n=n,
        alternative=alternative,
        assumptions=(INDEPENDENT,),
    )


def exact_equivalence(k: int, n: int, null: float, margin: float, *, alpha: float = 0.05) -> Equivalence:
    """Two one-sided exact binomial tests of |p - null| < margin (Schuirmann 1987; Wellek 2010, ch. 4).

    p is the larger of P(X >= k | null - margin) and P(X <= k | null + margin). It is below alpha exactly
    when the Clopper-Pearson interval at 1 - 2 alpha lies inside the margin; the smallest margin that
    passes is the distance of that interval's further end.

    Parameters
    ----------
    k, n
        Successes, and answers in all.
    null
        The share that the margin lies around.
    margin
        The largest difference from it that does not matter, from the protocol.
    alpha
        Level of each of the two one-sided tests.

    Returns
    -------
    Equivalence
        Both p-values, whether equivalence is shown, and the smallest margin that would pass.
    """
    check_share(k, n)
    check_probability(null)
    check_margin(margin)
    p_low = at_least(k, n, null - margin) if null - margin >= 0 else 0.0
    p_high = at_most(k, n, null + margin) if null + margin <= 1 else 0.0
    inner = clopper_pearson(k, n, level=1 - 2 * alpha)
    low, high = float(inner.low or 0.0), float(inner.high or 0.0)
    p = max(p_low, p_high)
    return Equivalence(
        estimate=k / n,
        null=null,
        margin=margin,
        p=p,
        p_low=p_low,
        p_high=p_high,
        within=p < alpha,
        smallest_margin=max(null - low, high - null),
        low=low,
        high=high,
        alpha=alpha,
        method="two one-sided exact binomial tests",
        assumptions=(INDEPENDENT,),
    )


def fisher_exact(table: npt.ArrayLike, *, alternative: Alternative = "two-sided") -> Test:
    """Fisher's exact test of a 2 x 2 table (Fisher 1935); `estimate` is the sample odds ratio ad/bc.

    Parameters
    ----------
    table
        2 x 2 counts.
    alternative
        two-sided, greater or less. Greater means an odds ratio above 1.

    Returns
    -------
    Test
        p and the sample odds ratio.
    """
    cells = np.asarray(table)
    if cells.shape != (2, 2):
        raise WrongShapeError("Fisher's test takes a 2 x 2 table of counts.")
    if (cells < 0).any() or (cells != np.floor(cells)).any():
        raise WrongCountError("Fisher's test takes whole counts of 0 or more.")
    (a, b), (c, d) = ((int(item) for item in row) for row in cells)
    n = a + b + c + d
    if n == 0:
        raise NothingToAnalyseError
    ratio = a * d / (b * c) if b * c else None
    return Test(
        statistic=ratio,
        p=min(1.0, _fisher_p(a, a + b, a + c, n, alternative)),
        method=f"Fisher exact, {alternative}",
        estimate=ratio,
        n=n,
        alternative=alternative,
        assumptions=(INDEPENDENT,),
        reason=None
        if ratio is not None
        else "The odds ratio does not exist: a cell of the other diagonal is empty.",
    )


def at_least(k: int, n: int, p: float) -> float:
    """P(X >= k) for X ~ Binomial(n, p), through the incomplete beta function, exact in both tails."""
    if k <= 0:
        return 1.0
    return 0.0 if k > n else float(special.betainc(k, n - k + 1, p))


def at_most(k: int, n: int, p: float) -> float:
    """P(X <= k) for X ~ Binomial(n, p)."""
    if k >= n:
        return 1.0
    return 0.0 if k < 0 else float(special.betaincc(k + 1, n - k, p))


def check_count(k: int, n: int) -> None:
    """Refuse a count that is impossible."""
    if n < 1:
        raise NothingToAnalyseError("There are no answers: a proportion needs at least one.")
    if k != int(k) or n != int(n) or not 0 <= k <= n:
        raise WrongCountError(f"{k} of {n} is impossible: give whole numbers with 0 <= successes <= answers.")


def check_level(level: float) -> None:
    """Refuse a confidence level outside (0, 1)."""
    if not 0 < level < 1:
        raise WrongLevelError(
            f"The level {level} is out of range: give a number between 0 and 1, for example 0.95."
        )


def check_margin(margin: float) -> None:
    """Refuse a margin that is not positive."""
    if not margin > 0:
        raise WrongMarginError(f"The margin {margin} is none: give a positive number, as in the protocol.")


def check_probability(p: float) -> None:
    """Refuse a probability outside [0, 1]."""
    if not 0 <= p <= 1:
        raise WrongProbabilityError(f"{p} is no probability: give a number between 0 and 1.")


def normal_quantile(level: float) -> float:
    """Two-sided normal quantile of a confidence level: 1.959964 at 0.95."""
    return float(special.ndtri(0.5 + level / 2))


def check_share(k: int, n: int, level: float = 0.95) -> None:
    """Refuse an impossible count, or a level outside (0, 1)."""
    check_count(k, n)
    check_level(level)


def share_interval(k: int, n: int, low: float, high: float, level: float, method: str) -> Interval:
    """Return an interval of k of n independent answers."""
    return Interval(
        estimate=k / n, low=low, high=high, level=level, method=method, n=n, assumptions=(INDEPENDENT,)
    )


def _wilson_ends(k: int, n: int, level: float) -> tuple[float, float]:
    z2 = normal_quantile(level) ** 2
    p = k / n
    centre = (k + z2 / 2) / (n + z2)
    half = math.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return (0.0 if k == 0 else centre - half), (1.0 if k == n else centre + half)


def _root(function: Callable[[float], float]) -> float:
    """Bisect an increasing function on [0, 1] down to neighbouring floats."""
    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if function(middle) < 0 else (low, middle)
    return middle


def _minimum_likelihood_p(k: int, n: int, null: float) -> float:
    if null in {0.0, 1.0}:
        return float(k == n * null)
    mean = n * null
    if k == mean:
        return 1.0
    others = np.arange(math.ceil(mean), n + 1) if k < mean else np.arange(math.floor(mean) + 1)
    extreme = int(
        (_log_pmf(others, n, null) <= _log_pmf(np.array(k), n, null) + math.log1p(TIE_TOLERANCE)).sum()
    )
    if k < mean:
        return at_most(k, n, null) + at_least(n - extreme + 1, n, null)
    return at_most(extreme - 1, n, null) + at_least(k, n, null)


def _log_pmf(k: npt.NDArray[Any], n: int, p: float) -> Floats:
    choose = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return np.asarray(choose + special.xlogy(k, p) + special.xlog1py(n - k, -p))


def _fisher_p(a: int, row: int, column: int, n: int, alternative: str) -> float:
    support = np.arange(max(0, row + column - n), min(row, column) + 1)
    log_p = log_choose(row, support) + log_choose(n - row, column - support) - log_choose(n, np.array(column))
    seen = log_p[support == a]
    if alternative == "greater":
        kept = support >= a
    elif alternative == "less":
        kept = support <= a
    elif alternative == "two-sided":
        kept = log_p <= seen + math.log1p(TIE_TOLERANCE)
    else:
        raise UnknownChoiceError(
            f"The alternative {alternative!r} is unknown: take two-sided, greater or less."
        )
    return float(np.exp(log_p[kept]).sum())


def log_choose(n: float, k: npt.NDArray[Any]) -> Floats:
    """The logarithm of n over k."""
    return np.asarray(special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1))


def _paired_phi(both: int, only_first: int, only_second: int, neither: int) -> float:
    n = both + only_first + only_second + neither
    margins = (both + only_first) * (only_second + neither) * (both + only_second) * (only_first + neither)
    if margins == 0:
        return 0.0
    excess: float = both * neither - only_first * only_second
    if excess > 0:
        excess = max(excess - n / 2, 0.0)
    return excess / math.sqrt(margins)
