"""Two-way bootstrap: readers and cases are both drawn again, independently, thousands of times.

A draw is a pair of count vectors, how often each reader and each case was drawn, so that a whole block of
replicates is one matrix product. Pairs of a reader with a copy of itself do not count as agreement. The
variance is known to be conservative (Gallas, Bandos, Samuelson & Wagner 2009, Commun Stat A38:2586): the
crossed interval is the headline, this is the check beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from analysis.agreement.counts import counted
from analysis.agreement.result import NO_PAIR, ONE_CATEGORY
from analysis.arrays import Floats, as_scores, coded
from analysis.errors import WrongCountError
from analysis.proportions import check_level
from analysis.result import Interval

Single = npt.NDArray[np.float32]
# replicates in one product: the block of replicates x cases stays in a core's cache
BLOCK = 64
TOO_FEW = "A two-way bootstrap needs two readers and two cases."


@dataclass(frozen=True, kw_only=True)
class Bootstrap(Interval):
    """A percentile interval with the replicates themselves; those without a value are counted, not kept."""

    replicates: tuple[float, ...] = ()
    n_replicates: int = 0
    n_undefined: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return everything but the replicates, which are thousands."""
        return {name: value for name, value in super().as_dict().items() if name != "replicates"}


def bootstrap_mean(
    table: npt.ArrayLike, *, replicates: int = 2000, level: float = 0.95, rng: np.random.Generator
) -> Bootstrap:
    """Two-way bootstrap of the mean of a readers x cases table, NaN for missing.

    Parameters
    ----------
    table
        Readers x cases, NaN for missing.
    replicates
        How many tables are drawn.
    level
        Confidence level of the interval.
    rng
        Where the draws come from.

    Returns
    -------
    Bootstrap
        The mean, its percentile interval, and the replicates.
    """
    scores = as_scores(table)
    present = np.isfinite(scores)
    estimate = float(np.nanmean(scores))
    # single precision keeps the digits of distances from the mean, not those of large numbers
    filled = np.where(present, scores - estimate, 0.0).astype(np.float32)
    seen = None if bool(present.all()) else present.astype(np.float32)
    n_readers, n_cases = scores.shape
    found = np.empty(replicates)

    def fill(start: int, by_reader: Single, by_case: Single) -> None:
        stop = start + len(by_reader)
        total = _weighted(by_reader @ filled, by_case)
        full = np.full(len(total), float(n_readers * n_cases))
        size = full if seen is None else _weighted(by_reader @ seen, by_case)
        found[start:stop] = np.divide(
            total, size, out=np.full(len(total), np.nan), where=np.asarray(size) > 0
        )

    _draw(fill, n_readers, n_cases, replicates, rng)
    return _summary(found + estimate, estimate, level, "mean, two-way bootstrap", scores.shape)


def bootstrap_fleiss(
    table: Any,
    *,
    categories: Any = None,
    replicates: int = 2000,
    level: float = 0.95,
    rng: np.random.Generator,
) -> Bootstrap:
    """Two-way bootstrap of Fleiss' kappa of a readers x cases table of labels or numbers.

    In each replicate pa is the mean over the drawn cases of the agreement among pairs of different readers,
    (Σ_k N_k² - Σw²) / (n² - Σw²) with w the draws of each reader, and pe the sum of squared mean shares.

    Parameters
    ----------
    table
        Readers x cases, labels or numbers; None and NaN are missing.
    categories
        All that could be chosen, in order; where left out, those that occur.
    replicates
        How many tables are drawn.
    level
        Confidence level of the interval.
    rng
        Where the draws come from.

    Returns
    -------
    Bootstrap
        Kappa, its percentile interval, and the replicates.
    """
    data = counted(coded(table, categories))
    estimate, reason = _fleiss(data.counts)
    codes = data.codes
    found = np.full(replicates, np.nan)
    missing = bool((codes < 0).any())
    indicators = [(codes == k).astype(np.float32) for k in range(len(data.categories))]
    seen = (codes >= 0).astype(np.float32) if missing else None

    def fill(start: int, by_reader: Single, by_case: Single) -> None:
        block = _kappa_block(by_reader, by_case, indicators, seen)
        found[start : start + len(block)] = block

    if estimate is not None:
        _draw(fill, codes.shape[0], codes.shape[1], replicates, rng)
    result = _summary(found, estimate, level, "Fleiss' kappa, two-way bootstrap", codes.shape)
    return result if reason is None else result.with_(reason=reason)


def _draw(fill: Any, n_readers: int, n_cases: int, replicates: int, rng: np.random.Generator) -> None:
    if replicates < 1:
        raise WrongCountError(f"{replicates} replicates are too few: take at least one, usually 2,000.")
    # many small products: waiting for each other costs threads more than they bring
    with threadpool_limits(limits=1, user_api="blas"):
        for start in range(0, replicates, BLOCK):
            size = min(BLOCK, replicates - start)
            fill(start, _draws(rng, size, n_readers), _draws(rng, size, n_cases))


def _draws(rng: np.random.Generator, size: int, n: int) -> Single:
    """How often each of n was drawn in n draws with replacement, for `size` replicates."""
    picked = rng.integers(0, n, size=(size, n), dtype=np.int32)
    picked += (np.arange(size, dtype=np.int32) * n)[:, None]
    return np.bincount(picked.ravel(), minlength=size * n).reshape(size, n).astype(np.float32)


def _weighted(values: Single, by_case: Single) -> Floats:
    """Sum over cases, each as often as drawn; seven digits, far below the scatter of replicates."""
    return np.asarray(np.vecdot(values, by_case), dtype=np.float64)


def _kappa_block(by_reader: Single, by_case: Single, indicators: list[Single], seen: Single | None) -> Floats:
    """Fleiss' kappa of one block of replicates; NaN where it does not exist."""
    counts = [by_reader @ indicator for indicator in indicators[:-1]]
    n = np.full_like(by_case, by_reader.shape[1]) if seen is None else by_reader @ seen
    rest = n.copy()
    for count in counts:
        rest -= count
    counts.append(rest)
    if seen is None:
        return _complete_kappa(counts, by_reader, by_case)
    own = (by_reader * by_reader) @ seen
    pairs = n * n - own
    usable = pairs > 0
    squares = sum((count * count for count in counts), -own)
    agreement = np.divide(squares, pairs, out=np.zeros_like(own), where=usable)
    answered = _weighted((n > 0).astype(np.float32), by_case)
    with_pair = _weighted(usable.astype(np.float32), by_case)
    shares = [
        _weighted(np.divide(count, n, out=np.zeros_like(own), where=n > 0), by_case) for count in counts
    ]
    return _kappa(_weighted(agreement, by_case), with_pair, shares, answered)


def _complete_kappa(counts: list[Single], by_reader: Single, by_case: Single) -> Floats:
    """With every answer present a case has n² - Σw² pairs, whatever was answered."""
    n_readers, n_cases = by_reader.shape[1], by_case.shape[1]
    own = np.vecdot(by_reader, by_reader).astype(np.float64)
    pairs = float(n_readers) ** 2 - own
    total = -own * n_cases
    shares = []
    scratch = np.empty_like(by_case)
    for count in counts:
        np.multiply(count, by_case, out=scratch)
        total += np.vecdot(scratch, count)
        shares.append(_weighted(count, by_case) / n_readers)
    agreement = np.divide(total, pairs, out=np.zeros(len(pairs)), where=pairs > 0)
    size = np.full(len(pairs), float(n_cases))
    return _kappa(agreement, np.where(pairs > 0, size, 0.0), shares, size)


def _kappa(agreement: Floats, with_pair: Floats, shares: list[Floats], answered: Floats) -> Floats:
    empty = np.full(len(agreement), np.nan)
    observed = np.divide(agreement, with_pair, out=empty.copy(), where=with_pair > 0)
    expected = np.zeros(len(agreement))
    for share in shares:
        expected += np.divide(share, answered, out=empty.copy(), where=answered > 0) ** 2
    below = 1 - expected
    # single precision leaves about 1e-6 in the difference
    return np.asarray(np.divide(observed - expected, below, out=empty, where=below > 1e-5))


def _fleiss(counts: Floats) -> tuple[float | None, str | None]:
    """Kappa of the table itself, or the reason why there is none."""
    n = counts.sum(axis=1)
    pairs = n > 1
    if not pairs.any():
        return None, NO_PAIR
    agreement = ((counts**2).sum(axis=1) - n)[pairs] / (n * (n - 1))[pairs]
    expected = float(((counts / n[:, None]).mean(axis=0) ** 2).sum())
    if expected > 1 - 1e-12:
        return None, ONE_CATEGORY
    return (float(agreement.mean()) - expected) / (1 - expected), None


def _summary(
    found: Floats, estimate: float | None, level: float, method: str, shape: tuple[int, ...]
) -> Bootstrap:
    check_level(level)
    kept = found[np.isfinite(found)]
    bare = Bootstrap(
        estimate=estimate,
        low=None,
        high=None,
        level=level,
        method=method,
        n_readers=shape[0],
        n_cases=shape[1],
        n_replicates=len(found),
        n_undefined=len(found) - len(kept),
        assumptions=("random readers and cases", "percentile interval, conservative"),
    )
    if estimate is None or min(shape) < 2 or len(kept) < 2:
        return bare.with_(reason=TOO_FEW)
    low, high = np.quantile(kept, [(1 - level) / 2, (1 + level) / 2])
    return bare.with_(
        low=float(low), high=float(high), se=float(kept.std(ddof=1)), replicates=tuple(kept.tolist())
    )
