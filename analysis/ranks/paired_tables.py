"""Tests of square tables of pairs: McNemar, Stuart-Maxwell, Bowker."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.arrays import Floats
from analysis.errors import UnknownChoiceError, WrongCountError, WrongShapeError
from analysis.proportions import at_most
from analysis.result import Test

MCNEMAR_METHODS = ("mcnemar-exact", "mcnemar-mid-p", "mcnemar-asymptotic", "mcnemar-asymptotic-corrected")
ALL_EQUAL = "No pair differs, so there is nothing to test."


def mcnemar(only_first: int, only_second: int, *, method: str = "mcnemar-exact") -> Test:
    """McNemar's test from the two counts of discordant pairs (McNemar 1947, Psychometrika 12:153).

    `mcnemar-exact` is the binomial test at ½; `mcnemar-mid-p` takes half the probability of the count seen
    off each tail (Fagerland, Lydersen & Laake 2013, BMC Med Res Methodol 13:91); `mcnemar-asymptotic` is
    (b-c)²/(b+c) on 1; `mcnemar-asymptotic-corrected` is (|b-c|-1)²/(b+c) (Edwards 1948).

    Parameters
    ----------
    only_first, only_second
        Pairs that only the first, and only the second, had right.
    method
        mcnemar-exact, mcnemar-mid-p, mcnemar-asymptotic or mcnemar-asymptotic-corrected.

    Returns
    -------
    Test
        p, and the ratio of the two counts as `estimate`.
    """
    if method not in MCNEMAR_METHODS:
        raise UnknownChoiceError(
            f"The method {method!r} is unknown: take one of {', '.join(MCNEMAR_METHODS)}."
        )
    b, c = int(only_first), int(only_second)
    if b != only_first or c != only_second or min(b, c) < 0:
        raise WrongCountError("Counts of discordant pairs have to be whole numbers of 0 or more.")
    n = b + c
    bare = Test(statistic=None, p=None, method=method, n=n)
    if n == 0:
        return bare.with_(reason=ALL_EQUAL)
    bare = bare.with_(estimate=(b / c if c else None))
    fewer = min(b, c)
    exact = min(1.0, 2 * at_most(fewer, n, 0.5))
    if method == "mcnemar-exact":
        return bare.with_(statistic=float(b), p=exact)
    if method == "mcnemar-mid-p":
        at_count = at_most(fewer, n, 0.5) - at_most(fewer - 1, n, 0.5)
        return bare.with_(statistic=float(b), p=1.0 if b == c else 2 * at_most(fewer, n, 0.5) - at_count)
    distance = max(abs(b - c) - (1 if method.endswith("corrected") and b != c else 0), 0)
    chi2 = distance**2 / n
    return bare.with_(statistic=chi2, df=1.0, p=float(special.chdtrc(1, chi2)))


def stuart_maxwell(table: npt.ArrayLike) -> Test:
    """Stuart-Maxwell test of equal margins of a square table (Stuart 1955; Maxwell 1970).

    d'S⁻d with d the differences of margins and S_ii = n_i. + n_.i - 2n_ii, S_ij = -(n_ij + n_ji); the degrees
    of freedom are the rank of S, which is one less than the categories unless the table falls apart.

    Parameters
    ----------
    table
        Square counts, first answer by second.

    Returns
    -------
    Test
        Chi-squared, its degrees of freedom and p.
    """
    cells = _square(table)
    d = cells.sum(axis=1) - cells.sum(axis=0)
    spread = np.diag(cells.sum(axis=1) + cells.sum(axis=0)) - cells - cells.T
    bare = Test(statistic=None, p=None, method="Stuart-Maxwell", n=int(cells.sum()))
    values, vectors = np.linalg.eigh(spread)
    if values[-1] <= 0:
        return bare.with_(reason=ALL_EQUAL)
    real = values > 1e-10 * values[-1]
    rank = int(real.sum())
    chi2 = float(((vectors.T @ d)[real] ** 2 / values[real]).sum())
    return bare.with_(statistic=chi2, df=float(rank), p=float(special.chdtrc(rank, chi2)))


def bowker(table: npt.ArrayLike) -> Test:
    """Bowker's test of symmetry of a square table (Bowker 1948, J Am Stat Assoc 43:572).

    Σ (n_ij - n_ji)²/(n_ij + n_ji) over pairs of categories that occur; their number is the df.

    Parameters
    ----------
    table
        Square counts, first answer by second.

    Returns
    -------
    Test
        Chi-squared, its degrees of freedom and p.
    """
    cells = _square(table)
    upper = np.triu_indices(len(cells), 1)
    above, below = cells[upper], cells.T[upper]
    seen = above + below > 0
    bare = Test(statistic=None, p=None, method="Bowker", n=int(cells.sum()))
    if not seen.any():
        return bare.with_(reason=ALL_EQUAL)
    chi2 = float(((above[seen] - below[seen]) ** 2 / (above[seen] + below[seen])).sum())
    df = float(seen.sum())
    return bare.with_(statistic=chi2, df=df, p=float(special.chdtrc(df, chi2)))


def _square(table: npt.ArrayLike) -> Floats:
    cells = np.asarray(table, dtype=np.float64)
    if cells.ndim != 2 or cells.shape[0] != cells.shape[1] or len(cells) < 2:
        raise WrongShapeError("The test takes a square table of counts with at least two categories.")
    if not np.isfinite(cells).all() or (cells < 0).any() or (cells != np.floor(cells)).any():
        raise WrongCountError("The table has to hold whole counts of 0 or more.")
    return cells
