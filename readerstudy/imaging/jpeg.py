"""Decode JPEG and JPEG-LS pixels of DICOM files with imagecodecs: importing this makes pydicom use it.

Only libraries that survive damaged files are used: docs/decisions/0040-decoders-of-dicom-pixels.md. The same
module is in imaging and in generation, which do not know each other; a test holds the two together.
"""

import imagecodecs
from pydicom.pixels.decoders.base import DecodeRunner, get_decoder
from pydicom.uid import (
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
)

LOSSLESS = (JPEGLossless, JPEGLosslessSV1)
JPEG_LS = (JPEGLSLossless, JPEGLSNearLossless)
#: The interface of a plugin: what each transfer syntax needs.
DECODER_DEPENDENCIES = dict.fromkeys(
    (JPEGBaseline8Bit, JPEGExtended12Bit, *LOSSLESS, *JPEG_LS), ("imagecodecs",)
)
#: Markers of a frame header: baseline, extended, lossless, JPEG-LS.
_FRAMES = {0xC0, 0xC1, 0xC3, 0xF7}
#: Without this marker CharLS searches on for ever in data that break off.
_END = b"\xff\xd9"


def is_available(syntax: str) -> bool:
    return syntax in DECODER_DEPENDENCIES


def decode_frame(code: bytes, runner: DecodeRunner) -> bytearray:
    """Return the samples of one frame, colour by pixel."""
    coloured = runner.samples_per_pixel > 1
    if coloured and runner.transfer_syntax not in (*LOSSLESS, *JPEG_LS):
        raise NotImplementedError("Colours of lossy JPEG are left to Pillow, which knows their spaces.")
    if _dimensions(code) != (runner.rows, runner.columns):
        # A damaged header may claim any size, which would take all time and memory.
        raise ValueError(f"The JPEG data are not of {runner.columns} × {runner.rows} pixels.")
    if runner.transfer_syntax in JPEG_LS:
        samples = imagecodecs.jpegls_decode(code + _END)
    elif coloured:
        samples = imagecodecs.jpeg8_decode(code, colorspace="RGB", outcolorspace="RGB")
    else:
        samples = imagecodecs.jpeg8_decode(code)
    runner.set_option("planar_configuration", 0)
    runner.set_option("bits_allocated", 8 * samples.itemsize)
    return bytearray(samples.tobytes())


def _dimensions(code: bytes) -> tuple[int, int] | None:
    """Return rows and columns by the frame header, or None where there is none."""
    at = 2
    while at + 9 <= len(code) and code[at] == 0xFF:
        if code[at + 1] in _FRAMES:
            return int.from_bytes(code[at + 5 : at + 7]), int.from_bytes(code[at + 7 : at + 9])
        at += 1 if code[at + 1] == 0xFF else 2 + int.from_bytes(code[at + 2 : at + 4])
    return None


for _syntax in DECODER_DEPENDENCIES:
    if "imagecodecs" not in get_decoder(_syntax).available_plugins:
        get_decoder(_syntax).add_plugin("imagecodecs", (__name__, "decode_frame"))
