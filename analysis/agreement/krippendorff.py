"""Krippendorff's alpha: agreement as one minus observed over expected disagreement, for any scale."""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.agreement.counts import Counts, counted, numbers
from analysis.agreement.over_readers import pair_noise, with_readers_error
from analysis.agreement.result import (
    NO_PAIR,
    ONE_CATEGORY,
    Agreement,
    with_cases_error,
)
from analysis.arrays import Floats
from analysis.errors import UnknownChoiceError, WrongValueError
from analysis.proportions import check_level

METRICS = ("nominal", "ordinal", "linear", "interval", "ratio")


def krippendorff_alpha(
    table: Any, *, metric: str = "nominal", categories: Any = None, level: float = 0.95
) -> Agreement:
    """Krippendorff's alpha (Krippendorff 2013, Content Analysis, 3rd ed., ch. 12): 1 - Do / De.

    Do = Σ_i Σ_kl n_ik n_il d_kl / (n_i - 1) / n over cases with two answers and more,
    De = Σ_kl n_k n_l d_kl / (n(n - 1)) over the n answers of these cases.
    The squared difference d is 1 for unequal (nominal), that of the numbers (interval; unsquared: linear), of
    the numbers over their sum (ratio), or of the cumulated answers between two categories (ordinal).

    Parameters
    ----------
    table
        Readers x cases, labels or numbers; None and NaN are missing.
    metric
        nominal, ordinal, linear, interval or ratio.
    categories
        All that could be chosen, in order; where left out, those that occur.
    level
        Confidence level of the interval.

    Returns
    -------
    Agreement
        The coefficient, its errors over cases, over readers and under the null, and their intervals.

    Notes
    -----
    se_cases is Gwet's linearised error (Gwet 2014, ch. 5), with the ordinal metric taken as given.
    """
    check_level(level)
    data = counted(table, categories)
    pairable = _pairable(data)
    bare = _bare(data, pairable, metric, level)
    _check_metric(metric, data.categories)
    if not len(pairable):
        return bare.with_(reason=NO_PAIR)
    apart = distances(metric, data.categories, pairable.sum(axis=0))
    observed, expected = _disagreement(pairable, apart)
    if expected <= 0:
        return bare.with_(observed=observed, expected=expected, reason=ONE_CATEGORY)
    found = bare.with_(observed=observed, expected=expected, estimate=1 - observed / expected)

    def with_errors() -> Agreement:
        whole = with_cases_error(found, _influences(pairable, apart), float(pairable.sum(axis=1).mean()))
        noise = pair_noise(data, apart, 1 - observed / expected, expected)
        return with_readers_error(whole, _without_each(data, metric, apart), noise)

    return found.later(with_errors)


def _pairable(data: Counts) -> Floats:
    """Counts of the cases with two answers and more."""
    n = data.counts.sum(axis=1)
    return data.counts if n.min(initial=0) > 1 else data.counts[n > 1]


def _bare(data: Counts, pairable: Floats, metric: str, level: float) -> Agreement:
    """What is known before anything is estimated."""
    return Agreement(
        estimate=None,
        low=None,
        high=None,
        level=level,
        method=f"Krippendorff's alpha, {metric}",
        n_readers=data.n_readers,
        n_cases=len(pairable),
        n_answers=int(pairable.sum()),
        categories=data.categories,
    )


def distances(metric: str, categories: tuple[Any, ...], totals: Floats) -> Floats:
    """Squared differences between categories (Krippendorff 2013, section 12.3)."""
    n = len(categories)
    if metric == "nominal":
        return np.asarray(1.0 - np.eye(n))
    if metric == "ordinal":
        # answers up to and including half of each category: their gap is the number of answers in between
        middle = np.cumsum(totals, axis=-1) - totals / 2
        return np.asarray((middle[..., :, None] - middle[..., None, :]) ** 2)
    values = numbers(categories)
    gap = np.subtract.outer(values, values)
    if metric == "linear":
        return np.asarray(np.abs(gap))
    if metric == "interval":
        return np.asarray(gap**2)
    both = np.add.outer(values, values)
    return np.asarray(np.divide(gap, both, out=np.zeros((n, n)), where=both != 0) ** 2)


def _check_metric(metric: str, categories: tuple[Any, ...]) -> None:
    if metric not in METRICS:
        raise UnknownChoiceError(f"The metric {metric!r} is unknown: take one of {', '.join(METRICS)}.")
    if metric in {"nominal", "ordinal"}:
        return
    numeric = all(isinstance(item, int | float) for item in categories)
    if metric in {"linear", "interval", "ratio"} and not numeric:
        raise WrongValueError(
            f"The metric {metric} needs numbers: take nominal or ordinal for named categories."
        )
    if metric == "ratio" and numeric and min(categories, default=0) < 0:
        raise WrongValueError(
            "The metric ratio needs a scale from 0 upwards: take interval for negative numbers."
        )


def _disagreement(counts: Floats, apart: Floats) -> tuple[float, float]:
    """Observed and expected disagreement per answer of cases with two answers and more."""
    n, totals = counts.sum(axis=1), counts.sum(axis=0)
    within = float(np.vdot(counts @ apart, counts / (n - 1)[:, None]))
    size = float(totals.sum())
    return within / size, float(totals @ apart @ totals) / (size * (size - 1))


def _influences(counts: Floats, apart: Floats) -> Floats:
    """How far each case pulls alpha."""
    weights = 1 - apart / apart.max()
    n = counts.sum(axis=1)
    mean = float(n.mean())
    stray = (n - mean) / mean
    agreeing = (np.einsum("ik,ik->i", counts @ weights, counts) - n) / (mean * (n - 1))
    observed = float(agreeing.mean())
    shares = counts.mean(axis=0) / mean
    near = weights @ shares
    pe = float(shares @ near)
    alpha = (observed - pe) / (1 - pe)
    # Gwet corrects the observed agreement for the finite sample here, as alpha itself does
    corrected = observed + (1 - observed) / float(n.sum())
    by_case = (agreeing - corrected * stray - pe) / (1 - pe)
    pe_by_case = counts @ near / mean - pe * stray
    return np.asarray(by_case - 2 * (1 - alpha) * (pe_by_case - pe) / (1 - pe) - alpha)


def _without_each(data: Counts, metric: str, apart: Floats) -> list[float] | None:
    """Alpha without each reader: a case keeps its pairs, less those with the reader's answer."""
    if data.n_readers < 3:
        return None
    n, counts = data.counts.sum(axis=1), data.counts
    pairable, stays = n > 1, n > 2
    totals = counts[pairable].sum(axis=0) - data.counts_by_reader(stays.astype(np.float64))
    if not stays.all():
        # a case with two answers goes altogether when one of them does
        totals -= (data.codes >= 0).astype(np.float64) @ np.where((n == 2)[:, None], counts, 0.0)
    now = np.where(pairable, 1 / np.maximum(n - 1, 1.0), 0.0)
    left = np.where(stays, 1 / np.maximum(n - 2, 1.0), 0.0)
    if metric == "ordinal":
        apart = distances(metric, data.categories, totals)
        within = _coincidences(data, now, left)
        disagreement = np.einsum("gkl,gkl->g", within, apart)
    else:
        near = counts @ apart
        squares = np.einsum("ik,ik->i", near, counts)
        change = (squares * (left - now))[:, None] - 2 * left[:, None] * near
        disagreement = float(squares @ now) + data.sum_at_answers(change)
    size = totals.sum(axis=1)
    spread = np.einsum("gk,kl,gl->g" if apart.ndim == 2 else "gk,gkl,gl->g", totals, apart, totals)
    if (size < 2).any() or (spread <= 0).any():
        return None
    alphas: list[float] = np.asarray(1 - disagreement * (size - 1) / spread).tolist()
    return alphas


def _coincidences(data: Counts, now: Floats, left: Floats) -> Floats:
    """Weighted pairs of answers by category without each reader: readers x categories x categories."""
    counts, n_categories = data.counts, len(data.categories)
    found = np.empty((data.n_readers, n_categories, n_categories))
    found[:] = (counts * now[:, None]).T @ counts
    weighted = counts * left[:, None]
    own = np.empty_like(found)
    for category in range(n_categories):
        own[:, category] = (data.codes == category).astype(np.float64) @ weighted
    gone = (left - now)[:, None] * counts
    if data.complete:
        found += gone.T @ counts
    else:
        seen = (data.codes >= 0).astype(np.float64)
        for category in range(n_categories):
            found[:, category] += seen @ (gone[:, category, None] * counts)
    return found - own - own.transpose(0, 2, 1)
