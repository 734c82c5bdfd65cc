"""Conger's kappa: chance agreement from each reader's own shares; Cohen's kappa for more than two."""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.agreement.chance import CERTAIN, cases_error
from analysis.agreement.counts import Counts, counted, shared, weight_matrix
from analysis.agreement.result import (
    NO_PAIR,
    ONE_CATEGORY,
    Agreement,
    with_cases_error,
    with_readers_error,
)
from analysis.proportions import check_level
from analysis.tables import FloatArray


def conger_kappa(
    table: Any, *, categories: Any = None, weights: str = "identity", level: float = 0.95
) -> Agreement:
    """Conger's kappa (Conger 1980, Psychol Bull 88:322); with missing answers as in Gwet (2014, ch. 4).

    pe is the mean of p_g'Wp_h over pairs of readers g, h, with p_g the shares among the cases g answered.
    """
    check_level(level)
    data = counted(table, categories)
    matrix = weight_matrix(weights, data.categories)
    bare = Agreement(
        estimate=None,
        low=None,
        high=None,
        level=level,
        method="Conger's kappa",
        n_readers=data.n_readers,
        n_cases=data.n_cases,
        n_answers=data.n_answers,
        categories=data.categories,
        weights=None if weights == "identity" else weights,
    )
    parts = shared(data.counts, matrix)
    if not parts.has_pair.any():
        return bare.with_(reason=NO_PAIR)
    pe, pe_by_case = _expected(data, matrix)
    observed = float(parts.observed)
    if pe > CERTAIN:
        return bare.with_(observed=observed, expected=pe, reason=ONE_CATEGORY)
    estimate = (observed - pe) / (1 - pe)
    found = bare.with_(observed=observed, expected=pe, estimate=estimate)
    found = with_cases_error(found, cases_error(parts, estimate, pe, pe_by_case))
    return with_readers_error(found, _without_each(data, matrix))


def _expected(data: Counts, matrix: FloatArray | None) -> tuple[float, FloatArray]:
    """Return pe, and its value by case: pe + half of case i's influence on pe."""
    own = data.codes[:, :, None] == np.arange(len(data.categories))
    by_reader = own.sum(axis=1)
    n_by_reader = by_reader.sum(axis=1)
    p = by_reader / n_by_reader[:, None]
    r = len(p)
    near = (p.sum(axis=0) - p) / (r * (r - 1))
    if matrix is not None:
        near = near @ matrix
    by_pair = (p * near).sum(axis=1)
    reached = np.take_along_axis(near, np.maximum(data.codes, 0), axis=1) - by_pair[:, None]
    influence = np.where(data.codes >= 0, reached, 0.0) * (data.n_cases / n_by_reader)[:, None]
    pe = float(by_pair.sum())
    return pe, pe + influence.sum(axis=0)


def _without_each(data: Counts, matrix: FloatArray | None) -> list[float] | None:
    if data.n_readers < 3:
        return None
    found = []
    for reader in range(data.n_readers):
        codes = np.delete(data.codes, reader, axis=0)
        own = data.codes[reader][:, None] == np.arange(len(data.categories))
        rest = Counts(counts=data.counts - own, codes=codes, categories=data.categories)
        parts = shared(rest.counts, matrix)
        pe, _ = _expected(rest, matrix)
        if pe > CERTAIN or not parts.has_pair.any():
            return None
        found.append((float(parts.observed) - pe) / (1 - pe))
    return found
