"""The result of an agreement coefficient, with its three errors as intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from analysis.arrays import Floats
from analysis.deferred import Deferring, deferred
from analysis.result import Interval, Result

ONE_CATEGORY = "Every answer is in one category, so chance alone would agree: the coefficient does not exist."
NO_PAIR = "No case was answered by two readers, so there is no agreement to measure."
ONE_CASE = "One case shows no variation over cases, so there is no interval."
NO_ERROR = "Every case agrees alike, so there is no error over cases and no interval."


@dataclass(frozen=True, kw_only=True)
class CategoryAgreement(Result):
    """Fleiss' kappa of one category against the rest."""

    category: Any
    estimate: float | None
    se_null: float | None
    z: float | None
    p: float | None
    share: float
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Agreement(Deferring, Interval):
    """A chance-corrected coefficient with the errors that answer three questions (see the package).

    The errors and what follows from them are computed when the first of them is read.
    """

    low: float | None = deferred()
    high: float | None = deferred()
    se: float | None = deferred(None)
    df: float | None = deferred(None)
    reason: str | None = deferred(None)
    observed: float | None = None
    expected: float | None = None
    se_null: float | None = deferred(None)
    z: float | None = deferred(None)
    p: float | None = deferred(None)
    se_cases: float | None = deferred(None)
    se_readers: float | None = deferred(None)
    low_readers: float | None = deferred(None)
    high_readers: float | None = deferred(None)
    n_answers: int | None = None
    categories: tuple[Any, ...] = ()
    weights: str | None = None
    per_category: tuple[CategoryAgreement, ...] = deferred(())


def with_cases_error(bare: Agreement, influences: Floats, answers: float | None = None) -> Agreement:
    """Add the error over cases and its t-interval on N - 1, cut off at 1.

    `answers` a case make the interval on the scale log(1 + (answers - 1) k), where that is possible.
    """
    n = len(influences)
    if bare.estimate is None:
        return bare
    if n < 2:
        return bare.with_(reason=ONE_CASE)
    se = math.sqrt(float(influences @ influences) / (n * (n - 1)))
    if se < 1e-12:
        return bare.with_(se_cases=0.0, se=0.0, reason=bare.reason or NO_ERROR)
    t = float(special.stdtrit(n - 1, 0.5 + bare.level / 2))
    ends = None if answers is None else _on_logarithms(bare.estimate, influences, answers, t)
    low, high = ends or (bare.estimate - t * se, bare.estimate + t * se)
    return bare.with_(se_cases=se, se=se, df=n - 1.0, low=max(-1.0, low), high=min(1.0, high))


def _on_logarithms(
    estimate: float, influences: Floats, answers: float, t: float
) -> tuple[float, float] | None:
    """Return the ends by a jackknife of log(1 + (answers - 1) k); None where it does not exist.

    1 + (n-1)k is the ratio of what n answers to a case vary together to what they would alone: the scale of
    an intraclass correlation's F (Fisher 1925). Each case's own influence stands for leaving it out.
    """
    n = len(influences)
    without = 1 + (answers - 1) * (estimate - influences / (n - 1))
    ratio = 1 + (answers - 1) * estimate
    if n < 3 or ratio <= 0 or (without <= 0).any():
        return None
    strayed = np.log(without) - np.log(without).mean()
    reach = t * math.sqrt(float(strayed @ strayed) * (n - 1) / (n - 2))
    low, high = ratio * math.exp(-reach), ratio * math.exp(reach)
    return (low - 1) / (answers - 1), (high - 1) / (answers - 1)


def with_null_error(bare: Agreement, se: float | None) -> Agreement:
    """Add the error under the null with its two-sided normal test."""
    if bare.estimate is None or not se:
        return bare
    z = bare.estimate / se
    return bare.with_(se_null=se, z=z, p=float(2 * special.ndtr(-abs(z))))
