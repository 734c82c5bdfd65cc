"""Adjusted p-values of a family of tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.arrays import Floats
from analysis.errors import UnknownChoiceError, WrongProbabilityError

ADJUSTMENTS = ("holm", "hochberg", "hommel", "bh", "by", "bonferroni")


def adjusted(p_values: Sequence[float | None], method: str = "holm") -> list[float | None]:
    """Adjusted p-values in the order given; a test without a p-value stays None and does not count.

    - `holm`: step-down (Holm 1979, Scand J Stat 6:65)
    - `hochberg`: step-up, for independent or positively dependent tests (Hochberg 1988, Biometrika 75:800)
    - `hommel`: closed Simes tests (Hommel 1988, Biometrika 75:383; algorithm of Wright 1992)
    - `bh`: false discovery rate (Benjamini & Hochberg 1995, J R Stat Soc B 57:289)
    - `by`: the same under any dependence (Benjamini & Yekutieli 2001, Ann Stat 29:1165)
    - `bonferroni`

    Parameters
    ----------
    p_values
        The family's p-values; None where there is none.
    method
        holm, hochberg, hommel, bh, by or bonferroni.

    Returns
    -------
    list
        The adjusted p-values in the order given.
    """
    if method not in ADJUSTMENTS:
        raise UnknownChoiceError(
            f"The adjustment {method!r} is unknown: take one of {', '.join(ADJUSTMENTS)}."
        )
    known = np.array([item for item in p_values if item is not None], dtype=np.float64)
    if not ((known >= 0) & (known <= 1)).all():
        raise WrongProbabilityError("A p-value lies outside 0 and 1.")
    if not len(known):
        return [None] * len(p_values)
    order = np.argsort(known, kind="stable")
    result = np.empty_like(known)
    result[order] = np.minimum(RULES[method](known[order]), 1.0)
    found = iter(result.tolist())
    return [None if item is None else next(found) for item in p_values]


def _holm(p: Floats) -> Floats:
    return np.maximum.accumulate(p * np.arange(len(p), 0, -1))


def _hochberg(p: Floats) -> Floats:
    return np.minimum.accumulate((p * np.arange(len(p), 0, -1))[::-1])[::-1]


def _benjamini_hochberg(p: Floats) -> Floats:
    return np.minimum.accumulate((p * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1]


def _benjamini_yekutieli(p: Floats) -> Floats:
    return np.asarray(_benjamini_hochberg(p) * float((1 / np.arange(1, len(p) + 1)).sum()))


def _hommel(p: Floats) -> Floats:
    n = len(p)
    ranks = np.arange(1, n + 1)
    best = np.full(n, float((n * p / ranks).min()))
    found = best.copy()
    for m in range(n - 1, 1, -1):
        split = n - m + 1
        simes = float((m * p[split:] / np.arange(2, m + 1)).min())
        best[:split] = np.minimum(m * p[:split], simes)
        best[split:] = best[split - 1]
        found = np.maximum(found, best)
    return np.asarray(np.maximum(found, p))


def _bonferroni(p: Floats) -> Floats:
    return p * len(p)


RULES = {
    "holm": _holm,
    "hochberg": _hochberg,
    "hommel": _hommel,
    "bh": _benjamini_hochberg,
    "by": _benjamini_yekutieli,
    "bonferroni": _bonferroni,
}
