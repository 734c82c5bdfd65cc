"""JPEG and JPEG-LS pixels of DICOM files: exact where they are lossless, refused where they are damaged."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.encaps import encapsulate
from pydicom.uid import (
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
)

import generation.data.jpeg
import readerstudy.imaging.jpeg
from generation.data.decode import read_grey
from readerstudy.imaging.decode import decode
from readerstudy.imaging.errors import ImagingError
from tests.readerstudy.imaging.phantoms import dicom, dicom_bytes, phantom

Encoder = Callable[[NDArray[Any], int], bytes]


def jpeg(**options: Any) -> Encoder:
    return lambda pixels, bits: imagecodecs.jpeg8_encode(pixels, bitspersample=bits, **options)


def jpeg_ls(level: int) -> Encoder:
    return lambda pixels, bits: imagecodecs.jpegls_encode(pixels, level=level)


LOSSLESS = [
    (JPEGLosslessSV1, jpeg(lossless=True, predictor=1)),
    (JPEGLossless, jpeg(lossless=True, predictor=4)),
    (JPEGLSLossless, jpeg_ls(0)),
]
LOSSY = [
    (JPEGBaseline8Bit, jpeg(level=90), 8, 0.02),
    (JPEGExtended12Bit, jpeg(level=90), 12, 0.02),
    (JPEGLSNearLossless, jpeg_ls(2), 16, 2 / 65535),
]


def pixels_of(bits: int) -> NDArray[Any]:
    whole = phantom() - phantom().min()
    return np.asarray(whole / whole.max() * ((1 << bits) - 1)).astype(np.uint8 if bits == 8 else np.uint16)


def file_of(pixels: NDArray[Any], code: bytes, syntax: str, bits: int) -> bytes:
    dataset = dicom(pixels, BitsStored=bits)
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PixelData = encapsulate([code])
    dataset["PixelData"].is_undefined_length = True
    return dicom_bytes(dataset)


@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize(("syntax", "encode"), LOSSLESS)
def test_lossless_pixels_arrive_unchanged(syntax: str, encode: Encoder, bits: int, tmp_path: Path) -> None:
    pixels = pixels_of(bits)
    data = file_of(pixels, encode(pixels, bits), syntax, bits)
    decoded = decode(data, name="image.dcm")
    assert np.array_equal(decoded.levels, pixels)
    assert decoded.facts["lossy"] is False
    (tmp_path / "image.dcm").write_bytes(data)
    assert np.array_equal(read_grey(tmp_path / "image.dcm"), np.round(pixels / pixels.max() * 65535))


@pytest.mark.parametrize(("syntax", "encode", "bits", "most"), LOSSY)
def test_lossy_pixels_arrive_nearly_unchanged(syntax: str, encode: Encoder, bits: int, most: float) -> None:
    pixels = pixels_of(bits)
    decoded = decode(file_of(pixels, encode(pixels, bits), syntax, bits), name="image.dcm")
    assert np.abs(decoded.levels.astype(int) - pixels).mean() <= most * ((1 << bits) - 1)
    assert decoded.facts["lossy"] is True


@pytest.mark.parametrize(("syntax", "encode"), LOSSLESS)
def test_pixels_that_break_off_are_filled_or_refused(syntax: str, encode: Encoder) -> None:
    pixels = pixels_of(12)
    code = encode(pixels, 12)
    for length in (40, len(code) // 2, len(code) - 3):
        try:
            decoded = decode(file_of(pixels, code[:length], syntax, 12), name="image.dcm")
        except ImagingError:
            continue
        assert decoded.levels.shape == pixels.shape


def test_a_jpeg_ls_file_that_breaks_off_is_refused_instead_of_searched_for_ever() -> None:
    pixels = pixels_of(16)
    code = imagecodecs.jpegls_encode(pixels)
    with pytest.raises(ImagingError):
        decode(file_of(pixels, code[: len(code) // 2], JPEGLSLossless, 16), name="image.dcm")


@pytest.mark.parametrize(("syntax", "encode"), LOSSLESS)
def test_data_of_another_size_than_the_header_says_are_refused(syntax: str, encode: Encoder) -> None:
    pixels = pixels_of(12)
    code = encode(np.ascontiguousarray(pixels[:-8]), 12)
    with pytest.raises(ImagingError):
        decode(file_of(pixels, code, syntax, 12), name="image.dcm")


def test_a_jpeg_that_breaks_a_rule_of_the_standard_is_read() -> None:
    sample = Path(pydicom.__file__).parent / "data" / "test_files" / "JPEG-lossy.dcm"
    assert decode(sample.read_bytes(), name="sample.dcm").levels.max() > 0


def test_imaging_and_generation_decode_with_the_same_module() -> None:
    ours, theirs = (
        Path(str(module.__file__)).read_bytes() for module in (readerstudy.imaging.jpeg, generation.data.jpeg)
    )
    assert ours == theirs
