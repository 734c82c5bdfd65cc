"""The result of an agreement coefficient, with its three errors as intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from scipy import special

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


def with_cases_error(bare: Agreement, se: float) -> Agreement:
    """Add the error over cases and its t-interval on N - 1, cut off at 1."""
    n_cases = bare.n_cases or 0
    if bare.estimate is None:
        return bare
    if n_cases < 2:
        return bare.with_(reason=ONE_CASE)
    if se < 1e-12:
        return bare.with_(se_cases=0.0, se=0.0, reason=bare.reason or NO_ERROR)
    reach = float(special.stdtrit(n_cases - 1, 0.5 + bare.level / 2)) * se
    low, high = max(-1.0, bare.estimate - reach), min(1.0, bare.estimate + reach)
    return bare.with_(se_cases=se, se=se, df=n_cases - 1.0, low=low, high=high)


def with_readers_error(bare: Agreement, without_each: list[float] | None) -> Agreement:
    """Add the jackknife error over readers: sqrt((R-1)/R sum (k_(g) - mean)²), t on R - 1.

    Where everybody's leaving changes nothing there is no interval: it would claim that other readers agree
    just so.
    """
    if without_each is None or bare.estimate is None or len(without_each) < 3:
        return bare
    n = len(without_each)
    mean = math.fsum(without_each) / n
    se = math.sqrt((n - 1) / n * math.fsum((item - mean) ** 2 for item in without_each))
    if se < 1e-12:
        return bare.with_(se_readers=0.0)
    reach = float(special.stdtrit(n - 1, 0.5 + bare.level / 2)) * se
    return bare.with_(
        se_readers=se,
        low_readers=max(-1.0, bare.estimate - reach),
        high_readers=min(1.0, bare.estimate + reach),
    )


def with_null_error(bare: Agreement, se: float | None) -> Agreement:
    """Add the error under the null with its two-sided normal test."""
    if bare.estimate is None or not se:
        return bare
    z = bare.estimate / se
    return bare.with_(se_null=se, z=z, p=float(2 * special.ndtr(-abs(z))))
