"""Kendall's coefficient of concordance: do the readers rank the cases alike?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from analysis.arrays import as_scores
from analysis.ranking import midranks
from analysis.result import Test


@dataclass(frozen=True, kw_only=True)
class Concordance(Test):
    """Kendall's W as `estimate`, with its chi-squared test (`statistic`, `p`) and Legendre's F test."""

    mean_rank_correlation: float | None = None
    f: float | None = None
    f_df1: float | None = None
    f_df2: float | None = None
    f_p: float | None = None
    n_dropped: int = 0


def kendall_w(table: Any) -> Concordance:
    """Kendall's W corrected for ties (Kendall & Babington Smith 1939; Siegel & Castellan 1988, p. 266).

    W = 12 S / (m²(n³ - n) - m ΣT) with T = Σ(t³ - t) of each of m readers' ties among n cases;
    chi² = m(n-1)W on n - 1. F = (m-1)W/(1-W) on n - 1 - 2/m and (m-1) times that (Legendre 2005, J Agric Biol
    Environ Stat 10:226). Cases with a missing rating are left out and counted in `n_dropped`.

    Parameters
    ----------
    table
        Readers x cases, numbers; cases with a missing rating are left out and counted.

    Returns
    -------
    Concordance
        W as `estimate`, with its chi-squared and F tests.
    """
    scores = as_scores(table)
    whole = scores[:, np.isfinite(scores).all(axis=0)]
    m, n = whole.shape
    bare = Concordance(
        statistic=None,
        p=None,
        method="Kendall's W, corrected for ties",
        n_readers=m,
        n_cases=n,
        n_dropped=scores.shape[1] - n,
    )
    if m < 2 or n < 2:
        return bare.with_(reason="Concordance needs two readers and two cases with every rating present.")
    ranks, ties = midranks(whole)
    totals = ranks.sum(axis=0)
    spread = float(((totals - totals.mean()) ** 2).sum())
    largest = m * m * (n**3 - n) - m * float(ties.sum())
    if largest <= 0:
        return bare.with_(reason="Every reader rated all cases alike, so there is no ranking to compare.")
    w = 12 * spread / largest
    chi2 = m * (n - 1) * w
    return _with_f(
        bare.with_(
            estimate=w,
            statistic=chi2,
            df=n - 1.0,
            p=float(special.chdtrc(n - 1, chi2)),
            mean_rank_correlation=(m * w - 1) / (m - 1),
        ),
        w,
    )


def _with_f(found: Concordance, w: float) -> Concordance:
    m, n = found.n_readers or 0, found.n_cases or 0
    df1 = n - 1 - 2 / m
    if w > 1 - 1e-12 or df1 <= 0:
        return found
    f = (m - 1) * w / (1 - w)
    return found.with_(f=f, f_df1=df1, f_df2=(m - 1) * df1, f_p=float(special.fdtrc(df1, (m - 1) * df1, f)))
