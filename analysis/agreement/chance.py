"""Coefficients that need the counts alone: Fleiss, Gwet, Brennan & Prediger, and the raw agreement.

All are (pa - pe) / (1 - pe) with the same observed agreement pa and another chance agreement pe. With missing
answers pa is the mean over cases with two answers and more, the shares the mean over all (Gwet 2014, ch. 4).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from analysis.agreement.counts import Counts, Shares, apart_by, counted, shared, weight_matrix
from analysis.agreement.leave_one_out import observed_without_each, shares_without_each
from analysis.agreement.over_readers import pair_noise, with_readers_error
from analysis.agreement.result import (
    NO_PAIR,
    ONE_CATEGORY,
    Agreement,
    CategoryAgreement,
    with_cases_error,
    with_null_error,
)
from analysis.arrays import Floats
from analysis.proportions import check_level

# chance agreement from the mean shares, and its gradient with respect to them
Expected = Callable[[Floats, Floats | None], tuple[Floats, Floats]]
CERTAIN = 1 - 1e-12


def fleiss_kappa(
    table: Any, *, categories: Any = None, weights: str = "identity", level: float = 0.95
) -> Agreement:
    """Fleiss' kappa with its values per category (Fleiss 1971; null error: Fleiss, Nee & Landis 1979).

    pe = p'Wp. se_null = sqrt(2/(N n (n-1))) sqrt((Σpq)² - Σpq(q-p)) / Σpq for N cases with n answers; where
    cases differ in n, the sum over cases of the same kernel's variance. se_cases linearises over cases:
    k_i = (pa_i - pe)/(1 - pe) - 2(1 - k)(pe_i - pe)/(1 - pe), Var = Σ(k_i - k)²/(N(N-1)). The interval over
    cases is made on the scale log(1 + (n-1)k), on which kappa's distribution is nearly symmetrical.

    Parameters
    ----------
    table
        Readers x cases, labels or numbers; None and NaN are missing.
    categories
        All that could be chosen, in order; where left out, those that occur.
    weights
        How near misses count: identity, linear, quadratic or ordinal.
    level
        Confidence level of the interval.

    Returns
    -------
    Agreement
        The coefficient, its errors over cases, over readers and under the null, and their intervals.
    """
    data = counted(table, categories)

    def with_null(found: Agreement, parts: Shares) -> Agreement:
        found = with_null_error(found, float(_null_error(parts.n, parts.mean_shares)))
        return found.with_(per_category=_per_category(data, parts))

    more = with_null if weights == "identity" else None
    return _coefficient(data, _fleiss_expected, weights, level, "Fleiss' kappa", more)


def gwet_ac1(table: Any, *, categories: Any = None, level: float = 0.95) -> Agreement:
    """Gwet's AC1 (Gwet 2008, Br J Math Stat Psychol 61:29): pe = Σp(1-p)/(q-1).

    `categories` names all that could be chosen; without it, those that were chosen count.

    Parameters
    ----------
    table
        Readers x cases, labels or numbers; None and NaN are missing.
    categories
        All that could be chosen, in order; where left out, those that occur.
    level
        Confidence level of the interval.

    Returns
    -------
    Agreement
        The coefficient, its errors over cases, over readers and under the null, and their intervals.
    """
    data = counted(table, categories)
    return _coefficient(data, _gwet_expected, "identity", level, "Gwet's AC1")


def gwet_ac2(
    table: Any,
    *,
    categories: Any = None,
    weights: str = "quadratic",
    level: float = 0.95,
) -> Agreement:
    """Gwet's AC2, AC1 with partial agreement (Gwet 2014, ch. 3): pe = Σ_kl w_kl · Σp(1-p) / (q(q-1)).

    Parameters
    ----------
    table
        Readers x cases, labels or numbers; None and NaN are missing.
    categories
        All that could be chosen, in order; where left out, those that occur.
    weights
        How near misses count: identity, linear, quadratic or ordinal.
    level
        Confidence level of the interval.

    Returns
    -------
    Agreement
        The coefficient, its errors over cases, over readers and under the null, and their intervals.
    """
    data = counted(table, categories)
    return _coefficient(data, _gwet_expected, weights, level, f"Gwet's AC2, {weights} weights")


def brennan_prediger(
    table: Any, *, categories: Any = None, weights: str = "identity", level: float = 0.95
) -> Agreement:
    """Brennan & Prediger's kappa (1981, Educ Psychol Meas 41:687): pe = Σ_kl w_kl / q², 1/q unweighted.

    Parameters
    ----------
    table
        Readers x cases, labels or numbers; None and NaN are missing.
    categories
        All that could be chosen, in order; where left out, those that occur.
    weights
        How near misses count: identity, linear, quadratic or ordinal.
    level
        Confidence level of the interval.

    Returns
    -------
    Agreement
        The coefficient, its errors over cases, over readers and under the null, and their intervals.
    """
    data = counted(table, categories)
    return _coefficient(data, _uniform_expected, weights, level, "Brennan & Prediger's kappa")


def raw_agreement(
    table: Any, *, categories: Any = None, weights: str = "identity", level: float = 0.95
) -> Agreement:
    """Share of agreeing pairs of readers, mean over cases, with its t-interval over cases.

    Parameters
    ----------
    table
        Readers x cases, labels or numbers; None and NaN are missing.
    categories
        All that could be chosen, in order; where left out, those that occur.
    weights
        How near misses count: identity, linear, quadratic or ordinal.
    level
        Confidence level of the interval.

    Returns
    -------
    Agreement
        The coefficient, its errors over cases, over readers and under the null, and their intervals.
    """
    data = counted(table, categories)
    return _coefficient(data, _no_expected, weights, level, "raw agreement")


def _fleiss_expected(p: Floats, weights: Floats | None) -> tuple[Floats, Floats]:
    near = p if weights is None else p @ weights
    return np.asarray((p * near).sum(axis=-1)), near


def _gwet_expected(p: Floats, weights: Floats | None) -> tuple[Floats, Floats]:
    q = p.shape[-1]
    scale = (q if weights is None else float(weights.sum())) / (q * (q - 1))
    return np.asarray(scale * (p * (1 - p)).sum(axis=-1)), scale * (1 - p)


def _uniform_expected(p: Floats, weights: Floats | None) -> tuple[Floats, Floats]:
    q = p.shape[-1]
    pe = (q if weights is None else float(weights.sum())) / q**2
    return np.full(p.shape[:-1], pe), np.full(p.shape, pe)


def _no_expected(p: Floats, weights: Floats | None) -> tuple[Floats, Floats]:
    return np.zeros(p.shape[:-1]), np.zeros(p.shape)


def _coefficient(
    data: Counts,
    expected: Expected,
    weights: str,
    level: float,
    method: str,
    more: Callable[[Agreement, Shares], Agreement] | None = None,
) -> Agreement:
    check_level(level)
    matrix = weight_matrix(weights, data.categories)
    parts = shared(data.counts, matrix)
    bare = blank(data, weights, level, method)
    if not parts.has_pair.any():
        return bare.with_(reason=NO_PAIR)
    observed = parts.observed
    if len(data.categories) < 2 and expected is not _no_expected:
        return bare.with_(observed=observed, expected=1.0, reason=ONE_CATEGORY)
    chance, gradient = expected(parts.mean_shares, matrix)
    pe = float(chance)
    if pe > CERTAIN:
        return bare.with_(observed=observed, expected=pe, reason=ONE_CATEGORY)
    estimate = (observed - pe) / (1 - pe)
    found = bare.with_(observed=observed, expected=pe, estimate=estimate)

    def with_errors() -> Agreement:
        is_kappa = expected is _fleiss_expected
        answers = float(parts.n[parts.has_pair].mean()) if is_kappa else None
        by_case = influences(parts, estimate, pe, parts.shares @ gradient)
        whole = with_cases_error(found, by_case, answers)
        noise = pair_noise(data, apart_by(matrix, data.categories), estimate, 1 - pe) if is_kappa else None
        whole = with_readers_error(whole, _without_each(data, parts, expected, matrix), noise)
        return more(whole, parts) if more else whole

    return found.later(with_errors)


def blank(data: Counts, weights: str, level: float, method: str) -> Agreement:
    """Return an agreement that describes the data and has no estimate yet."""
    return Agreement(
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


def influences(parts: Shares, estimate: float, pe: float, pe_by_case: Floats) -> Floats:
    """How far each case pulls the coefficient, k_i - k (Gwet 2014, eq. 5.27)."""
    scaled = len(parts.n) / parts.has_pair.sum() * (parts.pair_agreement - pe * parts.has_pair) / (1 - pe)
    return np.asarray(scaled - 2 * (1 - estimate) * (pe_by_case - pe) / (1 - pe) - estimate)


def _without_each(
    data: Counts, parts: Shares, expected: Expected, matrix: Floats | None
) -> list[float] | None:
    if data.n_readers < 3:
        return None
    observed = observed_without_each(data, parts)
    pe, _ = expected(shares_without_each(data, parts), matrix)
    if observed is None or (pe > CERTAIN).any():
        return None
    kappas: list[float] = np.asarray((observed - pe) / (1 - pe)).tolist()
    return kappas


def _null_error(n: Floats, p: Floats) -> Floats:
    """Error of Fleiss' kappa when answers are independent of the case, for any number of answers a case.

    The pair kernel 1[x=y] - p_x - p_y + Σp² has variance S2 + S2² - 2 S3 and is uncorrelated between pairs,
    so pa varies by 2/(n_i(n_i-1)) of it in each case. Where every case has n answers this is the formula of
    Fleiss, Nee & Landis (1979); cases with one answer add what shares and pairs do not have in common.
    `p` holds the shares along its last axis.
    """
    pairs = n > 1
    s2, s3 = (p**2).sum(axis=-1), (p**3).sum(axis=-1)
    kernel = float((2 / (n[pairs] * (n[pairs] - 1))).sum()) / int(pairs.sum()) ** 2
    variance = kernel * (s2 + s2**2 - 2 * s3)
    if not pairs.all():
        uneven = 2 * (pairs / pairs.sum() - 1 / len(n))
        variance = variance + float((uneven**2 / n).sum()) * (s3 - s2**2)
    below = 1 - s2
    spread = np.sqrt(np.maximum(variance, 0.0))
    return np.asarray(np.divide(spread, below, out=np.zeros_like(below), where=below > 1 - CERTAIN))


def _per_category(data: Counts, parts: Shares) -> tuple[CategoryAgreement, ...]:
    """Fleiss' kappa of each category against the rest (Fleiss 1971, eq. 15-23)."""
    n, p = parts.n[:, None], parts.mean_shares
    pairs = np.where(parts.has_pair[:, None], n * (n - 1), np.inf)
    rest = n - data.counts
    observed = ((data.counts**2 + rest**2 - n) / pairs).sum(axis=0) / parts.has_pair.sum()
    two = np.stack([p, 1 - p], axis=-1)
    expected = (two**2).sum(axis=-1)
    errors = _null_error(parts.n, two)
    return tuple(
        _category(*each)
        for each in zip(
            data.categories, p.tolist(), observed.tolist(), expected.tolist(), errors.tolist(), strict=True
        )
    )


def _category(category: Any, share: float, observed: float, expected: float, se: float) -> CategoryAgreement:
    if expected > CERTAIN:
        return CategoryAgreement(
            category=category, estimate=None, se_null=None, z=None, p=None, share=share, reason=ONE_CATEGORY
        )
    estimate = (observed - expected) / (1 - expected)
    z = estimate / se if se else None
    return CategoryAgreement(
        category=category,
        estimate=estimate,
        se_null=se or None,
        z=z,
        p=None if z is None else float(2 * special.ndtr(-abs(z))),
        share=share,
    )
