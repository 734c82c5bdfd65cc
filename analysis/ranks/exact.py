"""Exact null distributions of rank statistics with ties, by dynamic programming over doubled midranks."""

from __future__ import annotations

import numpy as np

from analysis.arrays import Floats, Ints
from analysis.errors import TooLargeError

# additions that take about a second
LARGEST_WORK = 1_000_000_000


def signed_sum_distribution(ranks: Ints) -> Floats:
    """P(sum of the ranks with a positive sign = s) for s = 0, 1, …, when signs are fair coins."""
    total = int(ranks.sum())
    if total * len(ranks) > LARGEST_WORK:
        raise TooLargeError(
            f"{len(ranks)} differences are too many to enumerate: take the asymptotic method."
        )
    chances = np.zeros(total + 1)
    chances[0] = 1.0
    top = 0
    for rank in np.sort(ranks).tolist():
        half = chances[: top + 1] / 2
        chances[: top + 1] = half
        top += rank
        chances[rank : top + 1] += half
    return chances


def subset_sum_distribution(ranks: Ints, size: int) -> Floats:
    """P(sum of `size` of the ranks = s) for s = 0, 1, …, when every subset is equally likely."""
    ordered = np.sort(ranks)
    largest = int(ordered[len(ordered) - size :].sum()) if size else 0
    if len(ranks) * (size + 1) * largest > LARGEST_WORK:
        raise TooLargeError(f"Groups of {size} and {len(ranks) - size} are too large to enumerate.")
    # row j: chance that j of the ranks so far were taken, with sum s; item i is taken with
    # the chance (left to take) / (left to see), which keeps every number a probability
    chances = np.zeros((size + 1, largest + 1))
    chances[0, 0] = 1.0
    taken = np.arange(size + 1.0)[:, None]
    for seen, rank in enumerate(ordered.tolist()):
        take = np.clip((size - taken) / (len(ordered) - seen), 0.0, 1.0)
        moved = chances * take
        chances -= moved
        chances[1:, rank:] += moved[:-1, : largest + 1 - rank]
    return np.asarray(chances[size])
