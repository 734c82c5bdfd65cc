"""Means over readers and cases, both random: the headline interval of a reader study.

Every function takes tables with one row a reader and one column a case, NaN where an answer is missing.
Where several tables are given (strata, arms), row i is the same reader in each, and the cases of one are
others than those of the next.

The variance is that of Gallas, Pennello & Myers (2007, J Opt Soc Am A 24:B70). For a complete table it is
Var = (MSR + MSC - MSE) / (RC) with Satterthwaite's degrees of freedom; for an incomplete one the unbiased
U-statistic of second moments over pairs of answers that share the reader, the case, both or neither.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.arrays import Floats, as_scores
from analysis.errors import NothingToAnalyseError, UnknownChoiceError, WrongShapeError, WrongValueError
from analysis.proportions import check_level, check_margin
from analysis.result import Equivalence, Interval
from analysis.variance_parts import Parts, fixed_cases_parts, fixed_readers_parts, random_parts

Readers = Literal["auto", "random", "fixed"]
Cases = Literal["random", "fixed"]

BOTH_RANDOM = "random readers and cases"
FIXED_READERS = "fixed readers, random cases"
FIXED_CASES = "random readers, fixed cases"
METHODS = {
    BOTH_RANDOM: "crossed two-way (Gallas, Pennello & Myers 2007)",
    FIXED_READERS: "t over cases, readers fixed",
    FIXED_CASES: "t over readers, cases fixed",
}
GALLAS_INCOMPLETE = "crossed U-statistic for incomplete designs (Gallas, Pennello & Myers 2007)"
FEWEST_RANDOM_READERS = 3
WITHIN = 1e-9
# by whether the table is complete
FLOORS = {
    True: "variance floored at its error part",
    False: "a part of the variance was estimated below zero and counts as zero",
}


@dataclass(frozen=True, kw_only=True)
class CrossedMean(Interval):
    """A mean, or a contrast of means, with its crossed interval and its t-test against `null`.

    `ms_reader`, `ms_case` and `ms_error` exist for one complete table; the variance components
    (`var_reader`, `var_case`, `var_error`) for one table with random readers and cases.
    """

    inference: str
    null: float | None = None
    t: float | None = None
    p: float | None = None
    p_greater: float | None = None
    floored: bool = False
    n_answers: int
    ms_reader: float | None = None
    ms_case: float | None = None
    ms_error: float | None = None
    var_reader: float | None = None
    var_case: float | None = None
    var_error: float | None = None


def crossed_mean(
    table: npt.ArrayLike,
    *,
    null: float | None = None,
    level: float = 0.95,
    readers: Readers = "auto",
    cases: Cases = "random",
    bounds: tuple[float, float] | None = None,
) -> CrossedMean:
    """Mean of a readers x cases table of any numbers, with the interval that carries readers and cases.

    Parameters
    ----------
    table
        Readers x cases, NaN for missing. The mean is over answers: sum over count.
    null
        The mean under the null hypothesis, for t = (mean - null) / SE.
    level
        Confidence level of the interval.
    readers, cases
        What the interval generalises to. "auto" takes readers as random from three on, else as fixed.
    bounds
        Ends of the scale, at which the interval is cut off.

    Returns
    -------
    CrossedMean
        The mean, its interval and t-test, and what the variance is made of.

    Notes
    -----
    The variance is floored at its error part, MSE/(RC), and `floored` says where that was done; the
    degrees of freedom are then (with the same floor in the numerator of Satterthwaite's formula)
    MSE² / (MSR²/(R-1) + MSC²/(C-1) + MSE²/((R-1)(C-1))). With missing answers R and C in the degrees of
    freedom are the effective numbers, (Σn²)²/Σn⁴, which are R and C where nothing is missing, and a part
    of the variance that is estimated below zero counts as zero.
    """
    return crossed_contrast(
        [table], [1.0], null=null, level=level, readers=readers, cases=cases, bounds=bounds
    )


def crossed_rate(
    table: npt.ArrayLike,
    *,
    chance: float | None = None,
    level: float = 0.95,
    readers: Readers = "auto",
    cases: Cases = "random",
) -> CrossedMean:
    """Share of correct answers in a readers x cases table of 0 and 1: `crossed_mean` cut off at 0 and 1.

    Parameters
    ----------
    table
        Readers x cases of 0 and 1, NaN for missing.
    chance
        The share under the null hypothesis.
    level
        Confidence level of the interval.
    readers, cases
        What the interval generalises to: auto takes readers as random from three on, else as fixed.

    Returns
    -------
    CrossedMean
        The share, its interval and t-test, and what the variance is made of.
    """
    return crossed_mean(table, null=chance, level=level, readers=readers, cases=cases, bounds=(0.0, 1.0))


def crossed_difference(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    null: float = 0.0,
    level: float = 0.95,
    readers: Readers = "auto",
    bounds: tuple[float, float] | None = (-1.0, 1.0),
) -> CrossedMean:
    """Difference of two means with common readers and nested cases, such as two generators' detection rates.

    Var = Var(d_i)/R + sum over arms of (MSC_a - MSE_a)/(R C_a), where d_i is reader i's own difference.
    Where the same cases are in both arms, give the table of differences to `crossed_mean`.

    Parameters
    ----------
    first, second
        Readers x cases, NaN for missing; row i is the same reader in both.
    null
        The value under the null hypothesis.
    level
        Confidence level of the interval.
    readers
        What the interval generalises to: auto takes readers as random from three on, else as fixed.
    bounds
        Ends of the scale, at which the interval is cut off; of shares unless given. None cuts nothing.

    Returns
    -------
    CrossedMean
        The difference first - second, its interval and t-test.
    """
    return crossed_contrast(
        [first, second], [1.0, -1.0], null=null, level=level, readers=readers, bounds=bounds
    )


def crossed_stratified(
    table: npt.ArrayLike,
    strata: npt.ArrayLike,
    *,
    null: float | None = None,
    level: float = 0.95,
    readers: Readers = "auto",
    bounds: tuple[float, float] | None = (0.0, 1.0),
) -> CrossedMean:
    """Pooled mean whose cases were drawn stratum by stratum, such as accuracy over real and synthetic images.

    `strata` names the stratum of each column. Each stratum weighs as it has answers, so the estimate is the
    plain pooled mean; variation between the strata is no error and leaves the variance.

    Parameters
    ----------
    table
        Readers x cases, NaN for missing.
    strata
        The stratum of each case.
    null
        The value under the null hypothesis.
    level
        Confidence level of the interval.
    readers
        What the interval generalises to: auto takes readers as random from three on, else as fixed.
    bounds
        Ends of the scale, at which the interval is cut off; of shares unless given. None cuts nothing.

    Returns
    -------
    CrossedMean
        The pooled mean, its interval and t-test.
    """
    scores = as_scores(table)
    names = np.asarray(strata)
    if names.shape != (scores.shape[1],):
        raise WrongShapeError(f"{scores.shape[1]} cases need as many strata, not {names.size}.")
    pieces = [scores[:, names == name] for name in dict.fromkeys(names.tolist())]
    pieces = [piece for piece in pieces if np.isfinite(piece).any()]
    total = sum(int(np.isfinite(piece).sum()) for piece in pieces)
    weights = [int(np.isfinite(piece).sum()) / total for piece in pieces]
    return crossed_contrast(pieces, weights, null=null, level=level, readers=readers, bounds=bounds)


def crossed_contrast(
    tables: Sequence[npt.ArrayLike],
    weights: Sequence[float],
    *,
    null: float | None = None,
    level: float = 0.95,
    readers: Readers = "auto",
    cases: Cases = "random",
    bounds: tuple[float, float] | None = None,
) -> CrossedMean:
    """Weighted sum of the means of several tables: common readers, cases nested in the tables.

    Parameters
    ----------
    tables
        Readers x cases, NaN for missing; row i is the same reader in all.
    weights
        What the mean of each table counts.
    null
        The value under the null hypothesis.
    level
        Confidence level of the interval.
    readers, cases
        What the interval generalises to: auto takes readers as random from three on, else as fixed.
    bounds
        Ends of the scale, at which the interval is cut off.

    Returns
    -------
    CrossedMean
        The weighted sum, its interval and t-test.
    """
    check_level(level)
    if not len(tables):
        raise NothingToAnalyseError("There is no table: give at least one.")
    scores = _drop_empty([as_scores(table) for table in tables])
    if len(scores) != len(weights):
        raise WrongShapeError(f"{len(scores)} tables need as many weights, not {len(weights)}.")
    _check_bounds(scores, weights, bounds)
    inference = _inference(scores, readers, cases)
    parts = PARTS[inference](scores, np.asarray(weights, dtype=np.float64))
    estimate = math.fsum(w * float(np.nanmean(table)) for w, table in zip(weights, scores, strict=True))
    return _summary(estimate, parts, scores, inference, null=null, level=level, bounds=bounds)


def crossed_equivalence(mean: Interval, null: float, margin: float, *, alpha: float = 0.05) -> Equivalence:
    """Two one-sided t-tests of |mean - null| < margin on the crossed error (Schuirmann 1987).

    `mean` is any interval with se and df. The smallest margin that passes is
    |mean - null| + t(1-alpha, df) SE.

    Parameters
    ----------
    mean
        An estimate with se and df, such as `crossed_mean` returns.
    null
        The value that the margin lies around.
    margin
        The largest difference from it that does not matter, from the protocol.
    alpha
        Level of each of the two one-sided tests.

    Returns
    -------
    Equivalence
        Both p-values, whether equivalence is shown, and the smallest margin that would pass.
    """
    check_margin(margin)
    check_level(alpha)
    if mean.estimate is None or not mean.se or mean.df is None:
        return _no_equivalence(mean, null, margin, alpha)
    shift = mean.estimate - null
    p_low = float(special.stdtr(mean.df, -(shift + margin) / mean.se))
    p_high = float(special.stdtr(mean.df, (shift - margin) / mean.se))
    reach = t_quantile(mean.df, 1 - 2 * alpha) * mean.se
    return Equivalence(
        estimate=mean.estimate,
        null=null,
        margin=margin,
        p=max(p_low, p_high),
        p_low=p_low,
        p_high=p_high,
        within=max(p_low, p_high) < alpha,
        smallest_margin=abs(shift) + reach,
        low=mean.estimate - reach,
        high=mean.estimate + reach,
        alpha=alpha,
        method=f"two one-sided t-tests, {mean.method}",
        df=mean.df,
        se=mean.se,
        assumptions=mean.assumptions,
    )


def equivalence_curve(mean: Interval, null: float, margins: npt.ArrayLike) -> Floats:
    """p of `crossed_equivalence` at each of `margins`: the curve that shows which margins would pass.

    Parameters
    ----------
    mean
        An estimate with se and df, such as `crossed_mean` returns.
    null
        The value that the margins lie around.
    margins
        The margins to try.

    Returns
    -------
    array
        p at each margin.
    """
    grid = np.asarray(margins, dtype=np.float64)
    if mean.estimate is None or not mean.se or mean.df is None:
        raise NothingToAnalyseError("There is no standard error, so there is no equivalence curve.")
    shift = mean.estimate - null
    return np.asarray(special.stdtr(mean.df, (abs(shift) - grid) / mean.se))


def t_quantile(df: float, level: float) -> float:
    """Two-sided quantile of Student's t; df may be a fraction."""
    return float(special.stdtrit(df, 0.5 + level / 2))


PARTS = {
    BOTH_RANDOM: random_parts,
    FIXED_READERS: fixed_readers_parts,
    FIXED_CASES: fixed_cases_parts,
}


def _drop_empty(tables: list[Floats]) -> list[Floats]:
    if len({len(table) for table in tables}) > 1:
        raise WrongShapeError("The tables differ in their readers: row i has to be one reader in all.")
    seen = np.any([np.isfinite(table).any(axis=1) for table in tables], axis=0)
    return [table[np.ix_(seen, np.isfinite(table).any(axis=0))] for table in tables]


def _check_bounds(tables: list[Floats], weights: Sequence[float], bounds: tuple[float, float] | None) -> None:
    """Refuse ends of the scale between which the answers do not lie: the interval would end before them."""
    if bounds is None:
        return
    ends = [sorted((w * np.nanmin(t), w * np.nanmax(t))) for w, t in zip(weights, tables, strict=True)]
    least, most = (sum(end[side] for end in ends) for side in (0, 1))
    slack = WITHIN * max(1.0, *map(abs, bounds))
    if least < bounds[0] - slack or most > bounds[1] + slack:
        raise WrongValueError(
            f"The answers reach from {least:g} to {most:g}, beyond the bounds {bounds[0]:g} and "
            f"{bounds[1]:g}: give the ends of their scale as bounds, or None."
        )


def _inference(tables: list[Floats], readers: str, cases: str) -> str:
    if readers not in {"auto", "random", "fixed"} or cases not in {"random", "fixed"}:
        raise UnknownChoiceError("Readers are auto, random or fixed; cases are random or fixed.")
    enough = len(tables[0]) >= (FEWEST_RANDOM_READERS if readers == "auto" else 2)
    random_readers = readers != "fixed" and enough
    random_cases = cases == "random" and any(table.shape[1] > 1 for table in tables)
    if random_readers and random_cases:
        return BOTH_RANDOM
    return FIXED_CASES if random_readers else FIXED_READERS


def _summary(
    estimate: float,
    parts: Parts,
    tables: list[Floats],
    inference: str,
    *,
    null: float | None,
    level: float,
    bounds: tuple[float, float] | None,
) -> CrossedMean:
    n_readers = len(tables[0])
    complete = all(bool(np.isfinite(table).all()) for table in tables)
    bare = CrossedMean(
        estimate=estimate,
        low=None,
        high=None,
        level=level,
        method=METHODS[inference] if complete or inference != BOTH_RANDOM else GALLAS_INCOMPLETE,
        inference=inference,
        null=null,
        n_readers=n_readers,
        n_cases=sum(table.shape[1] for table in tables),
        n_answers=sum(int(np.isfinite(table).sum()) for table in tables),
        assumptions=_assumptions(inference, n_readers, FLOORS[complete] if parts.floored else None),
        floored=parts.floored,
        ms_reader=parts.ms_reader,
        ms_case=parts.ms_case,
        ms_error=parts.ms_error,
        var_reader=parts.var_reader,
        var_case=parts.var_case,
        var_error=parts.var_error,
    )
    if parts.variance is None or parts.df is None:
        return bare.with_(reason=parts.reason)
    return _with_interval(bare, parts.variance, parts.df, bounds)


def _with_interval(
    bare: CrossedMean, variance: float, df: float, bounds: tuple[float, float] | None
) -> CrossedMean:
    estimate = float(bare.estimate or 0.0)
    se = math.sqrt(variance)
    reach = t_quantile(df, bare.level) * se
    low, high = estimate - reach, estimate + reach
    assumptions = bare.assumptions
    if bounds is not None and (low < bounds[0] or high > bounds[1]):
        low, high = max(low, bounds[0]), min(high, bounds[1])
        assumptions = (*assumptions, "interval cut off at the end of the scale")
    t = None if bare.null is None else (estimate - bare.null) / se
    return bare.with_(
        low=low,
        high=high,
        se=se,
        df=df,
        t=t,
        p=None if t is None else float(2 * special.stdtr(df, -abs(t))),
        p_greater=None if t is None else float(special.stdtr(df, -t)),
        assumptions=assumptions,
    )


def _assumptions(inference: str, n_readers: int, floor: str | None) -> tuple[str, ...]:
    said = [inference]
    if inference == FIXED_READERS:
        people = "one reader" if n_readers == 1 else f"{n_readers} readers"
        said.append(f"speaks of these {people} only" if n_readers > 1 else f"speaks of this {people} only")
    if floor:
        said.append(floor)
    return tuple(said)


def _no_equivalence(mean: Interval, null: float, margin: float, alpha: float) -> Equivalence:
    return Equivalence(
        estimate=mean.estimate,
        null=null,
        margin=margin,
        p=None,
        p_low=None,
        p_high=None,
        within=None,
        smallest_margin=None,
        low=None,
        high=None,
        alpha=alpha,
        method=f"two one-sided t-tests, {mean.method}",
        reason=mean.reason or "There is no standard error, so equivalence cannot be tested.",
    )
