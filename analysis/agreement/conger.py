"""Conger's kappa: chance agreement from each reader's own shares; Cohen's kappa for more than two."""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.agreement.chance import CERTAIN, blank, influences
from analysis.agreement.counts import Counts, Shares, apart_by, counted, shared, weight_matrix
from analysis.agreement.leave_one_out import observed_without_each
from analysis.agreement.over_readers import pair_noise, with_readers_error
from analysis.agreement.result import (
    NO_PAIR,
    ONE_CATEGORY,
    Agreement,
    with_cases_error,
)
from analysis.arrays import Floats
from analysis.proportions import check_level


def conger_kappa(
    table: Any,
    *,
    categories: Any = None,
    weights: str = "identity",
    level: float = 0.95,
) -> Agreement:
    """Conger's kappa (Conger 1980, Psychol Bull 88:322); with missing answers as in Gwet (2014, ch. 4).

    pe is the mean of p_g'Wp_h over pairs of readers g, h, with p_g the shares among the cases g answered.

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
    check_level(level)
    data = counted(table, categories)
    matrix = weight_matrix(weights, data.categories)
    bare = blank(data, weights, level, "Conger's kappa")
    parts = shared(data.counts, matrix)
    if not parts.has_pair.any():
        return bare.with_(reason=NO_PAIR)
    n_by_reader, near, by_pair = _chance(data, matrix)
    pe, observed = float(by_pair.sum()), parts.observed
    if pe > CERTAIN:
        return bare.with_(observed=observed, expected=pe, reason=ONE_CATEGORY)
    estimate = (observed - pe) / (1 - pe)
    found = bare.with_(observed=observed, expected=pe, estimate=estimate)

    def with_errors() -> Agreement:
        pe_by_case = pe + _influence(data, near, by_pair, n_by_reader)
        answers = float(parts.n[parts.has_pair].mean())
        whole = with_cases_error(found, influences(parts, estimate, pe, pe_by_case), answers)
        noise = pair_noise(data, apart_by(matrix, data.categories), estimate, 1 - pe)
        return with_readers_error(whole, _without_each(data, parts, pe, by_pair), noise)

    return found.later(with_errors)


def _chance(data: Counts, matrix: Floats | None) -> tuple[Floats, Floats, Floats]:
    """Answers of each reader, how near the others come to each category, and their sum for each reader."""
    by_reader = data.counts_by_reader()
    n_by_reader = by_reader.sum(axis=1)
    p = by_reader / n_by_reader[:, None]
    near = (p.sum(axis=0) - p) / (data.n_readers * (data.n_readers - 1))
    if matrix is not None:
        near = near @ matrix
    return n_by_reader, near, np.einsum("gk,gk->g", p, near)


def _influence(data: Counts, near: Floats, by_pair: Floats, n_by_reader: Floats) -> Floats:
    """Half of each case's influence on the chance agreement."""
    reached = np.take_along_axis(near, np.maximum(data.codes, 0), axis=1) - by_pair[:, None]
    influence = np.where(data.codes >= 0, reached, 0.0) * (data.n_cases / n_by_reader)[:, None]
    return np.asarray(influence.sum(axis=0))


def _without_each(data: Counts, parts: Shares, pe: float, by_pair: Floats) -> list[float] | None:
    r = data.n_readers
    if r < 3:
        return None
    observed = observed_without_each(data, parts)
    # a reader is in 2(r-1) of the r(r-1) ordered pairs, which sum to r(r-1) 2 by_pair
    left = (pe - 2 * by_pair) * r * (r - 1) / ((r - 1) * (r - 2))
    if observed is None or (left > CERTAIN).any():
        return None
    kappas: list[float] = np.asarray((observed - left) / (1 - left)).tolist()
    return kappas
