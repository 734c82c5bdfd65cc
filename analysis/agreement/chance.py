"""Coefficients that need the counts alone: Fleiss, Gwet, Brennan & Prediger, and the raw agreement.

All are (pa - pe) / (1 - pe) with the same observed agreement pa and another chance agreement pe. With missing
answers pa is the mean over cases with two answers and more, the shares the mean over all (Gwet 2014, ch. 4).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from analysis.agreement.counts import Counts, Shares, counted, shared, weight_matrix, without_each_reader
from analysis.agreement.result import (
    NO_PAIR,
    ONE_CATEGORY,
    Agreement,
    CategoryAgreement,
    with_cases_error,
    with_null_error,
    with_readers_error,
)
from analysis.proportions import check_level
from analysis.tables import FloatArray

# chance agreement from the mean shares, and its gradient with respect to them
Expected = Callable[[FloatArray, FloatArray | None], tuple[FloatArray, FloatArray]]
CERTAIN = 1 - 1e-12
LARGEST_BATCH = 4_000_000


def fleiss_kappa(
    table: Any, *, categories: Any = None, weights: str = "identity", level: float = 0.95
) -> Agreement:
    """Fleiss' kappa with its values per category (Fleiss 1971; null error: Fleiss, Nee & Landis 1979).

    pe = p'Wp. se_null = sqrt(2/(N n (n-1))) sqrt((Σpq)² - Σpq(q-p)) / Σpq for N cases with n answers; where
    cases differ in n, the sum over cases of the same kernel's variance. se_cases linearises over cases:
    k_i = (pa_i - pe)/(1 - pe) - 2(1 - k)(pe_i - pe)/(1 - pe), Var = Σ(k_i - k)²/(N(N-1)).
    """
    data = counted(table, categories)
    result = _coefficient(data, _fleiss_expected, weights, level, "Fleiss' kappa")
    if result.estimate is None or weights != "identity":
        return result
    result = with_null_error(result, _null_error(data.counts))
    return result.with_(per_category=_per_category(data))


def gwet_ac1(table: Any, *, categories: Any = None, level: float = 0.95) -> Agreement:
    """Gwet's AC1 (Gwet 2008, Br J Math Stat Psychol 61:29): pe = Σp(1-p)/(q-1).

    `categories` names all that could be chosen; without it, those that were chosen count.
    """
    data = counted(table, categories)
    return _coefficient(data, _gwet_expected, "identity", level, "Gwet's AC1")


def gwet_ac2(
    table: Any, *, categories: Any = None, weights: str = "quadratic", level: float = 0.95
) -> Agreement:
    """Gwet's AC2, AC1 with partial agreement (Gwet 2014, ch. 3): pe = Σ_kl w_kl · Σp(1-p) / (q(q-1))."""
    data = counted(table, categories)
    return _coefficient(data, _gwet_expected, weights, level, f"Gwet's AC2, {weights} weights")


def brennan_prediger(
    table: Any, *, categories: Any = None, weights: str = "identity", level: float = 0.95
) -> Agreement:
    """Brennan & Prediger's kappa (1981, Educ Psychol Meas 41:687): pe = Σ_kl w_kl / q², 1/q unweighted."""
    data = counted(table, categories)
    return _coefficient(data, _uniform_expected, weights, level, "Brennan & Prediger's kappa")


def raw_agreement(
    table: Any, *, categories: Any = None, weights: str = "identity", level: float = 0.95
) -> Agreement:
    """Share of agreeing pairs of readers, mean over cases, with its t-interval over cases."""
    data = counted(table, categories)
    return _coefficient(data, _no_expected, weights, level, "raw agreement")


def _fleiss_expected(p: FloatArray, weights: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    near = p if weights is None else p @ weights
    return np.asarray((p * near).sum(axis=-1)), near


def _gwet_expected(p: FloatArray, weights: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    q = p.shape[-1]
    scale = (q if weights is None else float(weights.sum())) / (q * (q - 1))
    return np.asarray(scale * (p * (1 - p)).sum(axis=-1)), scale * (1 - p)


def _uniform_expected(p: FloatArray, weights: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    q = p.shape[-1]
    pe = (q if weights is None else float(weights.sum())) / q**2
    return np.full(p.shape[:-1], pe), np.full(p.shape, pe)


def _no_expected(p: FloatArray, weights: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    return np.zeros(p.shape[:-1]), np.zeros(p.shape)


def _coefficient(data: Counts, expected: Expected, weights: str, level: float, method: str) -> Agreement:
    check_level(level)
    matrix = weight_matrix(weights, data.categories)
    parts = shared(data.counts, matrix)
    bare = Agreement(
        estimate=None,
        low=None,
        high=None,
        level=level,
        method=method,
        n_readers=data.n_readers,
        n_cases=data.n_cases,
        n_answers=data.n_answers,
        categories=data.categories,
        weights=None if weights == "identity" else weights,
    )
    if not parts.has_pair.any():
        return bare.with_(reason=NO_PAIR)
    observed = float(parts.observed)
    if len(data.categories) < 2 and expected is not _no_expected:
        return bare.with_(observed=observed, expected=1.0, reason=ONE_CATEGORY)
    pe, gradient = expected(parts.mean_shares, matrix)
    if pe > CERTAIN:
        return bare.with_(observed=observed, expected=float(pe), reason=ONE_CATEGORY)
    estimate = (observed - float(pe)) / (1 - float(pe))
    found = bare.with_(observed=observed, expected=float(pe), estimate=estimate)
    found = with_cases_error(found, cases_error(parts, estimate, float(pe), parts.shares @ gradient))
    return with_readers_error(found, _without_each(data, expected, matrix))


def cases_error(parts: Shares, estimate: float, pe: float, pe_by_case: FloatArray) -> float:
    """Linearised error over cases (Gwet 2014, eq. 5.27): sqrt(Σ(k_i - k)² / (N(N-1)))."""
    n = len(parts.n)
    if n < 2:
        return 0.0
    scaled = n / parts.has_pair.sum() * (parts.pair_agreement - pe * parts.has_pair) / (1 - pe)
    strayed = scaled - 2 * (1 - estimate) * (pe_by_case - pe) / (1 - pe) - estimate
    return math.sqrt(float(strayed @ strayed) / (n * (n - 1)))


def _without_each(data: Counts, expected: Expected, matrix: FloatArray | None) -> list[float] | None:
    if data.n_readers < 3:
        return None
    size = max(1, LARGEST_BATCH // data.counts.size)
    found: list[float] = []
    for start in range(0, data.n_readers, size):
        some = Counts(counts=data.counts, codes=data.codes[start : start + size], categories=data.categories)
        parts = shared(without_each_reader(some), matrix)
        pe, _ = expected(parts.mean_shares, matrix)
        if (pe > CERTAIN).any() or not parts.has_pair.any(axis=-1).all():
            return None
        found.extend(((parts.observed - pe) / (1 - pe)).tolist())
    return found


def _null_error(counts: FloatArray) -> float | None:
    """Error of Fleiss' kappa when answers are independent of the case, for any number of answers a case.

    The pair kernel 1[x=y] - p_x - p_y + Σp² has variance S2 + S2² - 2 S3 and is uncorrelated between pairs,
    so pa varies by 2/(n_i(n_i-1)) of it in each case. Where every case has n answers this is the formula of
    Fleiss, Nee & Landis (1979); cases with one answer add what shares and pairs do not have in common.
    """
    n = counts.sum(axis=1)
    pairs = n > 1
    p = (counts / n[:, None]).mean(axis=0)
    s2, s3 = float((p**2).sum()), float((p**3).sum())
    kernel = float((2 / (n[pairs] * (n[pairs] - 1))).sum()) / int(pairs.sum()) ** 2 * (s2 + s2**2 - 2 * s3)
    uneven = 2 * (pairs / pairs.sum() - 1 / len(n))
    rest = float((uneven**2 / n).sum()) * (s3 - s2**2)
    return math.sqrt(max(kernel + rest, 0.0)) / (1 - s2) or None


def _per_category(data: Counts) -> tuple[CategoryAgreement, ...]:
    """Fleiss' kappa of each category against the rest (Fleiss 1971, eq. 15-23)."""
    found = []
    total = data.counts.sum(axis=1)
    for index, category in enumerate(data.categories):
        own = data.counts[:, index]
        two = np.column_stack([own, total - own])
        parts = shared(two, None)
        pe = float(_fleiss_expected(parts.mean_shares, None)[0])
        bare = CategoryAgreement(
            category=category, estimate=None, se_null=None, z=None, p=None, share=float(parts.mean_shares[0])
        )
        if pe > CERTAIN:
            found.append(bare.with_(reason=ONE_CATEGORY))
            continue
        estimate = (float(parts.observed) - pe) / (1 - pe)
        se = _null_error(two)
        z = estimate / se if se else None
        p = None if z is None else float(2 * special.ndtr(-abs(z)))
        found.append(bare.with_(estimate=estimate, se_null=se, z=z, p=p))
    return tuple(found)
