"""Packed frames come back level by level, whatever they show, and are about half as long."""

import tracemalloc
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from readerstudy.imaging.packing import pack, preview
from tests.readerstudy.imaging.unpacking import unpacked

SHAPES = [(16, 24), (1, 1), (1, 9), (9, 1), (2, 3), (67, 5)]


def back(frame: NDArray[Any]) -> NDArray[Any]:
    height, width, *channels = frame.shape
    bits = 8 * frame.dtype.itemsize
    shape = {"height": height, "width": width, "bits": bits, "channels": channels[0] if channels else 1}
    return unpacked(pack(frame), **shape).reshape(frame.shape)


def shadow(height: int, width: int, *, white: int, noise: float, seed: int) -> NDArray[np.float64]:
    """A smooth picture with noise of a share of white."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    smooth = 0.5 + 0.4 * np.sin(x / width * 3) * np.cos(y / height * 2)
    return np.clip((smooth + generator.normal(0, noise, smooth.shape)) * white, 0, white).round()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", ["u1", "<u2"])
def test_any_levels_come_back(shape: tuple[int, int], kind: str) -> None:
    most = np.iinfo(kind).max
    generator = np.random.default_rng(3)
    for frame in (
        generator.integers(0, most, shape, endpoint=True),
        shadow(*shape, white=most, noise=0.01, seed=1),
        np.zeros(shape),
        np.full(shape, most),
        most * (np.indices(shape).sum(0) % 2),
    ):
        assert np.array_equal(back(frame.astype(kind)), frame.astype(kind))


def test_colours_come_back() -> None:
    generator = np.random.default_rng(4)
    noise = generator.integers(0, 256, (12, 7, 3), dtype=np.uint8)
    grey = np.repeat(shadow(12, 7, white=255, noise=0.02, seed=2).astype(np.uint8)[..., None], 3, axis=2)
    for frame in (noise, grey, noise // 2 + grey // 2):
        assert np.array_equal(back(frame), frame)


def test_levels_that_do_not_occur_cost_nothing() -> None:
    twelve = shadow(256, 256, white=4095, noise=0.01, seed=5)
    spread = np.rint(twelve / 4095 * 65535).astype("<u2")
    assert len(pack(spread)) < 1.1 * len(pack(twelve.astype("<u2")))
    small = spread[:32, :32]
    assert np.array_equal(back(small), small)


@pytest.mark.parametrize(
    ("kind", "white", "ratio"), [("u1", 255, 2.0), ("<u2", 4095, 1.9), ("<u2", 65535, 1.3)]
)
def test_noise_of_a_hundredth_is_packed_near_its_entropy(kind: str, white: int, ratio: float) -> None:
    frame = shadow(512, 512, white=white, noise=0.01, seed=6).astype(kind)
    assert frame.nbytes / len(pack(frame)) > ratio


def test_the_same_frame_is_packed_into_the_same_bytes() -> None:
    frame = shadow(64, 64, white=255, noise=0.01, seed=7).astype("u1")
    assert pack(frame) == pack(frame.copy())


@pytest.mark.parametrize("shape", [(8, 8), (9, 5), (3, 2), (8, 8, 3)])
def test_a_preview_is_the_mean_of_sixteen_pixels(shape: tuple[int, ...]) -> None:
    frame = np.random.default_rng(8).integers(0, 256, shape, dtype=np.uint8)
    small = preview(frame)
    for y, x in np.ndindex(small.shape[:2]):
        block = frame[4 * y : 4 * y + 4, 4 * x : 4 * x + 4]
        assert np.abs(small[y, x] - block.mean(axis=(0, 1))).max() <= 0.5
    assert small.shape[:2] == (-(-shape[0] // 4), -(-shape[1] // 4))


def test_packing_a_large_frame_takes_bounded_memory() -> None:
    frame = shadow(1024, 1024, white=65535, noise=0.01, seed=9).astype("<u2")
    tracemalloc.start()
    pack(frame)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * frame.nbytes
