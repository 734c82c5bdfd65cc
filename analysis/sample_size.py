"""How many independent answers an exact binomial test needs: the lower bound beside a simulated plan.

Readers and cases make answers dependent, so a crossed study needs more; `analysis.plan` simulates that.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from analysis.arrays import Floats
from analysis.errors import TooLargeError, WrongMarginError, WrongProbabilityError
from analysis.proportions import INDEPENDENT, check_level, check_margin
from analysis.result import Result


@dataclass(frozen=True, kw_only=True)
class SampleSize(Result):
    """How many independent answers an exact binomial test needs.

    The power of a discrete test is a saw-tooth over n: `n_first` is the first size that has it, `n` the
    first from which on no larger size loses it again. `power` and `size` are the exact ones at `n`.
    """

    n: int
    n_first: int
    power: float
    alpha: float
    size: float
    critical_low: int | None
    critical_high: int | None
    method: str
    assumptions: tuple[str, ...] = (INDEPENDENT,)


def sample_size_superiority(
    accuracy: float, chance: float, *, alpha: float = 0.05, power: float = 0.8, largest: int = 20_000
) -> SampleSize:
    """Answers needed to show p > chance by a one-sided exact binomial test if p is `accuracy`.

    For each n the critical count is the smallest k with P(X >= k | chance) <= alpha.

    Parameters
    ----------
    accuracy
        The true share.
    chance
        The share under the null hypothesis.
    alpha
        Level of the one-sided test.
    power
        The power wanted.
    largest
        The size at which the search ends.

    Returns
    -------
    SampleSize
        The size, its power and the critical count.
    """
    if not 0 <= chance < accuracy <= 1:
        raise WrongProbabilityError("The accuracy has to be above chance: 0 <= chance < accuracy <= 1.")
    check_level(alpha)
    check_level(power)

    def power_at(n: Floats) -> Floats:
        return _upper(_critical_high(n, chance, alpha), n, accuracy)

    z = special.ndtri(1 - alpha) * math.sqrt(chance * (1 - chance))
    z += special.ndtri(power) * math.sqrt(accuracy * (1 - accuracy))
    guess = float((z / (accuracy - chance)) ** 2)
    first, n_enough = _first_with_power(power_at, power, guess, largest)
    n = np.array([float(n_enough)])
    critical = _critical_high(n, chance, alpha)
    return SampleSize(
        n=n_enough,
        n_first=first,
        power=float(power_at(n)[0]),
        alpha=alpha,
        size=float(_upper(critical, n, chance)[0]),
        critical_low=None,
        critical_high=int(critical[0]),
        method="one-sided exact binomial",
    )


def sample_size_equivalence(
    accuracy: float, chance: float, margin: float, *, alpha: float = 0.05, power: float = 0.8
) -> SampleSize:
    """Answers needed to show |p - chance| < margin, by the usual normal formula.

    n = (z_alpha + z_(beta/2))² p(1-p) / (margin - |p - chance|)², with z_beta where p is off `chance` (Chow,
    Shao & Wang 2008, section 4.1.2). `power` of the result is what the exact test really has at that n, a
    little less than asked for: `sample_size_equivalence_exact` finds the size that has it.

    Parameters
    ----------
    accuracy
        The true share.
    chance
        The share that the margin lies around.
    margin
        The largest difference that does not matter.
    alpha
        Level of each of the two one-sided tests.
    power
        The power wanted.

    Returns
    -------
    SampleSize
        The size, its exact power and the critical counts.
    """
    _check_room(accuracy, chance, margin)
    check_level(alpha)
    check_level(power)
    beta = (1 - power) / 2 if accuracy == chance else 1 - power
    z = float(special.ndtri(1 - alpha) + special.ndtri(1 - beta))
    n = math.ceil(z * z * accuracy * (1 - accuracy) / (margin - abs(accuracy - chance)) ** 2)
    return _equivalence_at(n, n, accuracy, chance, margin, alpha, "normal approximation")


def sample_size_equivalence_exact(
    accuracy: float,
    chance: float,
    margin: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    largest: int = 20_000,
) -> SampleSize:
    """Answers needed to show |p - chance| < margin by two exact one-sided tests (Wellek 2010, ch. 4).

    Equivalence is shown for counts from `critical_low` to `critical_high`, both included.

    Parameters
    ----------
    accuracy
        The true share.
    chance
        The share that the margin lies around.
    margin
        The largest difference that does not matter.
    alpha
        Level of each of the two one-sided tests.
    power
        The power wanted.
    largest
        The size at which the search ends.

    Returns
    -------
    SampleSize
        The size, its power and the critical counts.
    """
    _check_room(accuracy, chance, margin)
    check_level(alpha)
    check_level(power)

    def power_at(n: Floats) -> Floats:
        low, high = _equivalence_region(n, chance, margin, alpha)
        return _between(low, high, n, accuracy)

    guess = sample_size_equivalence(accuracy, chance, margin, alpha=alpha, power=power).n
    first, n_enough = _first_with_power(power_at, power, guess, largest)
    method = "two one-sided exact binomial tests"
    return _equivalence_at(n_enough, first, accuracy, chance, margin, alpha, method)


def _check_room(accuracy: float, chance: float, margin: float) -> None:
    check_margin(margin)
    if not (chance - margin > 0 and chance + margin < 1):
        raise WrongMarginError(f"The margin {margin} around {chance} has to leave room within 0 and 1.")
    if not chance - margin < accuracy < chance + margin:
        raise WrongProbabilityError(f"The accuracy {accuracy} lies outside the margin: no size would do.")


def _equivalence_at(
    n: int, first: int, accuracy: float, chance: float, margin: float, alpha: float, method: str
) -> SampleSize:
    size = np.array([float(n)])
    low, high = _equivalence_region(size, chance, margin, alpha)
    edges = [_between(low, high, size, edge)[0] for edge in (chance - margin, chance + margin)]
    possible = bool(low[0] <= high[0])
    return SampleSize(
        n=n,
        n_first=first,
        power=float(_between(low, high, size, accuracy)[0]),
        alpha=alpha,
        size=float(max(edges)),
        critical_low=int(low[0]) if possible else None,
        critical_high=int(high[0]) if possible else None,
        method=method,
    )


def _equivalence_region(n: Floats, chance: float, margin: float, alpha: float) -> tuple[Floats, Floats]:
    return _critical_high(n, chance - margin, alpha), n - _critical_high(n, 1 - chance - margin, alpha)


def _between(low: Floats, high: Floats, n: Floats, p: float) -> Floats:
    return np.asarray(np.where(low <= high, _upper(low, n, p) - _upper(high + 1, n, p), 0.0))


def _critical_high(n: Floats, p: float, alpha: float) -> Floats:
    """Return the smallest k with P(X >= k | p) <= alpha, for each n."""
    k = np.clip(np.ceil(special.bdtrik(1 - alpha, n, p)) + 3.0, 0.0, n + 1)
    # bdtrik solves for a real k: step down from safely above it
    for _ in range(6):
        k = np.where((k > 0) & (_upper(k - 1, n, p) <= alpha), k - 1, k)
    return np.asarray(k)


def _upper(k: Floats, n: Floats, p: float) -> Floats:
    """P(X >= k) for each pair of k and n."""
    inner = special.betainc(np.maximum(k, 1.0), np.maximum(n - k + 1, 1.0), p)
    return np.asarray(np.where(k <= 0, 1.0, np.where(k > n, 0.0, inner)))


def _first_with_power(
    power_at: Callable[[Floats], Floats], power: float, guess: float, largest: int
) -> tuple[int, int]:
    """First size with the power, and the first from which on it stays; `guess` is the normal formula's."""
    # the saw-tooth dies out soon beyond the normal formula's size
    n = np.arange(1.0, 2 * guess + 200) if guess <= largest else np.empty(0)
    enough = power_at(n) >= power
    if not enough.any() or not enough[-1]:
        raise TooLargeError(f"More than {largest} answers would be needed: take a larger effect or margin.")
    short = np.flatnonzero(~enough)
    return int(np.argmax(enough)) + 1, int(short[-1]) + 2 if len(short) else 1
