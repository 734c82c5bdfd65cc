"""Krippendorff's alpha: agreement as one minus observed over expected disagreement, for any scale."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from analysis.agreement.chance import LARGEST_BATCH
from analysis.agreement.counts import Counts, counted, numbers, without_each_reader
from analysis.agreement.result import (
    NO_PAIR,
    ONE_CATEGORY,
    Agreement,
    with_cases_error,
    with_readers_error,
)
from analysis.errors import UnknownChoiceError, WrongValueError
from analysis.proportions import check_level
from analysis.tables import FloatArray

METRICS = ("nominal", "ordinal", "interval", "ratio")


def krippendorff_alpha(
    table: Any, *, metric: str = "nominal", categories: Any = None, level: float = 0.95
) -> Agreement:
    """Krippendorff's alpha (Krippendorff 2013, Content Analysis, 3rd ed., ch. 12): 1 - Do / De.

    Do = Σ_i Σ_kl n_ik n_il d_kl / (n_i - 1) / n over cases with two answers and more,
    De = Σ_kl n_k n_l d_kl / (n(n - 1)) over the n answers of these cases.
    The squared difference d is 1 for unequal (nominal), that of the numbers (interval), of the numbers over
    their sum (ratio), or of the cumulated answers between two categories (ordinal).

    Notes
    -----
    se_cases is Gwet's linearised error (Gwet 2014, ch. 5), with the ordinal metric taken as given.
    """
    check_level(level)
    data = counted(table, categories)
    pairable = data.counts[data.counts.sum(axis=1) > 1]
    bare = Agreement(
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
    _check_metric(metric, data.categories)
    if not len(pairable):
        return bare.with_(reason=NO_PAIR)
    apart = distances(metric, data.categories, pairable.sum(axis=0))
    observed, expected = (float(item) for item in _disagreement(pairable, apart))
    if expected <= 0:
        return bare.with_(observed=observed, expected=expected, reason=ONE_CATEGORY)
    found = bare.with_(observed=observed, expected=expected, estimate=1 - observed / expected)
    found = with_cases_error(found, _cases_error(pairable, apart))
    return with_readers_error(found, _without_each(data, metric))


def distances(metric: str, categories: tuple[Any, ...], totals: FloatArray) -> FloatArray:
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
    if metric == "interval":
        return np.asarray(gap**2)
    both = np.add.outer(values, values)
    return np.asarray(np.divide(gap, both, out=np.zeros((n, n)), where=both != 0) ** 2)


def _check_metric(metric: str, categories: tuple[Any, ...]) -> None:
    if metric not in METRICS:
        raise UnknownChoiceError(f"The metric {metric!r} is unknown: take one of {', '.join(METRICS)}.")
    numeric = all(isinstance(item, int | float) for item in categories)
    if metric in {"interval", "ratio"} and not numeric:
        raise WrongValueError(
            f"The metric {metric} needs numbers: take nominal or ordinal for named categories."
        )
    if metric == "ratio" and numeric and min(categories, default=0) < 0:
        raise WrongValueError(
            "The metric ratio needs a scale from 0 upwards: take interval for negative numbers."
        )


def _disagreement(counts: FloatArray, apart: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Observed and expected disagreement per answer; batch axes may lead, unpairable cases count nothing."""
    n = counts.sum(axis=-1)
    usable = np.where((n > 1)[..., None], counts, 0.0)
    by_case = np.einsum("...k,...k->...", usable @ apart, usable) / np.maximum(n - 1, 1.0)
    totals = usable.sum(axis=-2)
    size = np.maximum(totals.sum(axis=-1), 2.0)
    spread = np.einsum("...k,...kl,...l->...", totals, apart, totals)
    return np.asarray(by_case.sum(axis=-1) / size), np.asarray(spread / (size * (size - 1)))


def _cases_error(counts: FloatArray, apart: FloatArray) -> float:
    n_cases = len(counts)
    if n_cases < 2:
        return 0.0
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
    strayed = by_case - 2 * (1 - alpha) * (pe_by_case - pe) / (1 - pe) - alpha
    return math.sqrt(float(strayed @ strayed) / (n_cases * (n_cases - 1)))


def _without_each(data: Counts, metric: str) -> list[float] | None:
    if data.n_readers < 3:
        return None
    size = max(1, LARGEST_BATCH // data.counts.size)
    found: list[float] = []
    for start in range(0, data.n_readers, size):
        some = Counts(counts=data.counts, codes=data.codes[start : start + size], categories=data.categories)
        counts = without_each_reader(some)
        pairable = np.where((counts.sum(axis=-1) > 1)[..., None], counts, 0.0)
        apart = distances(metric, data.categories, pairable.sum(axis=-2))
        observed, expected = _disagreement(pairable, apart)
        if (expected <= 0).any():
            return None
        found.extend((1 - observed / expected).tolist())
    return found
