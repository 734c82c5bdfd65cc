"""What is no usable grey image is refused with a sentence that says what to do."""

import struct
import zlib
from io import BytesIO

import numpy as np
import PIL.Image
import pytest

from readerstudy.imaging.decode import decode
from readerstudy.imaging.errors import (
    Coloured,
    DamagedImage,
    EmptyFile,
    NotAnImage,
    NotFinite,
    OutOfRange,
    Refusal,
    SeveralFrames,
    TooLarge,
    TooSmall,
    Translucent,
    UniformGrey,
    UnsupportedPixels,
    WrongExtension,
)
from readerstudy.imaging.normalise import prepare
from tests.readerstudy.imaging.phantoms import SQUARE, eight_bits, encoded, phantom, sixteen_bits

GREY = eight_bits(phantom())


def refusal(data: bytes, name: str) -> Refusal:
    outcome = prepare(data, name, SQUARE)
    assert isinstance(outcome, Refusal)
    return outcome


def png_header(width: int, height: int, depth: int = 8, colour: int = 0) -> bytes:
    """A PNG that claims a size and holds next to nothing."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def pages(kind: str) -> bytes:
    out = BytesIO()
    first = PIL.Image.fromarray(GREY)
    others = [PIL.Image.fromarray(eight_bits(phantom(seed))) for seed in (1, 2)]
    first.save(out, format=kind, save_all=True, append_images=others)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_file_is_refused(kind: str, share: float) -> None:
    ending = {"PNG": ".png", "JPEG": ".jpg", "TIFF": ".tif", "WEBP": ".webp"}[kind]
    data = encoded(eight_bits(phantom(height=128, width=128)), kind)
    assert isinstance(refusal(data[: int(len(data) * share)], f"a{ending}"), DamagedImage)


def test_a_header_of_40000_by_40000_pixels_is_refused_before_anything_is_unpacked() -> None:
    found = refusal(png_header(40_000, 40_000), "a.png")
    assert isinstance(found, TooLarge)
    assert "at most 64" in str(found)


def test_a_header_somewhat_too_large_is_refused_with_its_size() -> None:
    assert "9,000 × 8,000 pixels" in str(refusal(png_header(9000, 8000), "a.png"))


def test_an_icon_is_refused() -> None:
    assert isinstance(refusal(encoded(GREY[:8]), "a.png"), TooSmall)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_a_colour_photo_is_refused(kind: str) -> None:
    ending = {"PNG": ".png", "JPEG": ".jpg", "TIFF": ".tif", "WEBP": ".webp"}[kind]
    photo = np.dstack([GREY, np.roll(GREY, 9, axis=0), 255 - GREY])
    assert isinstance(refusal(encoded(photo, kind), f"a{ending}"), Coloured)


def test_a_cmyk_picture_is_refused() -> None:
    out = BytesIO()
    PIL.Image.fromarray(GREY).convert("CMYK").save(out, format="TIFF")
    assert isinstance(refusal(out.getvalue(), "a.tif"), Coloured)


def test_a_transparent_picture_is_refused() -> None:
    alpha = np.full_like(GREY, 255)
    alpha[:5] = 0
    assert isinstance(refusal(encoded(np.dstack([GREY, GREY, GREY, alpha])), "a.png"), Translucent)


def test_an_empty_file_is_refused() -> None:
    assert isinstance(refusal(b"", "a.png"), EmptyFile)


@pytest.mark.parametrize(
    "data", [b"hello, I am a text", b"%PDF-1.7 " + bytes(300), bytes(5000), b"GIF89a" + bytes(99)]
)
def test_what_is_no_image_is_refused(data: bytes) -> None:
    assert isinstance(refusal(data, "a.png"), NotAnImage)
    assert isinstance(refusal(data, "a.dcm"), NotAnImage | DamagedImage)


def test_a_wrong_ending_is_refused_with_the_right_one() -> None:
    found = refusal(encoded(GREY), "a.jpg")
    assert isinstance(found, WrongExtension)
    assert str(found) == "The name ends in .jpg, but the content is PNG. Rename the file to end in .png."
    assert isinstance(refusal(encoded(GREY), "a.txt"), WrongExtension)


def test_pixels_that_are_not_a_number_are_refused_and_counted() -> None:
    picture = phantom().astype(np.float32)
    picture[3, 3:6] = np.nan
    found = refusal(encoded(picture, "TIFF"), "a.tif")
    assert isinstance(found, NotFinite)
    assert str(found).startswith("3 of 4096 pixels are not a number")


@pytest.mark.parametrize(("low", "high"), [(-1.0, 1.0), (0.0, 1e6)])
def test_grey_values_of_no_known_range_are_refused(low: float, high: float) -> None:
    picture = (phantom() * (high - low) + low).astype(np.float32)
    assert isinstance(refusal(encoded(picture, "TIFF"), "a.tif"), OutOfRange)


def test_several_pages_are_refused_by_number() -> None:
    found = refusal(pages("TIFF"), "a.tif")
    assert isinstance(found, SeveralFrames)
    assert "holds 3 pages" in str(found)


@pytest.mark.parametrize(("kind", "name"), [("PNG", "a.png"), ("WEBP", "a.webp")])
def test_animations_are_refused(kind: str, name: str) -> None:
    assert isinstance(refusal(pages(kind), name), SeveralFrames)


def test_a_uniform_picture_is_refused() -> None:
    assert isinstance(refusal(encoded(np.full_like(GREY, 77)), "a.png"), UniformGrey)


def test_sixteen_bits_in_several_channels_are_refused_rather_than_cut() -> None:
    assert isinstance(refusal(png_header(64, 64, depth=16, colour=2), "a.png"), UnsupportedPixels)


@pytest.mark.parametrize("seed", range(40))
def test_random_damage_is_refused_or_read_and_never_raises(seed: int) -> None:
    rng = np.random.default_rng(seed)
    kind, name = [("PNG", "a.png"), ("JPEG", "a.jpg"), ("TIFF", "a.tif"), ("WEBP", "a.webp")][seed % 4]
    data = bytearray(encoded(sixteen_bits(phantom()) if kind in ("PNG", "TIFF") else GREY, kind))
    for place in rng.integers(8, len(data), 20):
        data[place] = rng.integers(256)
    outcome = prepare(bytes(data), name, SQUARE)
    assert not isinstance(outcome, Refusal) or str(outcome).endswith(".")


def test_every_refusal_is_a_sentence_with_a_remedy() -> None:
    for kind in Refusal.__subclasses__():
        message = str(kind())
        assert message.endswith(".")
        assert len(message) > 40
        assert "  " not in message


def test_decoding_leaves_the_sentence_of_the_decoder_behind_as_the_cause() -> None:
    with pytest.raises(DamagedImage) as caught:
        decode(encoded(GREY)[:200], name="a.png")
    assert caught.value.__cause__ is not None
