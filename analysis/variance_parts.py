"""Where the variance of a mean over readers and cases comes from: readers, cases, and the rest.

Each function takes tables (readers x cases, NaN for missing) with common readers and nested cases, and the
weights of their means, and returns the variance of the weighted sum.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from analysis.arrays import Floats

UNANIMOUS = "The answers do not vary, so the table shows no variance: read the exact interval instead."
#: Standard errors below so much of the answers themselves are what sums of floats leave behind.
ROUNDING = 1e-14
# fewer than those of two readers say nothing
FEWEST_DF = 1.0
ONE_CASE = "With one case there is nothing to tell its chance from its nature: give at least two."


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A variance with its degrees of freedom, or the reason why there is none."""

    variance: float | None
    df: float | None
    floored: bool = False
    reason: str | None = None
    ms_reader: float | None = None
    ms_case: float | None = None
    ms_error: float | None = None
    var_reader: float | None = None
    var_case: float | None = None
    var_error: float | None = None


@dataclass(frozen=True, kw_only=True)
class _Stratum:
    """Case and error parts of one table's contribution, each with its degrees of freedom."""

    case: float
    case_df: float
    error: float
    error_df: float


def random_parts(tables: list[Floats], weights: Floats) -> Parts:
    """Readers and cases random: reader part + sum of (case part - error part).

    For one complete table the parts are MSR/(RC), MSC/(RC) and MSE/(RC).
    """
    if any(table.shape[1] < 2 for table in tables):
        return Parts(variance=None, df=None, reason=ONE_CASE)
    if all(bool(np.isfinite(table).all()) for table in tables):
        return _complete(tables, weights)
    return _incomplete(tables, weights)


def fixed_readers_parts(tables: list[Floats], weights: Floats) -> Parts:
    """Cases random, readers these: the variance of case totals about the readers' own means, Welch's df.

    u_j = sum_i a_ij (s_ij - r_i), with a_ij the weight of an answer; Var = sum over tables of
    C/(C-1) sum_j u_j².
    """
    pieces, dfs = [], []
    for table, weight in zip(tables, weights, strict=True):
        n_cases = table.shape[1]
        if n_cases < 2:
            return Parts(variance=None, df=None, reason=ONE_CASE)
        present = np.isfinite(table)
        counts = present.sum(axis=1)
        sums = np.where(present, table, 0.0).sum(axis=1)
        means = np.divide(sums, counts, out=np.zeros(len(table)), where=counts > 0)
        totals = np.where(present, table - means[:, None], 0.0).sum(axis=0) * weight / present.sum()
        pieces.append(float(totals @ totals) * n_cases / (n_cases - 1))
        dfs.append(n_cases - 1.0)
    return _settle(sum(pieces), _satterthwaite(sum(pieces), pieces, dfs), least=_least(tables, weights))


def fixed_cases_parts(tables: list[Floats], weights: Floats) -> Parts:
    """Readers random, cases these: the variance of reader totals about the cases' own means, df = R - 1."""
    n_readers = len(tables[0])
    totals = np.zeros(n_readers)
    for table, weight in zip(tables, weights, strict=True):
        present = np.isfinite(table)
        means = np.where(present, table, 0.0).sum(axis=0) / present.sum(axis=0)
        totals += np.where(present, table - means, 0.0).sum(axis=1) * weight / present.sum()
    variance = float(totals @ totals) * n_readers / (n_readers - 1)
    return _settle(variance, n_readers - 1.0, least=_least(tables, weights))


def mean_squares(table: Floats) -> tuple[float, float, float]:
    """MSR, MSC and MSE of a complete readers x cases table."""
    n_readers, n_cases = table.shape
    grand = float(table.mean())
    by_reader, by_case = table.mean(axis=1) - grand, table.mean(axis=0) - grand
    rest = table - by_reader[:, None] - by_case - grand
    ms_reader = n_cases * float(by_reader @ by_reader) / (n_readers - 1)
    ms_case = n_readers * float(by_case @ by_case) / (n_cases - 1)
    return ms_reader, ms_case, float(np.vdot(rest, rest)) / ((n_readers - 1) * (n_cases - 1))


def _complete(tables: list[Floats], weights: Floats) -> Parts:
    n_readers = len(tables[0])
    own = sum(w * table.mean(axis=1) for w, table in zip(weights.tolist(), tables, strict=True))
    reader = float(np.var(own, ddof=1) / n_readers)
    squares = [mean_squares(table) for table in tables]
    strata = [
        _Stratum(
            case=w * w * ms_case / table.size,
            case_df=table.shape[1] - 1.0,
            error=w * w * ms_error / table.size,
            error_df=(n_readers - 1.0) * (table.shape[1] - 1),
        )
        for w, table, (_, ms_case, ms_error) in zip(weights.tolist(), tables, squares, strict=True)
    ]
    parts = _combine(reader, n_readers - 1.0, strata, least=_least(tables, weights))
    if len(tables) > 1:
        return parts
    ms_reader, ms_case, ms_error = squares[0]
    return replace(
        parts,
        ms_reader=ms_reader,
        ms_case=ms_case,
        ms_error=ms_error,
        var_reader=(ms_reader - ms_error) / tables[0].shape[1],
        var_case=(ms_case - ms_error) / n_readers,
        var_error=ms_error,
    )


@dataclass(frozen=True, kw_only=True)
class _Moments:
    """Sums of one incomplete table over its readers and cases, and the moments they give."""

    weight: float
    n_by_reader: Floats
    n_by_case: Floats
    sum_by_reader: Floats
    m1: float
    m2: float
    m3: float
    m4: float

    @property
    def n(self) -> float:
        return float(self.n_by_reader.sum())


def _moments(table: Floats, weight: float) -> _Moments | None:
    """M1 to M4: mean products of answers that share reader and case, the reader, the case, neither."""
    present = np.isfinite(table)
    filled = np.where(present, table, 0.0)
    n_by_reader, n_by_case = present.sum(axis=1).astype(np.float64), present.sum(axis=0).astype(np.float64)
    by_reader, by_case = filled.sum(axis=1), filled.sum(axis=0)
    n, squares = float(n_by_reader.sum()), float(np.vdot(filled, filled))
    n2, n3 = float(n_by_reader @ n_by_reader) - n, float(n_by_case @ n_by_case) - n
    n4 = n * n - n - n2 - n3
    if n4 <= 0:
        return None
    m4 = (
        float(by_reader.sum()) ** 2 - float(by_reader @ by_reader) - float(by_case @ by_case) + squares
    ) / n4
    return _Moments(
        weight=weight,
        n_by_reader=n_by_reader,
        n_by_case=n_by_case,
        sum_by_reader=by_reader,
        m1=squares / n,
        # a moment no pair of answers speaks of has no weight in the variance either
        m2=(float(by_reader @ by_reader) - squares) / n2 if n2 else m4,
        m3=(float(by_case @ by_case) - squares) / n3 if n3 else m4,
        m4=m4,
    )


def _incomplete(tables: list[Floats], weights: Floats) -> Parts:
    found = [_moments(table, float(w)) for table, w in zip(tables, weights, strict=True)]
    moments = [item for item in found if item is not None]
    if len(moments) < len(found):
        return Parts(variance=None, df=None, reason="No two answers differ in both reader and case.")
    strata = [_incomplete_stratum(item) for item in moments]
    between = sum(
        (item.m2 - item.m4) * item.weight**2 * float(item.n_by_reader @ item.n_by_reader) / item.n**2
        for item in moments
    )
    between += sum(2 * _shared_readers(one, other) for one, other in combinations(moments, 2))
    reader = max(between, 0.0) + sum(stratum.error for stratum in strata)
    load = sum(abs(item.weight) * item.n_by_reader / item.n for item in moments)
    parts = _combine(reader, _effective(np.asarray(load)) - 1.0, strata, least=_least(tables, weights))
    if parts.df is not None:
        parts = replace(parts, df=max(parts.df, FEWEST_DF))
    parts = replace(parts, floored=between < 0 or any(item.m3 < item.m4 for item in moments))
    if len(tables) > 1:
        return parts
    (item,) = moments
    return replace(
        parts,
        var_reader=item.m2 - item.m4,
        var_case=item.m3 - item.m4,
        var_error=item.m1 - item.m2 - item.m3 + item.m4,
    )


def _effective(load: Floats) -> float:
    """How many equal readers or cases tell as much of their variance as these of unequal loads.

    The moments weigh a reader by pairs of answers, so by the square of the load; the effective number of
    unequal weights is Kish's (1965, p. 162). With the loads themselves, 4 readers of 60 cases and 16 of 10
    would count as 10, and the 95% interval would cover 93%; they count as 4.9, and it covers 95%.
    """
    pairs = load**2
    return float(pairs.sum()) ** 2 / float(pairs @ pairs)


def _incomplete_stratum(item: _Moments) -> _Stratum:
    """Analogues of MSC/(RC) and MSE/(RC), equal to them where nothing is missing and no part is negative.

    A part estimated below zero counts as zero, and what it took away goes back to the error.
    """
    case = max(item.m3 - item.m4, 0.0)
    rest = item.m1 - item.m4 - max(item.m2 - item.m4, 0.0) - case
    error = max(rest, 0.0) * item.weight**2 / item.n
    share = item.weight**2 * float(item.n_by_case @ item.n_by_case) / item.n**2
    error_df = item.n - len(item.n_by_reader) - len(item.n_by_case) + 1
    return _Stratum(
        case=case * share + error,
        case_df=_effective(item.n_by_case) - 1.0,
        error=error,
        error_df=error_df,
    )


def _shared_readers(one: _Moments, other: _Moments) -> float:
    """Covariance of two strata's means through the readers they share."""
    shared = float(one.n_by_reader @ other.n_by_reader)
    apart = one.n * other.n - shared
    if shared == 0 or apart <= 0:
        return 0.0
    same = float(one.sum_by_reader @ other.sum_by_reader)
    different = float(one.sum_by_reader.sum()) * float(other.sum_by_reader.sum()) - same
    covariance = same / shared - different / apart
    return one.weight * other.weight * covariance * shared / (one.n * other.n)


def _combine(reader: float, reader_df: float, strata: list[_Stratum], *, least: float) -> Parts:
    errors = sum(stratum.error for stratum in strata)
    raw = reader + sum(stratum.case for stratum in strata) - errors
    variance = max(raw, errors)
    # a shortfall in the last digits is rounding, no floor
    floored = raw < errors * (1 - 1e-12)
    # where no case has two readers, case and error are one and cancel
    used = [stratum for stratum in strata if stratum.error_df > 0]
    pieces = [reader, *(item.case for item in used), *(item.error for item in used)]
    dfs = [reader_df, *(item.case_df for item in used), *(item.error_df for item in used)]
    return _settle(variance, _satterthwaite(variance, pieces, dfs), least=least, floored=floored)


def _least(tables: list[Floats], weights: Floats) -> float:
    """The smallest variance that is more than rounding."""
    sizes = [float(np.nanmax(np.abs(table))) for table in tables]
    return float((ROUNDING * (np.abs(weights) @ np.array(sizes))) ** 2)


def _settle(variance: float, df: float | None, *, least: float, floored: bool = False) -> Parts:
    if df is None or variance <= least:
        return Parts(variance=None, df=None, reason=UNANIMOUS)
    return Parts(variance=variance, df=df, floored=floored)


def _satterthwaite(variance: float, pieces: list[float], dfs: list[float]) -> float | None:
    spread = sum(piece * piece / df for piece, df in zip(pieces, dfs, strict=True))
    return variance * variance / spread if spread > 0 else None
