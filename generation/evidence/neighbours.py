"""Exact nearest neighbours in chunks: memory stays flat, and the work is one matrix product a chunk."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

QUERY_ROWS = 1024
KEY_ROWS = 4096

Rows = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """For each query its nearest keys, nearest first: their rows and their distances."""

    index: NDArray[np.int64]
    distance: NDArray[np.float64]


def nearest(
    queries: Rows, keys: Rows, k: int = 2, on_progress: Callable[[int, int], None] | None = None
) -> Neighbours:
    """The k nearest keys of each query by Euclidean distance."""
    k = min(k, len(keys))
    index = np.empty((len(queries), k), np.int64)
    distance = np.empty((len(queries), k), np.float64)
    norms = np.square(keys).sum(1)
    for start in range(0, len(queries), QUERY_ROWS):
        rows = slice(start, start + QUERY_ROWS)
        index[rows] = _nearest_of(queries[rows], keys, norms, k)
        # the product is fast but loses digits where images nearly coincide, and just those matter here
        gaps = queries[rows, None, :].astype(np.float64) - keys[index[rows]]
        distance[rows] = np.sqrt(np.square(gaps).sum(2))
        if on_progress is not None:
            on_progress(min(start + QUERY_ROWS, len(queries)), len(queries))
    order = np.argsort(distance, axis=1, kind="stable")
    return Neighbours(
        index=np.take_along_axis(index, order, 1), distance=np.take_along_axis(distance, order, 1)
    )


def _nearest_of(queries: Rows, keys: Rows, norms: Rows, k: int) -> NDArray[np.int64]:
    best_gap = np.empty((len(queries), 0), np.float32)
    best_index = np.empty((len(queries), 0), np.int64)
    for start in range(0, len(keys), KEY_ROWS):
        gap = norms[start : start + KEY_ROWS] - 2 * queries @ keys[start : start + KEY_ROWS].T
        few = min(k, gap.shape[1])
        found = np.argpartition(gap, few - 1, axis=1)[:, :few] if few < gap.shape[1] else _all(gap)
        best_gap = np.concatenate([best_gap, np.take_along_axis(gap, found, 1)], axis=1)
        best_index = np.concatenate([best_index, found + start], axis=1)
        keep = np.argsort(best_gap, axis=1, kind="stable")[:, :k]
        best_gap = np.take_along_axis(best_gap, keep, 1)
        best_index = np.take_along_axis(best_index, keep, 1)
    return best_index


def _all(gap: Rows) -> NDArray[np.int64]:
    return np.broadcast_to(np.arange(gap.shape[1]), gap.shape)
