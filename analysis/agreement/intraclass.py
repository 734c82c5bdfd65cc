"""Intraclass correlations of Shrout & Fleiss (1979, Psychol Bull 86:420), with their intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from analysis.arrays import Floats, as_scores
from analysis.errors import UnknownChoiceError
from analysis.proportions import check_level
from analysis.result import Interval

FORMS = ("ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)")


# below these the F distribution has no quantiles
FEWEST_DF = 1e-6


@dataclass(frozen=True, kw_only=True)
class Intraclass(Interval):
    """An intraclass correlation with its F test against zero and the mean squares it comes from."""

    f: float | None = None
    df1: float | None = None
    df2: float | None = None
    p: float | None = None
    ms_case: float | None = None
    ms_reader: float | None = None
    ms_error: float | None = None
    ms_within: float | None = None
    n_dropped: int = 0


@dataclass(frozen=True, kw_only=True)
class _Squares:
    """Mean squares of a complete table of n cases and k readers."""

    n: int
    k: int
    case: float
    reader: float
    error: float
    within: float


def icc(table: Any, *, form: str = "ICC(2,1)", level: float = 0.95) -> Intraclass:
    """One intraclass correlation of a readers x cases table: see `icc_forms`.

    Parameters
    ----------
    table
        Readers x cases, numbers; cases with a missing rating are left out and counted.
    form
        ICC(1,1), ICC(2,1), ICC(3,1), ICC(1,k), ICC(2,k) or ICC(3,k).
    level
        Confidence level of the interval.

    Returns
    -------
    Intraclass
        The correlation, its interval, its F test and the mean squares.
    """
    if form not in FORMS:
        raise UnknownChoiceError(f"The form {form!r} is unknown: take one of {', '.join(FORMS)}.")
    return icc_forms(table, level=level)[form]


def icc_forms(table: Any, *, level: float = 0.95) -> dict[str, Intraclass]:
    """All six forms of Shrout & Fleiss (1979) for a readers x cases table.

    ICC(1,·): each case has other readers; ICC(2,·): the same random readers, absolute agreement; ICC(3,·):
    these readers alone, consistency. ICC(·,1) speaks of one reader, ICC(·,k) of the mean of k. The interval
    of ICC(2,·) is Satterthwaite's (p. 424). Cases with a missing rating are left out and counted.

    Parameters
    ----------
    table
        Readers x cases, numbers; cases with a missing rating are left out and counted.
    level
        Confidence level of the interval.

    Returns
    -------
    dict of Intraclass
        Each form by its name.
    """
    check_level(level)
    scores = as_scores(table)
    whole = scores[:, np.isfinite(scores).all(axis=0)]
    k, n = whole.shape
    bare = Intraclass(
        estimate=None,
        low=None,
        high=None,
        level=level,
        method="",
        n_readers=k,
        n_cases=n,
        n_dropped=scores.shape[1] - n,
    )
    if k < 2 or n < 2:
        return _all(
            bare, "An intraclass correlation needs two readers and two cases with every rating present."
        )
    squares = _mean_squares(whole)
    scale = float(np.abs(whole).max()) ** 2 * 1e-24
    if squares.case + squares.within <= scale:
        return _all(bare, "All ratings are the same, so there is no variance to share out.")
    bare = bare.with_(
        ms_case=squares.case, ms_reader=squares.reader, ms_error=squares.error, ms_within=squares.within
    )
    tail = (1 - level) / 2
    found = [*_one_way(squares, tail), *_random_readers(squares, tail), *_fixed_readers(squares, tail)]
    parts = {part["method"]: part for part in found}
    return {form: bare.with_(**parts[form]) for form in FORMS}


def planned_interval(
    *, icc: float, reader_share: float, readers: int, cases: int, level: float
) -> tuple[float, float]:
    """Return the interval that ICC(2,1) has where the mean squares are the expected ones.

    Parameters
    ----------
    icc, reader_share
        Shares of the variance of a rating between cases and between readers; less than 1 together.
    readers, cases
        Size of the study.
    level
        Confidence level of the interval.

    Returns
    -------
    tuple of float
        Its ends.
    """
    error = 1 - icc - reader_share
    squares = _Squares(
        n=cases,
        k=readers,
        case=readers * icc + error,
        reader=cases * reader_share + error,
        error=error,
        within=reader_share + error,
    )
    found = _random_readers(squares, (1 - level) / 2)[0]
    return found["low"], found["high"]


def _all(bare: Intraclass, reason: str) -> dict[str, Intraclass]:
    return {form: bare.with_(method=form, reason=reason) for form in FORMS}


def _mean_squares(whole: Floats) -> _Squares:
    k, n = whole.shape
    grand = whole.mean()
    by_case, by_reader = whole.mean(axis=0), whole.mean(axis=1)
    within = float(((whole - by_case) ** 2).sum())
    reader = n * float(((by_reader - grand) ** 2).sum())
    rest = whole - by_case - by_reader[:, None] + grand
    return _Squares(
        n=n,
        k=k,
        case=k * float(((by_case - grand) ** 2).sum()) / (n - 1),
        reader=reader / (k - 1),
        error=float((rest**2).sum()) / ((n - 1) * (k - 1)),
        within=within / (n * (k - 1)),
    )


def _one_way(s: _Squares, tail: float) -> list[dict[str, Any]]:
    df2 = float(s.n * (s.k - 1))
    single = (s.case - s.within) / (s.case + (s.k - 1) * s.within)
    mean = (s.case - s.within) / s.case if s.case > 0 else None
    return _from_f("ICC(1", s, single, mean, s.within, df2, tail)


def _fixed_readers(s: _Squares, tail: float) -> list[dict[str, Any]]:
    df2 = float((s.n - 1) * (s.k - 1))
    bottom = s.case + (s.k - 1) * s.error
    if bottom <= 0:
        reason = "Cases differ in no reader's eyes, so there is no variance to share out."
        return [{"method": form, "reason": reason} for form in ("ICC(3,1)", "ICC(3,k)")]
    mean = (s.case - s.error) / s.case if s.case > 0 else None
    return _from_f("ICC(3", s, (s.case - s.error) / bottom, mean, s.error, df2, tail)


def _from_f(
    form: str, s: _Squares, single: float, mean: float | None, below: float, df2: float, tail: float
) -> list[dict[str, Any]]:
    """Intervals of forms 1 and 3 follow from those of F = MS(cases) / `below`."""
    one: dict[str, Any] = {"method": f"{form},1)", "estimate": single}
    many: dict[str, Any] = {"method": f"{form},k)", "estimate": mean}
    if mean is None:
        many["reason"] = "Cases do not differ, so the mean of k readers has no reliability."
    if below <= 0 or s.case <= 0:
        why = "One of the two mean squares is zero, so there is no interval."
        return [one | {"reason": why}, {"reason": why} | many]
    df1 = s.n - 1.0
    f = s.case / below
    low = f / float(special.fdtri(df1, df2, 1 - tail))
    high = f * float(special.fdtri(df2, df1, 1 - tail))
    test = {"f": f, "df1": df1, "df2": df2, "p": float(special.fdtrc(df1, df2, f))}
    one |= test | {"low": (low - 1) / (low + s.k - 1), "high": (high - 1) / (high + s.k - 1)}
    many |= test | {"low": 1 - 1 / low, "high": 1 - 1 / high}
    return [one, many]


def _random_readers(s: _Squares, tail: float) -> list[dict[str, Any]]:
    n, k = s.n, s.k
    rest = k * s.reader + (k * n - k - n) * s.error
    single = n * (s.case - s.error) / (rest + n * s.case) if rest + n * s.case > 0 else None
    below = n * s.case + s.reader - s.error
    mean = n * (s.case - s.error) / below if below > 0 else None
    one: dict[str, Any] = {"method": "ICC(2,1)", "estimate": single}
    many: dict[str, Any] = {"method": "ICC(2,k)", "estimate": mean}
    if s.error <= 0 or single is None or mean is None:
        why = "The readers leave no residual variation, so there is no interval."
        return [one | {"reason": why}, many | {"reason": why}]
    df1, df2 = n - 1.0, float((n - 1) * (k - 1))
    f = s.case / s.error
    test = {"f": f, "df1": df1, "df2": df2, "p": float(special.fdtrc(df1, df2, f))}
    v = _satterthwaite_df(s, single)
    if v < FEWEST_DF:
        why = "Satterthwaite's degrees of freedom are zero, so there is no interval."
        return [one | test | {"reason": why}, many | test | {"reason": why}]
    upper, lower = float(special.fdtri(df1, v, 1 - tail)), float(special.fdtri(v, df1, 1 - tail))
    low = n * (s.case - upper * s.error) / (upper * rest + n * s.case)
    high = n * (lower * s.case - s.error) / (rest + n * lower * s.case)
    one |= test | {"low": low, "high": high}
    many |= test | {"low": _stepped_up(low, k), "high": _stepped_up(high, k)}
    if many["low"] is None:
        many["reason"] = "So far below zero the mean of k readers has no reliability, so an end is missing."
    return [one, many]


def _stepped_up(single: float, k: int) -> float | None:
    """Spearman and Brown's reliability of a mean of k; at -1/(k - 1) it runs to minus infinity."""
    below = 1 + single * (k - 1)
    return single * k / below if below > 1e-12 else None


def _satterthwaite_df(s: _Squares, single: float) -> float:
    n, k = s.n, s.k
    a = k * single * s.reader / s.error
    b = n * (1 + (k - 1) * single) - k * single
    return (k - 1) * (n - 1) * (a + b) ** 2 / ((n - 1) * a**2 + b**2)
