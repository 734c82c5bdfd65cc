"""PNG, JPEG, TIFF and WebP come out as the grey values that went in."""

from typing import Any

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.decode import decode
from tests.readerstudy.imaging.phantoms import (
    DEEP,
    SQUARE,
    eight_bits,
    encoded,
    phantom,
    prepared,
    sixteen_bits,
)


def read(data: bytes, name: str, canvas: Canvas = SQUARE) -> NDArray[Any]:
    return prepared(data, name, canvas)


@pytest.mark.parametrize(
    ("kind", "name", "options"),
    [
        ("PNG", "a.png", {}),
        ("TIFF", "a.tif", {}),
        ("TIFF", "a.tiff", {"compression": "tiff_lzw"}),
        ("WEBP", "a.webp", {"lossless": True}),
        ("PNG", "no-ending", {}),
    ],
)
def test_lossless_eight_bits_arrive_unchanged(kind: str, name: str, options: dict[str, Any]) -> None:
    pixels = eight_bits(phantom())
    assert np.array_equal(read(encoded(pixels, kind, **options), name), pixels)


@pytest.mark.parametrize(("kind", "name"), [("PNG", "a.png"), ("TIFF", "a.tif")])
def test_sixteen_bits_arrive_unchanged_in_a_study_of_sixteen_bits(kind: str, name: str) -> None:
    pixels = sixteen_bits(phantom())
    assert np.array_equal(read(encoded(pixels, kind), name, DEEP), pixels)


def test_sixteen_bits_are_rounded_in_a_study_of_eight_bits() -> None:
    picture = phantom()
    arrived = read(encoded(sixteen_bits(picture)), "a.png")
    assert np.abs(arrived.astype(int) - np.rint(picture * 255)).max() <= 1


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "a.jpg"), ("WEBP", "a.webp")])
def test_lossy_formats_arrive_nearly_unchanged(kind: str, name: str) -> None:
    pixels = eight_bits(phantom(noise=0))
    arrived = read(encoded(pixels, kind, quality=95), name)
    assert np.abs(arrived.astype(int) - pixels).mean() < 2


def test_a_grey_jpeg_saved_as_colour_counts_as_grey() -> None:
    pixels = eight_bits(phantom())
    colour = np.stack([pixels] * 3, axis=2)
    arrived = read(encoded(colour, "JPEG", quality=90), "a.jpeg")
    assert np.abs(arrived.astype(int) - pixels).mean() < 6


def test_a_palette_of_greys_and_an_opaque_alpha_channel_are_accepted() -> None:
    pixels = eight_bits(phantom())
    opaque = np.dstack([pixels, pixels, pixels, np.full_like(pixels, 255)])
    assert np.array_equal(read(encoded(opaque), "a.png"), pixels)
    palette = PIL.Image.fromarray(pixels).convert("P")
    assert np.array_equal(read(encoded(np.asarray(palette.convert("RGB"))), "a.png"), pixels)


def test_a_float_tiff_from_0_to_1_is_read_as_grey() -> None:
    picture = phantom().astype(np.float32)
    arrived = read(encoded(picture, "TIFF"), "a.tif", DEEP)
    assert np.abs(arrived.astype(int) - np.rint(picture * 65535)).max() <= 1


def test_twelve_bits_in_a_16_bit_container_use_the_whole_range() -> None:
    picture = phantom()
    arrived = read(encoded(np.rint(picture * 4095).astype(np.uint16)), "a.png")
    assert np.abs(arrived.astype(int) - np.rint(picture * 255)).max() <= 1


def test_a_16_bit_tiff_whose_zero_is_white_is_inverted() -> None:
    pixels = sixteen_bits(phantom())
    data = encoded(pixels, "TIFF", tiffinfo={262: 0})
    assert np.array_equal(read(data, "a.tif", DEEP), 65535 - pixels)


def test_an_image_that_was_turned_by_its_exif_block_is_turned_upright() -> None:
    pixels = eight_bits(phantom())
    exif = PIL.Image.Exif()
    exif[0x0112] = 3
    data = encoded(pixels, "PNG", exif=exif)
    assert np.array_equal(read(data, "a.png"), pixels[::-1, ::-1])


def test_the_facts_of_the_original_are_noted_for_the_audit() -> None:
    facts = decode(encoded(eight_bits(phantom()), "JPEG"), name="a.jpg").facts
    compression = {"quantisation": 29.03, "chroma_quantisation": 29.03, "subsampling": 1.0}
    assert facts == {"container": "JPEG", "bits": 8, "width": 64, "height": 64, "lossy": True, **compression}
