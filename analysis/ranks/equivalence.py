"""Equivalence of two means by two one-sided t-tests."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from analysis.crossed import crossed_equivalence
from analysis.ranks.pairs import differences, sample
from analysis.result import Equivalence, Interval


def tost_paired(
    first: npt.ArrayLike, second: npt.ArrayLike | None, margin: float, *, alpha: float = 0.05
) -> Equivalence:
    """Two one-sided paired t-tests of |mean difference| < margin (Schuirmann 1987), df = n - 1.

    Parameters
    ----------
    first, second
        Pairs, or differences alone (second is None). Incomplete pairs are left out.
    margin
        The largest difference that does not matter, from the protocol.
    alpha
        Level of each of the two one-sided tests.

    Returns
    -------
    Equivalence
        Both p-values, whether equivalence is shown, and the smallest margin that would pass.
    """
    delta, _ = differences(first, second)
    n = len(delta)
    bare = Interval(
        estimate=float(delta.mean()),
        low=None,
        high=None,
        level=1 - 2 * alpha,
        method="paired differences",
        n=n,
    )
    spread = float(delta.std(ddof=1)) if n > 1 else 0.0
    if spread == 0:
        return crossed_equivalence(
            bare.with_(reason="The differences do not vary."), 0.0, margin, alpha=alpha
        )
    return crossed_equivalence(bare.with_(se=spread / math.sqrt(n), df=n - 1.0), 0.0, margin, alpha=alpha)


def tost_independent(
    first: npt.ArrayLike, second: npt.ArrayLike, margin: float, *, alpha: float = 0.05
) -> Equivalence:
    """Two one-sided Welch t-tests of |difference of means| < margin (Schuirmann 1987; Welch 1947).

    Parameters
    ----------
    first, second
        The values of the two groups; NaN is missing.
    margin
        The largest difference that does not matter, from the protocol.
    alpha
        Level of each of the two one-sided tests.

    Returns
    -------
    Equivalence
        Both p-values, whether equivalence is shown, and the smallest margin that would pass.
    """
    one, other = sample(first), sample(second)
    bare = Interval(
        estimate=float(one.mean() - other.mean()),
        low=None,
        high=None,
        level=1 - 2 * alpha,
        method="difference of two groups, Welch",
        n=len(one) + len(other),
    )
    if min(len(one), len(other)) < 2:
        return crossed_equivalence(
            bare.with_(reason="Each group needs two values."), 0.0, margin, alpha=alpha
        )
    pieces = [float(np.var(item, ddof=1)) / len(item) for item in (one, other)]
    variance = sum(pieces)
    if variance == 0:
        return crossed_equivalence(bare.with_(reason="The values do not vary."), 0.0, margin, alpha=alpha)
    df = variance**2 / sum(
        piece**2 / (len(item) - 1) for piece, item in zip(pieces, (one, other), strict=True)
    )
    return crossed_equivalence(bare.with_(se=math.sqrt(variance), df=df), 0.0, margin, alpha=alpha)
