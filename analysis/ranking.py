"""Midranks and their ties, row by row, and the snapping of differences whose ties floats would break."""

from __future__ import annotations

import numpy as np

from analysis.arrays import Floats

# floats within this share of the largest value are the same number, written differently by arithmetic
SAME = 1e-10


def midranks(table: Floats) -> tuple[Floats, Floats]:
    """Rank each row from 1, ties sharing the mean of their ranks; return also Σ(t³ - t) of each row."""
    rows = np.atleast_2d(np.asarray(table, dtype=np.float64))
    order = np.argsort(rows, axis=1, kind="stable")
    ordered = np.take_along_axis(rows, order, axis=1)
    starts = np.ones(rows.shape, dtype=bool)
    starts[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    group = np.cumsum(starts.ravel()) - 1
    sizes = np.bincount(group)
    first = np.flatnonzero(starts.ravel()) % max(rows.shape[1], 1)
    rank_of_group = first + (sizes + 1) / 2
    ranks = np.empty_like(rows)
    np.put_along_axis(ranks, order, rank_of_group[group].reshape(rows.shape), axis=1)
    per_row = np.add.reduceat(sizes.astype(np.float64) ** 3 - sizes, np.flatnonzero(first == 0))
    return ranks, per_row


def snapped(values: Floats, scale: float) -> Floats:
    """Make equal what differs by rounding alone: 3.28 - 3.24 and 3.26 - 3.22 are the same difference.

    So are the sizes of 3.28 - 3.24 and 3.22 - 3.26, which share a rank. `scale` is the largest number the
    values were computed from. Whole numbers pass unchanged.
    """
    if scale == 0 or bool((values == np.round(values)).all()):
        return values
    sizes = np.abs(values)
    order = np.argsort(sizes, kind="stable")
    ordered = sizes[order]
    fresh = np.diff(ordered, prepend=-np.inf) > SAME * scale
    heads = ordered[fresh]
    heads = np.where(heads <= SAME * scale, 0.0, heads)
    result = np.empty_like(values)
    result[order] = heads[np.cumsum(fresh) - 1]
    return np.asarray(np.copysign(result, values) + 0.0)
