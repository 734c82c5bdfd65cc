"""Small sets of images that stand for a training set, held-out patients and a generator's output."""

import functools
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from generation.evidence import controls
from generation.evidence.extractor import OnProgress
from generation.evidence.images import ImageSet
from generation.evidence.interval import Floats


@pytest.fixture(autouse=True, scope="session")
def _phantoms_of_the_controls_are_drawn_once() -> Iterator[None]:
    """Every evaluation draws the same ones, which costs more than all else that it does here."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("make_chest", "make_volume_knee"):
            patch.setattr(controls, name, functools.cache(getattr(controls, name)))
        yield


class MeanExtractor:
    """Eight block means and three pretended class probabilities: an extractor without a network."""

    name = "block-means:00000000"
    is_inception = False

    def extract(
        self, pixels: NDArray[np.unsignedinteger], on_progress: OnProgress | None = None
    ) -> tuple[Floats, Floats]:
        n, height, width = pixels.shape
        blocks = pixels.reshape(n, 2, height // 2, 4, width // 4).mean((2, 4)).reshape(n, 8) / 255
        shares = np.exp(4 * blocks[:, :3])
        return blocks, shares / shares.sum(1, keepdims=True)


@pytest.fixture
def extractor() -> MeanExtractor:
    return MeanExtractor()


def films(n: int, *, seed: int, patients: str = "", grades: int = 3, side: int = 64) -> ImageSet:
    """Smooth random films, two a patient; a higher grade is brighter in the middle."""
    rng = np.random.default_rng(seed)
    coarse = rng.normal(size=(n, 8, 8))
    smooth = coarse.repeat(side // 8, 1).repeat(side // 8, 2)
    grade = np.arange(n) % grades
    smooth[:, side // 4 : -side // 4, side // 4 : -side // 4] += grade[:, None, None]
    pixels = np.clip(110 + 30 * smooth + rng.normal(0, 4, smooth.shape), 0, 255).astype(np.uint8)
    return ImageSet(
        name=patients or "synthetic",
        pixels=pixels,
        names=np.array([f"{patients}{i}.png" for i in range(n)]),
        patients=np.array([f"{patients}{i // 2}" for i in range(n)]) if patients else None,
        labels={"grade": grade.astype(str)},
    )
