"""DICOM: pixels through pydicom, their meaning as a table of greys, and the patient for grouping only.

Of several frames is `dicom_frames`.
"""

import warnings
from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut
from pydicom.pixels.utils import pixel_array

import readerstudy.imaging.jpeg  # noqa: F401  (decoders for pydicom)
from readerstudy.imaging.colour import Colours, in_srgb
from readerstudy.imaging.decode import Decoded, Greys, Levels, require_size, white_of
from readerstudy.imaging.errors import (
    Coloured,
    DamagedImage,
    NoColour,
    NotAnImage,
    OutOfRange,
    SeveralFrames,
    UnsupportedPixels,
)
from readerstudy.imaging.marks import marks_of_dicom

# Its length after unpacking is not known before it has been unpacked, which a bomb would use.
DEFLATED = b"1.2.840.10008.1.2.1.99"
LOSSY = (
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.51",
    "1.2.840.10008.1.2.4.81",
    "1.2.840.10008.1.2.4.91",
    "1.2.840.10008.1.2.4.203",
)


MONOCHROME = ("MONOCHROME1", "MONOCHROME2")


def decode_dicom(data: bytes, *, colour: bool = False) -> Decoded:
    # pydicom warns of every breach of the standard it can live with.
    with warnings.catch_warnings(action="ignore"):
        dataset = read_dataset(data)
        judge(dataset, colour=colour)
        frames = frames_of(dataset)
        if frames != 1:
            raise SeveralFrames(f"The DICOM file holds {frames} frames. {SeveralFrames.REMEDY}")
        if colour:
            return _coloured(dataset, pixel_array(dataset))
        return _decoded(dataset, stored_values(dataset, pixel_array(dataset)))


def read_dataset(data: bytes) -> Dataset:
    if DEFLATED in data:
        raise UnsupportedPixels(
            "The DICOM file is deflated as a whole, which is not accepted. "
            "Save it uncompressed or with JPEG 2000 lossless pixels."
        )
    dataset = pydicom.dcmread(BytesIO(data), force=data[128:132] != b"DICM")
    if data[128:132] == b"DICM" and not len(dataset):
        raise DamagedImage  # where a file breaks off within its pixels, pydicom gives up on all of it
    if "Rows" not in dataset or "Columns" not in dataset:
        if data[128:132] != b"DICM":
            raise NotAnImage
        what = dataset.get("Modality", "")
        raise NotAnImage(
            f"The DICOM file{f' of modality {what}' if what else ''} holds no picture, such as a report or a "
            "directory. Leave it out."
        )
    if "TransferSyntaxUID" not in dataset.file_meta:
        dataset.file_meta.TransferSyntaxUID = pydicom.uid.ImplicitVRLittleEndian
    return dataset


def frames_of(dataset: Dataset) -> int:
    return int(dataset.get("NumberOfFrames", 1) or 1)


def judge(dataset: Dataset, *, colour: bool) -> None:
    """Refuse pixels of the wrong kind by the header alone."""
    require_size(int(dataset.Columns), int(dataset.Rows))
    photometric = str(dataset.get("PhotometricInterpretation", ""))
    if "PixelData" not in dataset:
        raise UnsupportedPixels("The DICOM file has no integer pixels. Export it as a plain image.")
    if colour:
        _judge_colour(dataset, photometric)
    else:
        _judge_grey(dataset, photometric)


def _judge_colour(dataset: Dataset, photometric: str) -> None:
    if photometric in MONOCHROME:
        raise NoColour(f"The DICOM file is {photometric}, and the study is in colour. Leave it out.")
    if photometric != "PALETTE COLOR" and int(dataset.get("BitsAllocated", 8)) != 8:
        raise UnsupportedPixels("The DICOM file has more than 8 bits in several channels. Export it with 8.")


def _judge_grey(dataset: Dataset, photometric: str) -> None:
    if int(dataset.get("SamplesPerPixel", 1)) != 1:
        raise Coloured(
            f"The DICOM file is a colour image ({dataset.get('PhotometricInterpretation', '')}). "
            "A grey study accepts MONOCHROME1 and MONOCHROME2; convert it to grey, or set "
            'mode = "colour" in [canvas].'
        )
    if photometric not in MONOCHROME:
        raise Coloured(
            f"The photometric interpretation is {photometric or 'missing'}; "
            "MONOCHROME1 and MONOCHROME2 are accepted."
        )


def stored_values(dataset: Dataset, stored: NDArray[Any]) -> NDArray[Any]:
    """The values of one frame as the device stored them."""
    bits = int(dataset.get("BitsStored", 16))
    unsigned = not int(dataset.get("PixelRepresentation", 0)) and bits < int(dataset.BitsAllocated)
    if unsigned and int(stored.max()) >> bits:
        # Old devices keep overlays in the bits above.
        stored = stored & ((1 << bits) - 1)
    return stored


def _decoded(dataset: Dataset, stored: NDArray[Any]) -> Decoded:
    if stored.ndim != 2:
        raise DamagedImage
    lowest, highest = int(stored.min()), int(stored.max())
    if highest - min(lowest, 0) > 65535:
        raise OutOfRange(f"The stored values run from {lowest} to {highest}; 65,536 of them are accepted.")
    offset = min(lowest, 0)
    # Two's complement: what wraps around in 16 bits is right again after the subtraction.
    levels: Levels = stored.astype(np.uint16, copy=False)
    if offset:
        levels = levels - np.uint16(offset % 65536)
    # Every level that occurs, as the stored value it stands for: all that follows is done to this table.
    values = np.arange(offset, highest + 1, dtype=np.int64)
    greys = greys_of(dataset, values, lowest, highest)
    bits = int(dataset.get("BitsStored", 16))
    facts = {**facts_of(dataset), "bits": 12 if bits > 12 and highest <= 4095 else bits}
    return Decoded(
        levels=levels, greys=greys, patient=patient_of(dataset), facts=facts, spacing_mm=spacing_of(dataset)
    )


def facts_of(dataset: Dataset) -> dict[str, Any]:
    return {
        "container": "DICOM",
        "bits": int(dataset.get("BitsStored", 16)),
        "width": int(dataset.Columns),
        "height": int(dataset.Rows),
        "lossy": str(dataset.file_meta.TransferSyntaxUID) in LOSSY,
        **marks_of_dicom(dataset),
    }


def spacing_of(dataset: Dataset) -> tuple[float, float] | None:
    """Millimetres between rows and between columns; of radiographs as calibrated, else at the detector."""
    for name in ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing"):
        given = dataset.get(name)
        if given is not None and len(given) == 2 and all(0 < float(value) < 1000 for value in given):
            return float(given[0]), float(given[1])
    return None


def _coloured(dataset: Dataset, pixels: NDArray[Any]) -> Decoded:
    levels = colours_in(dataset, pixels)
    greys: Greys = np.arange(256, dtype=np.float32) / np.float32(255)
    facts = {**facts_of(dataset), "bits": 8, "profiled": "ICCProfile" in dataset}
    return Decoded(
        levels=levels, greys=greys, patient=patient_of(dataset), facts=facts, spacing_mm=spacing_of(dataset)
    )


def colours_in(dataset: Dataset, pixels: NDArray[Any]) -> Colours:
    """One frame in sRGB: pydicom has made RGB of YBR already, palettes and profiles are applied here."""
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        looked_up = apply_color_lut(pixels, dataset)
        pixels = looked_up if looked_up.dtype == np.uint8 else (looked_up >> 8).astype(np.uint8)
    if pixels.ndim != 3 or pixels.shape[2] != 3:
        raise DamagedImage
    picture = PIL.Image.fromarray(np.ascontiguousarray(pixels, dtype=np.uint8))
    return np.asarray(in_srgb(picture, _profile(dataset)))


def _profile(dataset: Dataset) -> bytes | None:
    paths = dataset.get("OpticalPathSequence") or [dataset]
    profile: bytes | None = dataset.get("ICCProfile") or paths[0].get("ICCProfile")
    return profile


def patient_of(dataset: Dataset) -> str:
    identifier = str(dataset.get("PatientID", "") or "").strip()
    issuer = str(dataset.get("IssuerOfPatientID", "") or "").strip()
    return f"{issuer}/{identifier}" if identifier and issuer else identifier


def greys_of(dataset: Dataset, values: NDArray[np.int64], lowest: int, highest: int) -> Greys:
    """What each stored value looks like, by the window of the file and its photometric interpretation."""
    greys = _upright(dataset, values, lowest, highest)
    return np.float32(1) - greys if dataset.PhotometricInterpretation == "MONOCHROME1" else greys


def _upright(dataset: Dataset, values: NDArray[np.int64], lowest: int, highest: int) -> Greys:
    modality = np.asarray(apply_modality_lut(_as_pixels(values, dataset), dataset), dtype=np.float64)
    if dataset.get("VOILUTSequence"):
        return _looked_up(dataset.VOILUTSequence[0], modality)
    center, width = _first(dataset.get("WindowCenter")), _first(dataset.get("WindowWidth"))
    if center is not None and width is not None:
        return _windowed(dataset, modality, center, width)
    if lowest < 0:
        low, high = modality[0], modality[-1]
    else:
        white = white_of(highest, int(dataset.get("BitsStored", 16)))
        low, high = np.asarray(
            apply_modality_lut(_as_pixels(np.array([0, white]), dataset), dataset), dtype=np.float64
        )
    if low == high:
        high = low + 1
    greys: Greys = np.clip((modality - low) / (high - low), 0, 1).astype(np.float32)
    return greys


def _as_pixels(values: NDArray[np.int64], dataset: Dataset) -> NDArray[Any]:
    return values.astype(np.int32 if int(dataset.get("PixelRepresentation", 0)) else np.uint16)


def _looked_up(table: Dataset, values: NDArray[np.float64]) -> Greys:
    """PS3.3 C.11.2.1.1: the entries of the VOI LUT, held constant beyond its ends."""
    length, first, bits = (int(value) for value in table.LUTDescriptor)
    entries = table.LUTData
    if isinstance(entries, bytes):
        entries = np.frombuffer(entries, dtype="<u2" if len(entries) >= 2 * (length or 65536) else "u1")
    looked_up = np.asarray(entries, dtype=np.float64)[
        np.clip(np.rint(values).astype(np.int64) - first, 0, len(entries) - 1)
    ]
    greys: Greys = np.clip(looked_up / float((1 << (bits or 16)) - 1), 0, 1).astype(np.float32)
    return greys


def _windowed(dataset: Dataset, values: NDArray[np.float64], center: float, width: float) -> Greys:
    """PS3.3 C.11.2.1.2 and C.11.2.1.3: the first window, linear, linear exact or sigmoid."""
    function = str(dataset.get("VOILUTFunction", "LINEAR") or "LINEAR").upper()
    if width <= 0 or not np.isfinite([center, width]).all():
        raise UnsupportedPixels(
            f"The window width is {width:g}; it has to be above 0. Correct the DICOM tag."
        )
    if function == "SIGMOID":
        greys = 1 / (1 + np.exp(np.clip(-4 * (values - center) / width, -60, 60)))
    elif function == "LINEAR_EXACT" or width <= 1:
        greys = (values - center) / width + 0.5
    else:
        greys = (values - (center - 0.5)) / (width - 1) + 0.5
    clipped: Greys = np.clip(greys, 0, 1).astype(np.float32)
    return clipped


def _first(value: Any) -> float | None:
    """The first of several numbers, if there is one: tags may be there and empty."""
    if isinstance(value, pydicom.multival.MultiValue):
        value = value[0] if len(value) else None
    return None if value in (None, "") else float(value)
