"""DICOM in its many clothes: compressed or not, inverted, windowed, rescaled."""

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.utils import pixel_array
from pydicom.uid import JPEG2000, DeflatedExplicitVRLittleEndian, JPEG2000Lossless, RLELossless

from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.decode import decode
from readerstudy.imaging.errors import Coloured, DamagedImage, NotAnImage, SeveralFrames, UnsupportedPixels
from tests.readerstudy.imaging.phantoms import (
    DEEP,
    dicom,
    dicom_bytes,
    eight_bits,
    phantom,
    prepared,
    sixteen_bits,
)

SAMPLES = Path(pydicom.__file__).parent / "data" / "test_files"


def read(dataset: Dataset, canvas: Canvas = DEEP) -> NDArray[Any]:
    return prepared(dicom_bytes(dataset), "image.dcm", canvas)


def test_an_uncompressed_image_arrives_unchanged() -> None:
    pixels = sixteen_bits(phantom())
    assert np.array_equal(read(dicom(pixels)), pixels)


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless])
def test_losslessly_compressed_pixels_arrive_unchanged(syntax: str) -> None:
    pixels = sixteen_bits(phantom())
    dataset = dicom(pixels)
    dataset.compress(syntax)
    assert np.array_equal(read(dataset), pixels)


def test_lossy_jpeg_2000_arrives_nearly_unchanged_and_is_noted_as_lossy() -> None:
    pixels = eight_bits(phantom())
    dataset = dicom(pixels)
    dataset.compress(JPEG2000, j2k_cr=[4])
    decoded = decode(dicom_bytes(dataset), name="image.dcm")
    assert decoded.facts["lossy"] is True
    assert np.abs(decoded.levels.astype(int) - pixels).mean() < 3


@pytest.mark.parametrize(
    "name",
    [
        "MR_small_RLE.dcm",
        "MR_small_jpeg_ls_lossless.dcm",
        "MR_small_jp2klossless.dcm",
        "MR_small_bigendian.dcm",
        "MR_small_implicit.dcm",
    ],
)
def test_the_same_image_in_every_transfer_syntax_gives_the_same_buffer(name: str) -> None:
    canvas = Canvas(width=64, height=64, bits=16)
    plain = prepared((SAMPLES / "MR_small.dcm").read_bytes(), "plain.dcm", canvas)
    other = prepared((SAMPLES / name).read_bytes(), name, canvas)
    assert np.array_equal(plain, other)


@pytest.mark.parametrize("name", ["JPGExtended.dcm", "JPEG2000.dcm"])
def test_lossy_transfer_syntaxes_are_decoded_as_pydicom_decodes_them(name: str) -> None:
    decoded = decode((SAMPLES / name).read_bytes(), name=name)
    stored = pixel_array(SAMPLES / name).astype(int)
    assert np.array_equal(decoded.levels, stored - min(int(stored.min()), 0))


def test_monochrome1_is_inverted() -> None:
    pixels = sixteen_bits(phantom())
    inverted = dicom(65535 - pixels, PhotometricInterpretation="MONOCHROME1")
    assert np.array_equal(read(inverted), pixels)


def test_twelve_stored_bits_use_the_whole_range() -> None:
    picture = phantom()
    arrived = read(dicom(np.rint(picture * 4095).astype(np.uint16), BitsStored=12))
    assert np.abs(arrived / 65535 - picture).max() < 1 / 4095


def test_a_linear_window_follows_the_standard() -> None:
    """PS3.3 C.11.2.1.2.1: ((x - (c - 0.5)) / (w - 1) + 0.5), from black to white."""
    pixels = np.tile(np.arange(64, dtype=np.uint16) * 16, (64, 1))
    arrived = read(dicom(pixels, BitsStored=12, WindowCenter=512, WindowWidth=257))
    expected = np.clip((np.arange(64) * 16 - 511.5) / 256 + 0.5, 0, 1)
    exact = (expected == 0) | (expected == 1)
    assert np.array_equal(arrived[0][exact] / 65535, expected[exact])
    # Between them, a level is spread over the greys that it stands for.
    assert np.abs(arrived[:, ~exact].mean(axis=0) / 65535 - expected[~exact]).max() < 0.02


def test_rescale_comes_before_the_window() -> None:
    pixels = (sixteen_bits(phantom()) >> 4).astype(np.uint16)
    plain = decode(
        dicom_bytes(dicom(pixels, BitsStored=12, WindowCenter=2048, WindowWidth=2000)), name="a.dcm"
    )
    shifted = decode(
        dicom_bytes(
            dicom(
                pixels,
                BitsStored=12,
                RescaleSlope="2",
                RescaleIntercept="-1000",
                WindowCenter=3095.5,
                WindowWidth=3999,
            )
        ),
        name="a.dcm",
    )
    assert np.allclose(plain.greys, shifted.greys, atol=1e-6)


def test_one_wide_window_maps_hounsfield_units_to_shares_of_the_canvas() -> None:
    """As the reference page says: -1000 to 3000 HU, so that 40 HU is at 0.26 and 500 HU at 0.375."""
    stored = np.array([1064, 1524, 424], dtype=np.uint16)
    dataset = dicom(
        np.tile(stored, (64, 22))[:, :64],
        BitsStored=12,
        RescaleSlope="1",
        RescaleIntercept="-1024",
        WindowCenter=1000,
        WindowWidth=4000,
    )
    greys = decode(dicom_bytes(dataset), name="a.dcm").greys
    assert greys[stored] == pytest.approx([0.26, 0.375, 0.1], abs=0.0005)


def test_a_sigmoid_window_is_grey_in_its_middle() -> None:
    pixels = np.tile(np.arange(64, dtype=np.uint16), (64, 1))
    dataset = dicom(pixels, WindowCenter=32, WindowWidth=16, VOILUTFunction="SIGMOID")
    greys = decode(dicom_bytes(dataset), name="a.dcm").greys
    assert greys[32] == pytest.approx(0.5)
    assert greys[36] == pytest.approx(1 / (1 + np.exp(-1)), abs=1e-6)


def test_a_look_up_table_is_applied() -> None:
    table = Dataset()
    table.LUTDescriptor = [256, 0, 16]
    table.LUTData = (np.arange(256, dtype="<u2") ** 2 // 2).tobytes()
    table["LUTDescriptor"].VR, table["LUTData"].VR = "US", "OW"
    pixels = eight_bits(phantom())
    greys = decode(dicom_bytes(dicom(pixels, VOILUTSequence=[table])), name="a.dcm").greys
    assert greys[200] == pytest.approx((200**2 // 2) / 65535)


def test_signed_pixels_without_a_window_run_from_the_darkest_to_the_brightest() -> None:
    pixels = (sixteen_bits(phantom()).astype(np.int32) - 32768).astype(np.int16)
    decoded = decode(dicom_bytes(dicom(pixels)), name="a.dcm")
    grey = decoded.greys[decoded.levels]
    assert (grey.min(), grey.max()) == (0, 1)


def test_the_patient_is_known_for_grouping_and_nothing_else_of_the_header_comes_out() -> None:
    decoded = decode(dicom_bytes(dicom(eight_bits(phantom()), IssuerOfPatientID="ward")), name="a.dcm")
    assert decoded.patient == "ward/CANARY-4711"
    assert decoded.facts == {"container": "DICOM", "bits": 8, "width": 64, "height": 64, "lossy": False}


def test_several_frames_are_refused_by_name() -> None:
    frames = np.stack([eight_bits(phantom())] * 3)
    dataset = dicom(frames[0], NumberOfFrames=3, PixelData=frames.tobytes())
    with pytest.raises(SeveralFrames, match="holds 3 frames"):
        decode(dicom_bytes(dataset), name="a.dcm")


def test_colour_is_refused_by_name() -> None:
    with pytest.raises(Coloured, match="colour image"):
        decode((SAMPLES / "SC_rgb_jpeg.dcm").read_bytes(), name="a.dcm")
    with pytest.raises(Coloured, match="PALETTE COLOR"):
        decode((SAMPLES / "examples_palette.dcm").read_bytes(), name="a.dcm")


def test_a_report_without_pixels_is_refused() -> None:
    with pytest.raises(NotAnImage, match="holds no picture"):
        decode((SAMPLES / "reportsi.dcm").read_bytes(), name="a.dcm")


def test_truncated_pixels_are_refused() -> None:
    whole = dicom_bytes(dicom(sixteen_bits(phantom())))
    with pytest.raises(DamagedImage):
        decode(whole[:-1000], name="a.dcm")
    dataset = dicom(sixteen_bits(phantom()))
    dataset.compress(RLELossless)
    with pytest.raises(DamagedImage):
        decode(dicom_bytes(dataset)[:-1500], name="a.dcm")


def test_a_deflated_file_is_refused_before_it_is_unpacked() -> None:
    dataset = dicom(eight_bits(phantom()))
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    with pytest.raises(UnsupportedPixels, match="deflated as a whole"):
        decode(dicom_bytes(dataset), name="a.dcm")


def test_a_deflated_file_cannot_hide_that_behind_a_long_header() -> None:
    dataset = dicom(eight_bits(phantom()))
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    dataset.file_meta.FileMetaInformationVersion = b"\0\1" * 4_000
    with pytest.raises(UnsupportedPixels, match="deflated as a whole"):
        decode(dicom_bytes(dataset), name="a.dcm")


def test_empty_window_tags_count_as_missing() -> None:
    pixels = sixteen_bits(phantom())
    assert np.array_equal(read(dicom(pixels, WindowCenter=None, WindowWidth="")), pixels)


def test_of_several_windows_the_first_is_taken() -> None:
    pixels = eight_bits(phantom())
    first = dicom(pixels, WindowCenter=["100", "20"], WindowWidth=["50", "10"])
    only = dicom(pixels, WindowCenter=100, WindowWidth=50)
    assert np.array_equal(read(first), read(only))


def test_overlays_above_the_stored_bits_are_masked() -> None:
    pixels = sixteen_bits(phantom()) >> 4
    with_overlay = pixels | np.uint16(0x8000)
    assert np.array_equal(read(dicom(with_overlay, BitsStored=12)), read(dicom(pixels, BitsStored=12)))


def test_an_impossible_window_is_refused() -> None:
    dataset = dicom(eight_bits(phantom()), WindowCenter=100, WindowWidth=0)
    with pytest.raises(UnsupportedPixels, match="window width is 0"):
        decode(dicom_bytes(dataset), name="a.dcm")
