import numpy as np
import pytest

from generation.evidence import coverage
from generation.evidence.coverage import cover


def _by_brute_force(real: np.ndarray, fake: np.ndarray, k: int) -> tuple[float, float, float, float]:
    def gap(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.sqrt(((a - b) ** 2).sum()))

    def radius(points: np.ndarray) -> list[float]:
        return [sorted(gap(p, q) for q in points)[k] for p in points]

    real_radius, fake_radius = radius(real), radius(fake)
    precision = np.mean([any(gap(f, r) <= R for r, R in zip(real, real_radius, strict=True)) for f in fake])
    density = np.sum([gap(f, r) <= R for f in fake for r, R in zip(real, real_radius, strict=True)]) / (
        k * len(fake)
    )
    recall = np.mean([any(gap(r, f) <= R for f, R in zip(fake, fake_radius, strict=True)) for r in real])
    covered = np.mean([min(gap(r, f) for f in fake) <= R for r, R in zip(real, real_radius, strict=True)])
    return float(precision), float(density), float(recall), float(covered)


@pytest.mark.parametrize("chunk", [7, 1000])
def test_precision_density_recall_and_coverage_are_those_of_brute_force(monkeypatch, chunk):
    monkeypatch.setattr(coverage, "CHUNK", chunk)
    rng = np.random.default_rng(5)
    real, fake = rng.normal(size=(40, 3)), rng.normal(0.5, 0.6, size=(30, 3))
    found = cover(real, fake, k=3)
    means = [getattr(found, name).mean() for name in ("precision", "density", "recall", "coverage")]
    assert means == pytest.approx(_by_brute_force(real, fake, 3))


def test_a_collapsed_generator_is_precise_and_covers_nothing():
    rng = np.random.default_rng(2)
    real = rng.normal(size=(200, 2))
    found = cover(real, real[:1] + rng.normal(0, 1e-3, size=(200, 2)))
    assert found.precision.mean() > 0.95
    assert found.recall.mean() < 0.05
    assert found.coverage.mean() < 0.1
