"""Fidelity and variety apart: precision, recall, density and coverage from nearest neighbours."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generation.evidence.interval import Floats

NEIGHBOURS = 5
CHUNK = 2048


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """One value an image; the mean of each is the metric of that name."""

    precision: Floats
    recall: Floats
    density: Floats
    coverage: Floats


def squared_distances(first: Floats, second: Floats) -> Floats:
    gaps = np.square(first).sum(1)[:, None] + np.square(second).sum(1)[None] - 2 * first @ second.T
    return np.asarray(np.maximum(gaps, 0))


def radii(features: Floats, k: int) -> Floats:
    """The squared distance of each image to its k-th neighbour among the others."""
    found = [
        np.partition(squared_distances(features[start : start + CHUNK], features), k, axis=1)[:, k]
        for start in range(0, len(features), CHUNK)
    ]
    return np.concatenate(found)


def cover(real: Floats, synthetic: Floats, k: int = NEIGHBOURS) -> Coverage:
    """Kynkäänniemi et al. 2019 (precision, recall) and Naeem et al. 2020 (density, coverage)."""
    k = min(k, len(real) - 1, len(synthetic) - 1)
    real_radius, synthetic_radius = radii(real, k), radii(synthetic, k)
    precision: list[NDArray[Any]] = []
    density: list[NDArray[Any]] = []
    recall: list[NDArray[Any]] = []
    coverage: list[NDArray[Any]] = []
    for start in range(0, len(synthetic), CHUNK):
        inside = squared_distances(synthetic[start : start + CHUNK], real) <= real_radius
        precision.append(inside.max(1))
        density.append(inside.sum(1) / k)
    for start in range(0, len(real), CHUNK):
        gaps = squared_distances(real[start : start + CHUNK], synthetic)
        recall.append((gaps <= synthetic_radius).max(1))
        coverage.append((gaps <= real_radius[start : start + CHUNK, None]).max(1))
    return Coverage(
        precision=_joined(precision),
        recall=_joined(recall),
        density=_joined(density),
        coverage=_joined(coverage),
    )


def _joined(parts: list[NDArray[Any]]) -> Floats:
    return np.concatenate(parts).astype(np.float64)
