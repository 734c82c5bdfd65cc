"""Pictures with the texture of a radiograph, and files made of them."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.errors import Refusal
from readerstudy.imaging.normalise import prepare

SQUARE = Canvas(width=64, height=64, bits=8)
DEEP = Canvas(width=64, height=64, bits=16)


def phantom(seed: int = 0, *, height: int = 64, width: int = 64, noise: float = 0.02) -> NDArray[np.float64]:
    """A bright shaft in soft tissue with noise, between 0 and 1, without pure black and pure white."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    middle, breadth = rng.uniform(0.4, 0.6), rng.uniform(0.08, 0.15)
    shaft = np.exp(-(((x - middle - 0.1 * (y - 0.5)) / breadth) ** 2))
    tissue = np.exp(-(((x - 0.5) / 0.35) ** 4)) * (0.7 + 0.3 * y)
    picture = 0.1 + 0.35 * tissue + 0.35 * shaft + rng.normal(0, noise, (height, width))
    clipped: NDArray[np.float64] = np.clip(picture, 0.02, 0.98)
    return clipped


def prepared(data: bytes, name: str, canvas: Canvas) -> NDArray[Any]:
    """The pixels of the buffer that a file becomes, or its refusal raised."""
    buffer = prepare(data, name, canvas)
    if isinstance(buffer, Refusal):
        raise buffer
    pixels = np.frombuffer(buffer.pixels or b"", dtype=canvas.dtype)
    return pixels.reshape(canvas.height, canvas.width)


def eight_bits(picture: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.rint(picture * 255).astype(np.uint8)


def sixteen_bits(picture: NDArray[np.float64]) -> NDArray[np.uint16]:
    return np.rint(picture * 65535).astype(np.uint16)


def coloured(seed: int = 0, *, side: int = 64, noise: float = 0.02) -> NDArray[np.uint8]:
    """A dark round spot on skin, with noise of its own in each channel."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    spot = 1 / (1 + np.exp((np.hypot(x, y) - rng.uniform(0.3, 0.6)) * 12))[..., None]
    skin = np.array([0.86, 0.70, 0.60]) * rng.uniform(0.8, 1.05) * (1 - 0.1 * (x + y)[..., None] / 2)
    picture = skin * (1 - spot) + np.array([0.35, 0.22, 0.16]) * spot + rng.normal(0, noise, (side, side, 3))
    return eight_bits(np.clip(picture, 0.02, 0.98))


def encoded(pixels: NDArray[Any], kind: str = "PNG", **options: Any) -> bytes:
    out = BytesIO()
    PIL.Image.fromarray(pixels).save(out, format=kind, **options)
    return out.getvalue()


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def write_png(folder: Path, name: str, seed: int) -> Path:
    return write(folder, name, encoded(eight_bits(phantom(seed))))


def dicom(pixels: NDArray[Any], **tags: Any) -> Dataset:
    """A secondary capture of 8 or 16 bits; tags replace what is there."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset.SOPClassUID = SecondaryCaptureImageStorage
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID
    dataset.PatientName, dataset.PatientID = "Canary^Carla", "CANARY-4711"
    dataset.Modality = "DX"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = pixels.dtype.itemsize * 8
    dataset.BitsStored = dataset.BitsAllocated
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    dataset.PixelData = pixels.tobytes()
    for name, value in tags.items():
        setattr(dataset, name, value)
    if "BitsStored" in tags:
        dataset.HighBit = tags["BitsStored"] - 1
    return dataset


def dicom_bytes(dataset: Dataset) -> bytes:
    out = BytesIO()
    pydicom.dcmwrite(out, dataset, enforce_file_format=True)
    return out.getvalue()
