"""Several readers, one or more conditions: the method of Obuchowski and Rockette with Hillis' df.

The covariances of the areas over cases come from DeLong, the jackknife or the unbiased U-statistic; the
variation over readers from the areas' own analysis of variance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.arrays import Bools, Floats, as_numbers
from analysis.crossed import t_quantile
from analysis.errors import NothingToAnalyseError, UnknownChoiceError, WrongShapeError
from analysis.proportions import check_level, normal_quantile
from analysis.result import Interval, Result, Test
from analysis.roc.auc import auc_covariance

BOTH_RANDOM = "random readers and cases"
FIXED_READERS = "fixed readers, random cases"
FIXED_CASES = "random readers, fixed cases"
INFERENCES = ("auto", BOTH_RANDOM, FIXED_READERS, FIXED_CASES)
SCALES = ("identity", "logit")
NOTHING = 1e-20
NO_VARIANCE = "The areas show no variance, so there is no interval and no test."


@dataclass(frozen=True, kw_only=True)
class Difference(Interval):
    """Difference of two conditions' mean areas with its test."""

    a: str
    b: str
    statistic: float | None = None
    p: float | None = None


@dataclass(frozen=True, kw_only=True)
class ObuchowskiRockette(Result):
    """Mean areas, their differences, the F test of equality, and the parts they are made of."""

    by_condition: tuple[Interval, ...]
    differences: tuple[Difference, ...]
    test: Test | None
    areas: tuple[tuple[float, ...], ...]
    inference: str
    covariance: str
    var_error: float
    cov1: float | None
    cov2: float | None
    cov3: float | None
    ms_condition: float | None
    ms_reader: float | None
    ms_interaction: float | None
    var_reader: float | None
    var_interaction: float | None
    n_readers: int
    n_cases: int
    n_dropped: int
    method: str = "Obuchowski & Rockette (1995), Hillis (2007)"


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """Areas (conditions x readers), their mean covariances, and mean squares."""

    areas: Floats
    matrix: Floats
    var: float
    cov1: float | None
    cov2: float | None
    cov3: float | None
    ms_t: float | None
    ms_r: float | None
    ms_tr: float | None


def obuchowski_rockette(
    scores: npt.ArrayLike,
    truth: npt.ArrayLike,
    *,
    conditions: Sequence[str] | None = None,
    covariance: str = "delong",
    inference: str = "auto",
    scale: str = "identity",
    level: float = 0.95,
) -> ObuchowskiRockette:
    """Compare areas over readers and cases (Obuchowski & Rockette 1995; Hillis 2007, Stat Med 26:596).

    Parameters
    ----------
    scores
        Conditions x readers x cases, or readers x cases for one condition. A case with a missing score is
        left out for everybody and counted.
    truth
        1 or true for positive (synthetic) cases, one a case.
    conditions
        Their names; 1, 2, … where left out.
    covariance
        `delong`, `jackknife` or `unbiased`: see `auc_covariance`.
    inference
        `auto` takes readers and cases as random from three readers on, else readers as fixed; or one of
        `random readers and cases`, `fixed readers, random cases` and `random readers, fixed cases`.
    scale
        On which the interval of a mean area is symmetric: `identity`, as published programs have it, or
        `logit`, which stays within 0 and 1 and holds its level where areas are high.
    level
        Confidence level of the intervals.

    Returns
    -------
    ObuchowskiRockette
        Areas, mean areas, their differences, the F test, and covariances and mean squares.

    Notes
    -----
    Readers and cases random: F = MS(T) / [MS(TR) + max(r(Cov2 - Cov3), 0)] on t - 1 and Hillis'
    ddf = [denominator]² / (MS(TR)² / ((t-1)(r-1))); a difference has variance 2/r times the denominator. One
    condition's mean area has variance [MS(R) + max(r Cov2, 0)]/r from its own data, with
    df = [...]²/(MS(R)²/(r-1)). Readers fixed: 2/r [Var - Cov1 + (r-1) max(Cov2 - Cov3, 0)], normal. Cases
    fixed: MS(TR) and MS(R) alone.
    """
    check_level(level)
    if scale not in SCALES:
        raise UnknownChoiceError(f"The scale {scale!r} is unknown: take one of {', '.join(SCALES)}.")
    return _on_scale(_compared(scores, truth, conditions, covariance, inference, level), scale)


def _on_scale(found: ObuchowskiRockette, scale: str) -> ObuchowskiRockette:
    if scale == "identity":
        return found
    return found.with_(by_condition=tuple(_on_logits(mean) for mean in found.by_condition))


def _compared(
    scores: npt.ArrayLike, truth: npt.ArrayLike, conditions: Sequence[str] | None, covariance: str,
    inference: str, level: float,
) -> ObuchowskiRockette:  # fmt: skip
    """The areas with intervals on the identity scale."""
    values, positive, dropped = _checked(scores, truth)
    t, r, _ = values.shape
    how = _inference(inference, r)
    names = _names(conditions, t)
    shape = _shape(covariance, r, len(positive), how, level)
    return _result(_parts(values, positive, covariance), how, covariance, names, shape, dropped)


def _names(conditions: Sequence[str] | None, count: int) -> list[str]:
    names = [str(item) for item in conditions or range(1, count + 1)]
    if len(names) != count:
        raise WrongShapeError(f"{count} conditions need as many names, not {len(names)}.")
    return names


def _shape(covariance: str, readers: int, cases: int, how: str, level: float) -> dict[str, Any]:
    """What every interval says of itself."""
    return {
        "level": level,
        "method": f"Obuchowski-Rockette ({covariance}), Hillis df",
        "n_readers": readers,
        "n_cases": cases,
        "assumptions": (how,),
    }


def combined_over_readers(
    figures: npt.ArrayLike, covariance: npt.ArrayLike, *, n_cases: int, level: float, how: str = "auto"
) -> tuple[tuple[Interval, ...], tuple[Difference, ...]]:
    """Combine any figure of merit between 0 and 1 over readers, as `obuchowski_rockette` does areas.

    `figures` is conditions x readers; `covariance` is of all of them over cases, in that order. Intervals of
    the means are on the logit scale.
    """
    check_level(level)
    values, matrix = np.atleast_2d(np.asarray(figures, dtype=float)), np.asarray(covariance, dtype=float)
    t, r = values.shape
    chosen = _inference(how, r)
    shape = _shape("jackknife", r, n_cases, chosen, level)
    parts = _parts_of(values, matrix)
    names = [str(place) for place in range(t)]
    means = tuple(_on_logits(_mean_area(parts, place, chosen, shape)) for place in range(t))
    return means, _differences(parts, chosen, names, shape)


def _on_logits(mean: Interval) -> Interval:
    """The interval with the same error and df, symmetric in log(A / (1 - A)) by the delta method."""
    area, se = mean.estimate, mean.se
    if area is None or se is None or not 0 < area < 1:
        return mean
    quantile = normal_quantile(mean.level) if mean.df is None else t_quantile(mean.df, mean.level)
    middle, reach = special.logit(area), quantile * se / (area * (1 - area))
    return mean.with_(
        low=float(special.expit(middle - reach)),
        high=float(special.expit(middle + reach)),
        method=f"{mean.method}, interval on the logit scale",
    )


def _result(
    parts: _Parts, how: str, covariance: str, names: list[str], shape: dict[str, Any], dropped: int
) -> ObuchowskiRockette:
    var_reader, var_interaction = _variance_components(parts)
    return ObuchowskiRockette(
        by_condition=tuple(_mean_area(parts, i, how, shape) for i in range(len(names))),
        differences=_differences(parts, how, names, shape),
        test=_test(parts, how, shape["n_cases"]),
        areas=tuple(tuple(row) for row in parts.areas.tolist()),
        inference=how,
        covariance=covariance,
        var_error=parts.var,
        cov1=parts.cov1,
        cov2=parts.cov2,
        cov3=parts.cov3,
        ms_condition=parts.ms_t,
        ms_reader=parts.ms_r,
        ms_interaction=parts.ms_tr,
        var_reader=var_reader,
        var_interaction=var_interaction,
        n_readers=shape["n_readers"],
        n_cases=shape["n_cases"],
        n_dropped=dropped,
    )


def _checked(scores: npt.ArrayLike, truth: npt.ArrayLike) -> tuple[Floats, Floats, int]:
    values = as_numbers(scores)
    if values.ndim == 2:
        values = values[None]
    if values.ndim != 3 or min(values.shape) < 1:
        raise WrongShapeError("Scores have to be conditions x readers x cases, or readers x cases.")
    kinds = np.asarray(truth)
    if kinds.shape != values.shape[2:]:
        raise WrongShapeError(f"{values.shape[2]} cases need as many truths, not {kinds.size}.")
    whole = np.isfinite(values).all(axis=(0, 1))
    kept = kinds[whole].astype(np.float64)
    if kept.sum() < 2 or (1 - kept).sum() < 2:
        raise NothingToAnalyseError(
            "Two positive and two negative cases with every score present are needed."
        )
    return values[:, :, whole], kept, int((~whole).sum())


def _inference(inference: str, r: int) -> str:
    if inference not in INFERENCES:
        raise UnknownChoiceError(
            f"The inference {inference!r} is unknown: take one of {', '.join(INFERENCES)}."
        )
    if inference == "auto":
        return BOTH_RANDOM if r >= 3 else FIXED_READERS
    if inference != FIXED_READERS and r < 2:
        raise UnknownChoiceError("One reader cannot stand for others: take fixed readers.")
    return inference


def _parts(values: Floats, positive: Floats, covariance: str) -> _Parts:
    t, r, n = values.shape
    flat, matrix = auc_covariance(values.reshape(t * r, n), positive, method=covariance)
    return _parts_of(flat.reshape(t, r), matrix)


def _parts_of(areas: Floats, matrix: Floats) -> _Parts:
    t, r = areas.shape
    condition, reader = np.repeat(np.arange(t), r), np.tile(np.arange(r), t)
    same_t, same_r = np.equal.outer(condition, condition), np.equal.outer(reader, reader)
    own = float(np.trace(matrix)) / len(matrix)
    by_t, by_r = areas.mean(axis=1), areas.mean(axis=0)
    rest = areas - by_t[:, None] - by_r + areas.mean()
    return _Parts(
        areas=areas,
        matrix=matrix,
        var=own,
        cov1=_mean_where(matrix, ~same_t & same_r),
        cov2=_mean_where(matrix, same_t & ~same_r),
        cov3=_mean_where(matrix, ~same_t & ~same_r),
        ms_t=r * float(by_t.var(ddof=1)) if t > 1 else None,
        ms_r=t * float(by_r.var(ddof=1)) if r > 1 else None,
        ms_tr=float((rest**2).sum()) / ((t - 1) * (r - 1)) if t > 1 and r > 1 else None,
    )


def _mean_where(matrix: Floats, where: Bools) -> float | None:
    return float(matrix[where].mean()) if where.any() else None


def _variance_components(parts: _Parts) -> tuple[float | None, float | None]:
    """Moment estimates of the reader and interaction components (Hillis 2014, Stat Med 33:330, table 1)."""
    t = len(parts.areas)
    if parts.ms_r is None:
        return None, None
    if t == 1:
        return parts.ms_r - parts.var + (parts.cov2 or 0.0), None
    cov1, cov2, cov3 = parts.cov1 or 0.0, parts.cov2 or 0.0, parts.cov3 or 0.0
    ms_tr = parts.ms_tr or 0.0
    return (parts.ms_r - ms_tr) / t - cov1 + cov3, ms_tr - parts.var + cov1 + (cov2 - cov3)


def _mean_area(parts: _Parts, index: int, how: str, shape: dict[str, Any]) -> Interval:
    """Mean area of one condition, from its own data alone."""
    r = parts.areas.shape[1]
    own = parts.areas[index]
    block = parts.matrix[index * r : (index + 1) * r, index * r : (index + 1) * r]
    var = float(np.trace(block)) / r
    cov2 = (float(block.sum()) - float(np.trace(block))) / (r * (r - 1)) if r > 1 else 0.0
    if how == FIXED_READERS:
        total, df = var + (r - 1) * max(cov2, 0.0), None
    else:
        ms_r = float(own.var(ddof=1))
        total = ms_r + (max(r * cov2, 0.0) if how == BOTH_RANDOM else 0.0)
        df = _df(total, ms_r, r - 1)
    return Interval(
        estimate=float(own.mean()), **_ends(float(own.mean()), total / r, df, 0.0, shape), **shape
    )


def _denominator(parts: _Parts, how: str) -> tuple[float, float | None]:
    """What MS(T) is compared with, and its degrees of freedom; None stands for infinitely many."""
    t, r = parts.areas.shape
    apart = max((parts.cov2 or 0.0) - (parts.cov3 or 0.0), 0.0)
    if how == FIXED_READERS:
        return parts.var - (parts.cov1 or 0.0) + (r - 1) * apart, None
    ms_tr = parts.ms_tr or 0.0
    total = ms_tr + (r * apart if how == BOTH_RANDOM else 0.0)
    return total, _df(total, ms_tr, (t - 1) * (r - 1))


def _differences(parts: _Parts, how: str, names: list[str], shape: dict[str, Any]) -> tuple[Difference, ...]:
    t, r = parts.areas.shape
    if t < 2:
        return ()
    total, df = _denominator(parts, how)
    means = parts.areas.mean(axis=1)
    found = []
    for i, j in combinations(range(t), 2):
        difference = float(means[i] - means[j])
        ends = _ends(difference, 2 * total / r, df, -1.0, shape)
        statistic = difference / ends["se"] if ends["se"] else None
        found.append(
            Difference(
                a=names[i],
                b=names[j],
                estimate=difference,
                statistic=statistic,
                p=None if statistic is None else _two_sided(statistic, df),
                **ends,
                **shape,
            )
        )
    return tuple(found)


def _test(parts: _Parts, how: str, n_cases: int) -> Test | None:
    t, r = parts.areas.shape
    if t < 2:
        return None
    total, df = _denominator(parts, how)
    bare = Test(statistic=None, p=None, method=f"F, {how}", df=t - 1.0, df2=df, n_readers=r, n_cases=n_cases)
    if total <= NOTHING:
        return bare.with_(reason=NO_VARIANCE)
    f = (parts.ms_t or 0.0) / total
    p = special.chdtrc(t - 1, f * (t - 1)) if df is None else special.fdtrc(t - 1, df, f)
    return bare.with_(statistic=f, p=float(p))


def _ends(
    estimate: float, variance: float, df: float | None, lowest: float, shape: dict[str, Any]
) -> dict[str, Any]:
    if variance <= NOTHING:
        return {"low": None, "high": None, "se": None, "reason": NO_VARIANCE}
    se = math.sqrt(variance)
    reach = se * (normal_quantile(shape["level"]) if df is None else t_quantile(df, shape["level"]))
    return {"low": max(lowest, estimate - reach), "high": min(1.0, estimate + reach), "se": se, "df": df}


def _two_sided(statistic: float, df: float | None) -> float:
    tail = special.ndtr(-abs(statistic)) if df is None else special.stdtr(df, -abs(statistic))
    return float(2 * tail)


def _df(total: float, mean_square: float, df: int) -> float | None:
    return total**2 / (mean_square**2 / df) if mean_square > NOTHING else None
