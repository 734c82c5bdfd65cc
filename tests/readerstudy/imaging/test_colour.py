"""Colours arrive as sRGB, whatever container, profile or colour space they came in."""

from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray
from PIL import ImageCms
from pydicom.uid import JPEGBaseline8Bit, RLELossless

from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.decode import decode
from readerstudy.imaging.errors import BadProfile, Coloured, NoColour, Refusal, Translucent
from readerstudy.imaging.models import Image
from readerstudy.imaging.normalise import prepare
from tests.readerstudy.imaging.phantoms import (
    SQUARE,
    coloured,
    dicom,
    dicom_bytes,
    eight_bits,
    encoded,
    phantom,
)

COLOUR = Canvas(width=64, height=64, bits=8, mode="colour")
PIXELS = coloured(3)


def colours(data: bytes, name: str) -> NDArray[np.uint8]:
    return np.asarray(decode(data, name=name, colour=True).levels)


def refusal(data: bytes, name: str, canvas: Canvas = COLOUR) -> Refusal:
    outcome = prepare(data, name, canvas)
    assert isinstance(outcome, Refusal)
    return outcome


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_lossless_formats_keep_every_value(kind: str) -> None:
    data = encoded(PIXELS, kind, **({"lossless": True} if kind == "WEBP" else {}))
    assert np.array_equal(colours(data, f"a.{kind.lower()}"), PIXELS)


def test_a_jpeg_says_how_it_was_compressed() -> None:
    found = decode(encoded(PIXELS, "JPEG", quality=90, subsampling=2), name="a.jpg", colour=True)
    assert np.abs(found.levels.astype(int) - PIXELS).mean() < 12
    assert (found.facts["subsampling"], found.facts["lossy"], found.facts["profiled"]) == (4.0, True, False)
    assert 5 < found.facts["quantisation"] < found.facts["chroma_quantisation"]


def test_an_opaque_alpha_channel_is_dropped_and_another_refused() -> None:
    opaque = np.dstack([PIXELS, np.full((64, 64), 255, np.uint8)])
    assert np.array_equal(colours(encoded(opaque), "a.png"), PIXELS)
    opaque[0, 0, 3] = 254
    assert isinstance(refusal(encoded(opaque), "a.png"), Translucent)


def test_a_palette_is_looked_up() -> None:
    few = PIXELS // 64 * 64
    picture = PIL.Image.fromarray(few).quantize(256)
    out = BytesIO()
    picture.save(out, format="PNG")
    assert np.array_equal(colours(out.getvalue(), "a.png"), np.asarray(picture.convert("RGB")))


def with_profile(profile: bytes) -> bytes:
    return encoded(PIXELS, "PNG", icc_profile=profile)


def test_a_profile_is_applied_and_srgb_changes_nothing() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.array_equal(colours(with_profile(srgb), "a.png"), PIXELS)
    swapped = red_and_green_swapped(srgb)
    found = colours(with_profile(swapped), "a.png").astype(int)
    assert np.abs(found - PIXELS[..., [1, 0, 2]]).max() <= 2


def red_and_green_swapped(profile: bytes) -> bytes:
    """The profile of a screen on which red lights up green: the two entries of its table trade names."""
    changed = bytearray(profile.replace(b"sRGB built-in", b"Swap built-in"))
    name = "sRGB built-in".encode("utf-16-be")
    changed = bytearray(bytes(changed).replace(name, "Swap built-in".encode("utf-16-be")))
    table = {bytes(changed[at : at + 4]): at for at in range(132, 132 + 12 * changed[131], 12)}
    red, green = table[b"rXYZ"], table[b"gXYZ"]
    changed[red : red + 4], changed[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(changed)


def test_a_profile_that_is_damaged_or_of_another_kind_is_refused() -> None:
    assert isinstance(refusal(with_profile(b"no profile" * 20), "a.png"), BadProfile)
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert "for Lab" in str(refusal(with_profile(lab), "a.png"))


def test_a_file_of_one_channel_is_no_colour_image() -> None:
    grey = eight_bits(phantom())
    assert isinstance(refusal(encoded(grey), "a.png"), NoColour)
    assert isinstance(refusal(dicom_bytes(dicom(grey)), "a.dcm"), NoColour)
    assert np.array_equal(colours(encoded(np.dstack([grey] * 3)), "a.png")[..., 1], grey)


def test_other_colour_spaces_and_depths_are_refused_with_what_to_do() -> None:
    cmyk = BytesIO()
    PIL.Image.fromarray(PIXELS).convert("CMYK").save(cmyk, format="TIFF")
    assert "CMYK" in str(refusal(cmyk.getvalue(), "a.tif"))


def test_a_grey_study_refuses_colour_and_says_how_to_go_on() -> None:
    outcome = refusal(encoded(PIXELS), "a.png", SQUARE)
    assert isinstance(outcome, Coloured)
    assert "Convert it to grey" in str(outcome)
    assert 'mode = "colour"' in str(outcome)


def rgb(pixels: NDArray[np.uint8], **tags: Any) -> Any:
    return dicom(
        pixels[..., 0],
        SamplesPerPixel=3,
        PhotometricInterpretation="RGB",
        PlanarConfiguration=0,
        PixelData=pixels.tobytes(),
        **tags,
    )


def test_dicom_keeps_rgb_and_turns_ybr_into_it() -> None:
    assert np.array_equal(colours(dicom_bytes(rgb(PIXELS)), "a.dcm"), PIXELS)
    ybr = np.asarray(PIL.Image.fromarray(PIXELS).convert("YCbCr"))
    dataset = rgb(ybr)
    dataset.PhotometricInterpretation = "YBR_FULL"
    assert np.abs(colours(dicom_bytes(dataset), "a.dcm").astype(int) - PIXELS).max() <= 3


def test_dicom_with_rle_and_jpeg_is_unpacked() -> None:
    packed = rgb(PIXELS)
    packed.compress(RLELossless)
    assert np.array_equal(colours(dicom_bytes(packed), "a.dcm"), PIXELS)
    jpeg = rgb(PIXELS)
    encapsulate(jpeg, PIXELS)
    assert np.abs(colours(dicom_bytes(jpeg), "a.dcm").astype(int) - PIXELS).mean() < 12


def encapsulate(dataset: Any, pixels: NDArray[np.uint8]) -> None:
    from pydicom.encaps import encapsulate as packed

    dataset.PixelData = packed([encoded(pixels, "JPEG", quality=95, subsampling=0)])
    dataset["PixelData"].VR = "OB"
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    dataset.PhotometricInterpretation = "YBR_FULL_422"


def test_a_dicom_palette_is_looked_up() -> None:
    index = np.arange(64 * 64, dtype=np.uint8).reshape(64, 64)
    dataset = dicom(index, PhotometricInterpretation="PALETTE COLOR")
    for colour, table in zip(
        ("Red", "Green", "Blue"), (np.arange(256), np.arange(256)[::-1], np.full(256, 9)), strict=True
    ):
        setattr(dataset, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(dataset, f"{colour}PaletteColorLookupTableData", (table * 257).astype("<u2").tobytes())
    found = colours(dicom_bytes(dataset), "a.dcm")
    assert np.array_equal(found[..., 0], index)
    assert np.array_equal(found[..., 1], 255 - index)
    assert (found[..., 2] == 9).all()


def test_a_dicom_profile_is_applied() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    dataset = rgb(PIXELS, ICCProfile=red_and_green_swapped(srgb))
    found = colours(dicom_bytes(dataset), "a.dcm").astype(int)
    assert np.abs(found - PIXELS[..., [1, 0, 2]]).max() <= 2


def test_the_buffer_is_interleaved_and_the_image_knows_its_channels() -> None:
    buffer = prepare(encoded(PIXELS), "a.png", COLOUR)
    assert not isinstance(buffer, Refusal)
    assert buffer.pixels == PIXELS.tobytes()
    image = Image.in_canvas(COLOUR, buffer.digest)
    assert (image.channels, image.buffer_bytes, image.canvas.shape) == (3, 64 * 64 * 3, (64, 64, 3))


def test_colours_are_resampled_channel_by_channel_as_greys_are() -> None:
    large = coloured(5, side=128)
    buffer = prepare(encoded(large), "a.png", COLOUR)
    red = prepare(encoded(np.ascontiguousarray(large[..., 0])), "a.png", SQUARE)
    assert not isinstance(buffer, Refusal)
    assert not isinstance(red, Refusal)
    found = np.frombuffer(buffer.pixels, np.uint8).reshape(64, 64, 3)
    assert np.array_equal(found[..., 0], np.frombuffer(red.pixels, np.uint8).reshape(64, 64))
