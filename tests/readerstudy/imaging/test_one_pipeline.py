"""Whatever the original was, the buffer does not tell."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.normalise import Buffer, lost_share, prepare
from tests.readerstudy.imaging.phantoms import (
    DEEP,
    SQUARE,
    eight_bits,
    encoded,
    phantom,
    prepared,
    sixteen_bits,
)


def bring(pixels: NDArray[Any], canvas: Canvas) -> NDArray[Any]:
    return prepared(encoded(pixels), "a.png", canvas)


def empty_levels(grey: NDArray[Any]) -> float:
    """The share of levels between the 5th and the 95th percentile that no pixel has."""
    low, high = np.percentile(grey, [5, 95]).astype(int)
    counts = np.bincount(grey.ravel(), minlength=high + 1)[low : high + 1]
    return float((counts == 0).mean())


def test_an_eight_bit_original_does_not_show_as_a_comb_among_sixteen_bits() -> None:
    canvas = Canvas(width=256, height=256, bits=16)
    picture = phantom(height=256, width=256)
    shallow, deep = bring(eight_bits(picture), canvas), bring(sixteen_bits(picture), canvas)
    assert len(np.unique(shallow)) == pytest.approx(len(np.unique(deep)), rel=0.02)
    assert abs(empty_levels(shallow >> 4) - empty_levels(deep >> 4)) < 0.01
    assert np.abs(shallow.astype(int) - deep).max() <= 257


def test_a_stretched_contrast_does_not_show_as_a_comb() -> None:
    canvas = Canvas(width=256, height=256, bits=8)
    stretched = np.rint(eight_bits(phantom(height=256, width=256) * 0.5) * 1.9).astype(np.uint8)
    assert empty_levels(stretched) > 0.4
    assert empty_levels(bring(stretched, canvas)) == 0


def test_pure_black_and_pure_white_stay_pure() -> None:
    pixels = eight_bits(phantom())
    pixels[:10], pixels[-10:] = 0, 255
    arrived = bring(pixels, DEEP)
    assert (arrived[:10] == 0).all()
    assert (arrived[-10:] == 65535).all()


def test_the_same_original_always_becomes_the_same_buffer() -> None:
    data = encoded(eight_bits(phantom()))
    first, second = prepare(data, "a.png", DEEP), prepare(data, "b.png", DEEP)
    assert isinstance(first, Buffer)
    assert isinstance(second, Buffer)
    assert first.digest == second.digest
    assert len(first.pixels) == DEEP.buffer_bytes


def test_the_buffer_is_little_endian() -> None:
    pixels = sixteen_bits(phantom())
    buffer = prepare(encoded(pixels), "a.png", DEEP)
    assert isinstance(buffer, Buffer)
    assert buffer.pixels == pixels.astype("<u2").tobytes()


def test_crop_fills_the_canvas_and_cuts_both_sides_equally() -> None:
    wide = np.tile(np.linspace(10, 245, 192).astype(np.uint8), (64, 1))
    arrived = bring(wide, SQUARE)
    assert arrived.min() > wide[0, 60]
    assert arrived.max() < wide[0, 131]
    assert lost_share(64, 192, SQUARE) == pytest.approx(2 / 3)


def test_pad_keeps_everything_between_equal_black_borders() -> None:
    canvas = Canvas(width=64, height=64, bits=8, fit="pad")
    tall = np.full((128, 64), 200, dtype=np.uint8)
    tall[0] = 100
    arrived = bring(tall, canvas)
    assert (arrived[:, :16] == 0).all()
    assert (arrived[:, 48:] == 0).all()
    assert (arrived[4:, 16:48] == 200).all()
    assert lost_share(128, 64, canvas) == 0


@pytest.mark.parametrize("side", [16, 48, 100, 513])
def test_every_size_arrives_in_the_size_of_the_canvas(side: int) -> None:
    arrived = bring(eight_bits(phantom(height=side, width=side * 2)), SQUARE)
    assert arrived.shape == (64, 64)
    assert arrived.dtype == np.uint8


def test_the_pipeline_notes_how_coarse_the_original_was() -> None:
    comb = (eight_bits(phantom(height=256, width=256)) // 4 * 4).astype(np.uint8)
    buffer = prepare(encoded(comb), "a.png", SQUARE)
    assert isinstance(buffer, Buffer)
    assert buffer.facts["step"] == pytest.approx(4 / 255, rel=0.01)
    assert buffer.facts["levels"] == len(np.unique(comb))
