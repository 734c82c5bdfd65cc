"""The same pixels become the same buffer in every version, as long as `PIPELINE` stays what it is."""

import hashlib

import numpy as np
import pytest

from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.decode import Decoded, ramp
from readerstudy.imaging.normalise import PIPELINE, coarseness, histogram, levels_normalised

SIDE = 400
NOISE = np.random.default_rng(5).integers(0, 3000, (SIDE, SIDE))


def decoded(bits: int) -> Decoded:
    white = (1 << bits) - 1
    levels = (NOISE % (white + 1)).astype(np.uint8 if bits == 8 else np.uint16)
    return Decoded(levels=levels, greys=ramp(white, 256 if bits == 8 else 65536))


@pytest.mark.parametrize(
    ("original", "canvas", "digest"),
    [
        (8, 8, "42f4ca2134bf0233"),
        (8, 16, "151ef9ec1e5043b4"),
        (12, 16, "dda9314ab5045dee"),
        (16, 16, "602d6c421fbb8cf9"),
        (12, 8, "f364ad2aaca269ec"),
    ],
)
def test_a_buffer_has_the_bytes_it_always_had(original: int, canvas: int, digest: str) -> None:
    assert PIPELINE == 1, "A new pipeline needs new digests here."
    one, shape = decoded(original), Canvas(width=SIDE, height=SIDE, bits=canvas)
    step = coarseness(histogram(one.levels), one.greys)
    pixels = levels_normalised(one.levels, one.greys, shape, step, one.spacing_mm)
    assert hashlib.sha256(pixels.tobytes()).hexdigest()[:16] == digest


def test_levels_are_counted_as_numpy_counts_them() -> None:
    levels = NOISE.astype(np.uint16)
    assert np.array_equal(histogram(levels), np.bincount(levels.ravel()))
    assert coarseness(histogram(levels[:1, :1]), ramp(4095, 65536)) == 0.0
