"""More than two groups or conditions: Friedman, Kruskal-Wallis, Cochran's Q."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.arrays import Floats, as_scores
from analysis.errors import WrongShapeError, WrongValueError
from analysis.ranking import midranks, snapped
from analysis.ranks.pairs import sample
from analysis.result import Test


@dataclass(frozen=True, kw_only=True)
class Several(Test):
    """A test over several conditions; rows with a missing value are left out and counted."""

    kendall_w: float | None = None
    f: float | None = None
    f_df1: float | None = None
    f_df2: float | None = None
    f_p: float | None = None
    mean_ranks: tuple[float, ...] = ()
    n_dropped: int = 0


def friedman(table: npt.ArrayLike) -> Several:
    """Friedman's test, one row a reader (or block) and one column a condition (Friedman 1937).

    chi² = 12 Σ(R_j - b(k+1)/2)² / (bk(k+1) - Σ(t³-t)/(k-1)) on k - 1, and the less conservative
    F = (b-1)chi²/(b(k-1) - chi²) on (k-1) and (b-1)(k-1) (Iman & Davenport 1980, Commun Stat A9:571).

    Parameters
    ----------
    table
        Readers x conditions; rows with a missing value are left out and counted.

    Returns
    -------
    Several
        Chi-squared and F tests, Kendall's W and mean ranks.
    """
    whole, dropped = _whole_rows(table)
    b, k = whole.shape
    bare = Several(
        statistic=None, p=None, method="Friedman, corrected for ties", n=b, df=k - 1.0, n_dropped=dropped
    )
    if b < 1 or k < 2:
        return bare.with_(reason="Friedman's test needs a complete row and two conditions.")
    flat = snapped(whole.ravel(), float(np.abs(whole).max())).reshape(whole.shape)
    ranks, ties = midranks(flat)
    below = b * k * (k + 1) - float(ties.sum()) / (k - 1)
    if below <= 0:
        return bare.with_(reason="Every row is the same in all conditions, so there is nothing to rank.")
    totals = ranks.sum(axis=0)
    chi2 = 12 * float(((totals - b * (k + 1) / 2) ** 2).sum()) / below
    found = bare.with_(
        statistic=chi2,
        p=float(special.chdtrc(k - 1, chi2)),
        kendall_w=chi2 / (b * (k - 1)),
        mean_ranks=tuple((totals / b).tolist()),
    )
    rest = b * (k - 1) - chi2
    if b < 2 or rest < 1e-9:
        return found
    f, df2 = (b - 1) * chi2 / rest, float((b - 1) * (k - 1))
    return found.with_(f=f, f_df1=k - 1.0, f_df2=df2, f_p=float(special.fdtrc(k - 1, df2, f)))


def kruskal(groups: Sequence[npt.ArrayLike]) -> Several:
    """Kruskal-Wallis test of independent groups (Kruskal & Wallis 1952, J Am Stat Assoc 47:583).

    H = 12/(N(N+1)) Σ R_g²/n_g - 3(N+1), divided by 1 - Σ(t³-t)/(N³-N).

    Parameters
    ----------
    groups
        The values of each group; NaN is missing.

    Returns
    -------
    Several
        H, p and mean ranks.
    """
    samples = [sample(group) for group in groups]
    if len(samples) < 2:
        raise WrongShapeError("The Kruskal-Wallis test needs two groups.")
    pooled = np.concatenate(samples)
    n = len(pooled)
    ranks, ties = midranks(snapped(pooled, float(np.abs(pooled).max())))
    pieces = np.split(ranks[0], np.cumsum([len(item) for item in samples])[:-1])
    bare = Several(
        statistic=None, p=None, method="Kruskal-Wallis, corrected for ties", n=n, df=len(samples) - 1.0
    )
    correction = 1 - float(ties[0]) / (n**3 - n)
    if correction <= 0:
        return bare.with_(reason="All values are the same, so there is nothing to rank.")
    spread = sum(len(piece) * (float(piece.mean()) - (n + 1) / 2) ** 2 for piece in pieces)
    h = 12 / (n * (n + 1)) * spread / correction
    means = tuple(float(piece.mean()) for piece in pieces)
    return bare.with_(statistic=h, p=float(special.chdtrc(len(samples) - 1, h)), mean_ranks=means)


def cochran_q(table: npt.ArrayLike) -> Several:
    """Cochran's Q of a table of 0 and 1, one row a case and one column a condition (Cochran 1950).

    Q = (k-1)(k ΣC_j² - N²) / (kN - ΣR_i²) on k - 1 (Biometrika 37:256). Rows that are all 0 or all 1 change
    nothing; `n_zero` counts them.

    Parameters
    ----------
    table
        Cases x conditions of 0 and 1; rows with a missing value are left out and counted.

    Returns
    -------
    Several
        Q and p.
    """
    whole, dropped = _whole_rows(table)
    if not np.isin(whole, (0.0, 1.0)).all():
        raise WrongValueError("Cochran's Q takes 0 and 1 alone.")
    b, k = whole.shape
    rows, columns = whole.sum(axis=1), whole.sum(axis=0)
    total = float(rows.sum())
    bare = Several(statistic=None, p=None, method="Cochran's Q", n=b, df=k - 1.0, n_dropped=dropped)
    below = k * total - float(rows @ rows)
    if b < 1 or below <= 0:
        return bare.with_(reason="No case was answered differently in two conditions.")
    q = (k - 1) * (k * float(columns @ columns) - total**2) / below
    return bare.with_(
        statistic=q, p=float(special.chdtrc(k - 1, q)), n_zero=int(np.isin(rows, (0.0, float(k))).sum())
    )


def _whole_rows(table: npt.ArrayLike) -> tuple[Floats, int]:
    scores = as_scores(table)
    whole = scores[np.isfinite(scores).all(axis=1)]
    return whole, len(scores) - len(whole)
