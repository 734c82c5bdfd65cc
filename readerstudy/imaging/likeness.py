"""Images that look almost the same."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from readerstudy.imaging.features import SKETCH_SIDE
from readerstudy.imaging.measuring import Measured

ROWS_AT_ONCE = 1024
# Among 7,434 knee radiographs of 128 × 128 pixels the most alike pair of different pictures reaches 0.917;
# the same picture saved as JPEG (0.99), brightened (0.98) or with another gamma (0.95) stays above.
LIKE = 0.93


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """Two images by their positions in the list given, and how alike they are; 1 is the same picture."""

    first: int
    second: int
    similarity: float


def near_duplicates(measured: Sequence[Measured], *, most: int = 500) -> list[Likeness]:
    """Pairs that look like one picture stored twice, the most alike first."""
    if len(measured) < 2:
        return []
    first, second, similarity = _close_pairs(_vectors(measured))
    order = np.argsort(-similarity, kind="stable")[:most]
    return [
        Likeness(first=int(first[at]), second=int(second[at]), similarity=float(similarity[at]))
        for at in order
    ]


def _vectors(measured: Sequence[Measured]) -> NDArray[np.float32]:
    """The sketch of each image less what all of them share, on the unit sphere.

    Radiographs of one body part resemble each other; only what is peculiar to an image tells a duplicate.
    """
    sketches = np.frombuffer(b"".join(each.sketch for each in measured), dtype=np.uint8)
    vectors = sketches.reshape(len(measured), 2, SKETCH_SIDE**2).astype(np.float32)
    vectors -= vectors.mean(axis=2, keepdims=True)
    vectors /= vectors.std(axis=2, keepdims=True) + 1e-6
    flat = vectors.reshape(len(measured), -1)
    if len(flat) >= 20:
        flat = flat - flat.mean(axis=0)
    unit: NDArray[np.float32] = flat / (np.linalg.norm(flat, axis=1, keepdims=True) + 1e-9)
    return unit


def _close_pairs(
    vectors: NDArray[np.float32],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    firsts, seconds, similarities = [], [], []
    for start in range(0, len(vectors), ROWS_AT_ONCE):
        similarity = vectors[start : start + ROWS_AT_ONCE] @ vectors[start:].T
        row, column = np.nonzero(similarity >= LIKE)
        later = column > row
        firsts.append(row[later] + start)
        seconds.append(column[later] + start)
        similarities.append(similarity[row[later], column[later]])
    return np.concatenate(firsts), np.concatenate(seconds), np.concatenate(similarities)
