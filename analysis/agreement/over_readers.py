"""The error over readers: the jackknife, without what it counts twice where readers hardly agree.

A coefficient is a mean over pairs of readers, each of which is m + a_r + a_s + e_rs: what either reader
brings to every pair, and what is of this pair alone. It varies by 4 Var(a)/R + 2 Var(e)/(R(R-1)); the
jackknife expects 4 Var(a)/R + 4 Var(e)/(R(R-2)). Kappa and alpha of weak agreement are nearly all e, so that
the jackknife doubles their variance. The difference is known from the residuals of the pairs (Griffing 1956,
method 4) and is taken off, which Efron & Stein (1981, Ann Stat 9:586) do for any statistic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from analysis.agreement.counts import Counts
from analysis.agreement.result import Agreement
from analysis.arrays import Floats


@dataclass(frozen=True, kw_only=True)
class PairNoise:
    """Mean square of what is of single pairs of readers, and its degrees of freedom."""

    mean_square: float
    df: float


def pair_noise(data: Counts, apart: Floats, estimate: float, expected: float) -> PairNoise | None:
    """Residual of the pairs' own coefficients, weighted by the cases that both readers answered.

    `apart` is how far categories lie apart, `expected` the disagreement by chance on its scale. None with
    fewer than four readers, or where too few pairs share a case.
    """
    pairs, between = _distances(data, apart)
    shares = data.counts_by_reader()
    shares /= shares.sum(axis=1, keepdims=True)
    values = ((1 - estimate) * (shares @ apart @ shares.T) - between) / expected
    system = pairs + np.diag(pairs.sum(axis=1))
    brought, _, rank, _ = np.linalg.lstsq(system, (pairs * values).sum(axis=1))
    df = float(np.count_nonzero(pairs)) / 2 - float(rank)
    if df < 1:
        return None
    residual = values - brought[:, None] - brought
    each = float(pairs.sum()) / (data.n_readers * (data.n_readers - 1))
    return PairNoise(mean_square=float((pairs * residual**2).sum()) / 2 / each / df, df=df)


def with_readers_error(
    bare: Agreement, without_each: list[float] | None, noise: PairNoise | None = None
) -> Agreement:
    """Add the error over readers and its interval.

    Without `noise` they are the jackknife's: sqrt((R-1)/R sum (k_(g) - mean)²), t on R - 1. With it the
    variance is corrected, at least that of the noise alone, with Satterthwaite's degrees of freedom, and the
    interval lies around the estimate less the jackknife's bias. It is never wider than the jackknife's.

    Where everybody's leaving changes nothing there is no interval: it would claim that other readers agree
    just so.
    """
    if without_each is None or bare.estimate is None or len(without_each) < 3:
        return bare
    n = len(without_each)
    mean = math.fsum(without_each) / n
    variance = (n - 1) / n * math.fsum((item - mean) ** 2 for item in without_each)
    if math.sqrt(variance) < 1e-12:
        return bare.with_(se_readers=0.0)
    middle, reach = bare.estimate, _reach(variance, n - 1, bare.level)
    if noise is not None:
        middle = n * bare.estimate - (n - 1) * mean
        variance, df = _corrected(variance, noise, n)
        reach = min(reach, _reach(variance, df, bare.level))
    return bare.with_(
        se_readers=math.sqrt(variance),
        low_readers=max(-1.0, min(middle - reach, bare.estimate)),
        high_readers=min(1.0, max(middle + reach, bare.estimate)),
    )


def _distances(data: Counts, apart: Floats) -> tuple[Floats, Floats]:
    """For each pair of readers, the cases that both answered and their mean distance on them."""
    seen = (data.codes >= 0).astype(np.float32)
    far = (apart / apart.max()).astype(np.float32)
    total = np.zeros((data.n_readers, data.n_readers))
    for category, row in enumerate(far):
        total += (data.codes == category).astype(np.float32) @ (row[data.codes] * seen).T
    together = np.full(total.shape, float(data.n_cases)) if data.complete else (seen @ seen.T).astype(float)
    np.fill_diagonal(together, 0.0)
    return together, total * apart.max() / np.maximum(together, 1.0)


def _corrected(jackknife: float, noise: PairNoise, n: int) -> tuple[float, float]:
    """The variance without what is counted twice, and its degrees of freedom."""
    twice = 2 * noise.mean_square / ((n - 1) * (n - 2))
    least = 2 * noise.mean_square / (n * (n - 1))
    variance = jackknife - twice
    if variance <= least:
        return least, noise.df
    return variance, variance**2 / (jackknife**2 / (n - 1) + twice**2 / noise.df)


def _reach(variance: float, df: float, level: float) -> float:
    return float(special.stdtrit(df, 0.5 + level / 2)) * math.sqrt(variance)
