"""One image to one file: 8- or 16-bit PNG, or a DICOM secondary capture that says it is synthetic."""

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from generation.files import write_whole
from generation.papers import SYNTHETIC, Mark
from generation.sampling.request import Format

_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
#: Synthetic Data, (0008,001C), by number: not every installed dictionary has it.
_SYNTHETIC_DATA = 0x0008001C


def write_image(
    path: Path, image: NDArray[np.float32], kind: Format, facts: Mapping[str, Any], mark: Mark = SYNTHETIC
) -> str:
    """Write a (size, size) image on -1 to 1; answers the SHA-256 of the file."""
    content = encode_image(image, kind, facts, mark)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)
    return hashlib.sha256(content).hexdigest()


def encode_image(
    image: NDArray[np.float32], kind: Format, facts: Mapping[str, Any], mark: Mark = SYNTHETIC
) -> bytes:
    share = (image.astype(np.float64).clip(-1, 1) + 1) / 2
    if kind == "png8":
        return _png(np.round(share * 255).astype(np.uint8), facts, mark)
    grey = np.round(share * 65535).astype(np.uint16)
    return _png(grey, facts, mark) if kind == "png16" else _dicom(grey, facts)


def _png(pixels: NDArray[Any], facts: Mapping[str, Any], mark: Mark) -> bytes:
    """With text chunks that say what the image is: a file keeps its mark when it leaves its manifest."""
    marks = PngInfo()
    marks.add_text("DigitalSourceType", mark.source_type)
    marks.add_text("Description", mark.description)
    marks.add_text("Software", f"readerstudy, checkpoint sha256 {facts['checkpoint_digest']}")
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=6, pnginfo=marks)
    return file.getvalue()


def _patient_id(facts: Mapping[str, Any]) -> str:
    """One patient an image, except where a request shows one through several."""
    return str(facts.get("patient") or f"SYNTHETIC-{facts['index']:08d}")


def _dicom(pixels: NDArray[np.uint16], facts: Mapping[str, Any]) -> bytes:
    """Conversion type SYN is the standard's own word for a synthetic image."""
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import UID, generate_uid

    entropy = [str(facts[name]) for name in ("checkpoint_digest", "request_digest", "index")]
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(_SECONDARY_CAPTURE)
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=entropy)
    meta.TransferSyntaxUID = UID(_EXPLICIT_LITTLE_ENDIAN)
    image = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    image.SOPClassUID, image.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    image.StudyInstanceUID = generate_uid(entropy_srcs=[*entropy[:2], "study"])
    image.SeriesInstanceUID = generate_uid(entropy_srcs=[*entropy[:2], "series"])
    image.PatientName, image.PatientID = "SYNTHETIC^IMAGE", _patient_id(facts)
    image.PatientBirthDate, image.PatientSex = "", ""
    image.StudyDate, image.StudyTime, image.StudyID, image.AccessionNumber = "", "", "", ""
    image.ReferringPhysicianName = ""
    image.Modality, image.ConversionType = "OT", "SYN"
    image.ImageType = ["DERIVED", "SECONDARY"]
    image.add_new(_SYNTHETIC_DATA, "CS", "YES")
    image.SeriesNumber, image.InstanceNumber = 1, int(facts["index"]) + 1
    image.SeriesDescription = "SYNTHETIC: made by a generative model, shows no person"
    seed = f", image seed {facts['seed']}" if facts["seed"] != "" else ""
    image.DerivationDescription = f"checkpoint sha256 {facts['checkpoint_digest']}{seed}"
    image.BurnedInAnnotation = "NO"
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.Rows, image.Columns = pixels.shape
    image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 16, 16, 15, 0
    image.PixelData = pixels.astype("<u2").tobytes()
    file = io.BytesIO()
    image.save_as(file, enforce_file_format=True)
    return file.getvalue()
