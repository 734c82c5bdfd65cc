"""DICOM: pixels through pydicom, their meaning as a table of greys, and the patient for grouping only."""

import warnings
from io import BytesIO
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_modality_lut
from pydicom.pixels.utils import pixel_array

import readerstudy.imaging.jpeg  # noqa: F401  (decoders for pydicom)
from readerstudy.imaging.decode import Decoded, Greys, Levels, require_size, white_of
from readerstudy.imaging.errors import (
    Coloured,
    DamagedImage,
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


def decode_dicom(data: bytes) -> Decoded:
    if DEFLATED in data:
        raise UnsupportedPixels(
            "The DICOM file is deflated as a whole, which is not accepted. "
            "Save it uncompressed or with JPEG 2000 lossless pixels."
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom warns of every breach of the standard it can live with
        dataset = _read(data)
        _judge(dataset)
        return _decoded(dataset, _stored(dataset))


def _read(data: bytes) -> Dataset:
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


def _judge(dataset: Dataset) -> None:
    require_size(int(dataset.Columns), int(dataset.Rows))
    frames = int(dataset.get("NumberOfFrames", 1) or 1)
    if frames != 1:
        raise SeveralFrames(f"The DICOM file holds {frames} frames. Save each one as a file of its own.")
    if int(dataset.get("SamplesPerPixel", 1)) != 1:
        raise Coloured(
            f"The DICOM file is a colour image ({dataset.get('PhotometricInterpretation', '')}). "
            "Only MONOCHROME1 and MONOCHROME2 are accepted."
        )
    photometric = str(dataset.get("PhotometricInterpretation", ""))
    if photometric not in ("MONOCHROME1", "MONOCHROME2"):
        raise Coloured(
            f"The photometric interpretation is {photometric or 'missing'}; "
            "MONOCHROME1 and MONOCHROME2 are accepted."
        )
    if "PixelData" not in dataset:
        raise UnsupportedPixels("The DICOM file has no integer pixels. Export it as a plain grey image.")


def _stored(dataset: Dataset) -> NDArray[Any]:
    stored: NDArray[Any] = pixel_array(dataset)
    bits = int(dataset.get("BitsStored", 16))
    if not int(dataset.get("PixelRepresentation", 0)) and bits < int(dataset.BitsAllocated):
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
    levels: Levels = stored.astype(np.uint16) - np.uint16(offset % 65536)
    # Every level that occurs, as the stored value it stands for: all that follows is done to this table.
    values = np.arange(offset, highest + 1, dtype=np.int64)
    greys = _greys(dataset, values, lowest, highest)
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        greys = np.float32(1) - greys
    bits = int(dataset.get("BitsStored", 16))
    facts = {
        "container": "DICOM",
        "bits": 12 if bits > 12 and highest <= 4095 else bits,
        "width": levels.shape[1],
        "height": levels.shape[0],
        "lossy": str(dataset.file_meta.TransferSyntaxUID) in LOSSY,
        **marks_of_dicom(dataset),
    }
    return Decoded(levels=levels, greys=greys, patient=_patient(dataset), facts=facts)


def _patient(dataset: Dataset) -> str:
    identifier = str(dataset.get("PatientID", "") or "").strip()
    issuer = str(dataset.get("IssuerOfPatientID", "") or "").strip()
    return f"{issuer}/{identifier}" if identifier and issuer else identifier


def _greys(dataset: Dataset, values: NDArray[np.int64], lowest: int, highest: int) -> Greys:
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
