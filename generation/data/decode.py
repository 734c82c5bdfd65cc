"""One file to one grey 16-bit square; anything else is refused with the file's name."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from PIL.Image import DecompressionBombError

from generation.errors import DatasetError

Grey = NDArray[np.uint16]


#: A quarter of the 16-bit range: images of which none is brighter hold 14 bit or less.
_DARK = 2**14
_GREY_MODES = {"1", "L", "P"}


def is_dicom(path: Path) -> bool:
    """Whether the head of a file says so, whatever its name."""
    try:
        with path.open("rb") as file:
            return file.read(132)[128:] == b"DICM"
    except OSError:
        return False


def read_grey(path: Path) -> Grey:
    """The pixels of a PNG, TIFF, JPEG or DICOM file on the full range of 16 bit."""
    try:
        if path.suffix.lower() in {".dcm", ".dicom"} or is_dicom(path):
            return _read_dicom(path)
        with Image.open(path) as image:
            if getattr(image, "n_frames", 1) != 1:
                raise DatasetError(f"{path} holds several images. Save each in a file of its own.")
            image.load()
            return _grey_of(image, path)
    except (UnidentifiedImageError, DecompressionBombError, OSError, SyntaxError) as error:
        raise DatasetError(
            f"{path} cannot be read as an image: {str(error).rstrip('.')}. Replace or remove it."
        ) from error


def _grey_of(image: Image.Image, path: Path) -> Grey:
    if image.mode.startswith("I"):
        pixels = np.asarray(image)
        if pixels.min() < 0 or pixels.max() > 65535:
            raise DatasetError(f"{path} has values beyond 16 bit. Save it with 8 or 16 bit.")
        return pixels.astype(np.uint16)
    if image.mode == "F":
        raise DatasetError(f"{path} has fractions as values. Save it with 8 or 16 bit.")
    if image.mode not in _GREY_MODES or (image.mode == "P" and _palette_is_coloured(image)):
        raise DatasetError(
            f"{path} is a colour image ({image.mode}); radiographs have one grey channel. "
            "Convert it to grey first."
        )
    return np.asarray(image.convert("L"), np.uint16) * 257


def _palette_is_coloured(image: Image.Image) -> bool:
    shown = np.asarray(image.convert("RGB"))
    return bool((shown != shown[..., :1]).any())


def _read_dicom(path: Path) -> Grey:
    import pydicom
    from pydicom.errors import InvalidDicomError
    from pydicom.pixels.processing import apply_modality_lut

    import generation.data.jpeg  # noqa: F401  (decoders for pydicom)

    try:
        header = pydicom.dcmread(path)
        pixels = np.asarray(apply_modality_lut(header.pixel_array, header), np.float64)
        kind = str(header.PhotometricInterpretation)
    except (
        InvalidDicomError,
        AttributeError,
        LookupError,
        NotImplementedError,
        RuntimeError,
        TypeError,
        ValueError,
    ) as error:
        raise DatasetError(f"{path} cannot be read as DICOM: {error}. Replace or remove it.") from error
    if pixels.ndim != 2 or not kind.startswith("MONOCHROME"):
        raise DatasetError(f"{path} is no single grey image ({kind}). Remove it.")
    span = float(np.ptp(pixels))
    shown = (pixels - pixels.min()) / (span or 1.0)
    if kind == "MONOCHROME1":
        shown = 1.0 - shown
    grey: Grey = np.round(shown * 65535).astype(np.uint16)
    return grey


def refuse_darkness(brightest: int, where: str) -> None:
    """12 bit stored in 16 is common, and all of it would be black to a network."""
    if brightest < _DARK:
        raise DatasetError(
            f"the brightest pixel of all images in {where} is {brightest} of 65535: they are stored in more "
            "bits than they have. Stretch them all by the same factor, so that they use the whole range."
        )


def fit_square(pixels: Grey, size: int) -> Grey:
    """The middle square, resampled to `size` with Lanczos; untouched where it fits already."""
    short = min(pixels.shape)
    top, left = (pixels.shape[0] - short) // 2, (pixels.shape[1] - short) // 2
    square = pixels[top : top + short, left : left + short]
    if short == size:
        return square
    resized = Image.fromarray(square.astype(np.float32)).resize((size, size), Image.Resampling.LANCZOS)
    grey: Grey = np.round(np.clip(np.asarray(resized), 0, 65535)).astype(np.uint16)
    return grey


def pad_square(pixels: Grey) -> Grey:
    """The whole image in the middle of a square, the rest at its darkest value."""
    side = max(pixels.shape)
    square = np.full((side, side), pixels.min(), np.uint16)
    top, left = (side - pixels.shape[0]) // 2, (side - pixels.shape[1]) // 2
    square[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    return square
