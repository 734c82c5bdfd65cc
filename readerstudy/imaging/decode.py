"""Decode a file to grey levels or colours, and nothing else: tags, comments and names are dropped.

Every format comes out the same way: a level for each sample and a table that says which grey, from 0 (black)
to 1 (white), a level stands for. Inversion, windows and look-up tables are changes to the table. Colours are
sRGB, so that their table is always the same.
"""

import warnings
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL import ImageOps

from readerstudy.imaging.colour import colours_of, compression_of, require_opaque
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
    TooMuchMemory,
    TooSmall,
    UnsupportedPixels,
    WrongExtension,
)
from readerstudy.imaging.marks import marks_of_picture
from readerstudy.imaging.tiff_pages import count_pages

MOST_PIXELS = 64_000_000
SHORTEST_SIDE = 16
#: A refusal says how many frames there are, up to this.
MOST_NAMED = 999
# A grey picture saved with JPEG or WebP as colour comes back with channels a few levels apart.
CHROMA_TOLERANCE = 8

Levels = NDArray[np.uint8] | NDArray[np.uint16]
Greys = NDArray[np.float32]

EXTENSIONS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".jpe": "JPEG",
    ".jfif": "JPEG",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".webp": "WEBP",
    ".dcm": "DICOM",
    ".dicom": "DICOM",
    ".ima": "DICOM",
}
NAMES = {"PNG": "PNG", "JPEG": "JPEG", "TIFF": "TIFF", "WEBP": "WebP", "DICOM": "DICOM"}


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """The levels of one image, what they stand for, and how the original was stored.

    `levels` has height and width, and three channels in colour. `spacing_mm` is the height and the width of a
    pixel, where the file says it.
    """

    levels: Levels
    greys: Greys
    patient: str = ""
    spacing_mm: tuple[float, float] | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def decode(data: bytes, *, name: str, colour: bool = False) -> Decoded:
    """Read one image, or raise a refusal. Only the ending of the name is used."""
    if not data:
        raise EmptyFile
    container = recognise(data, name=name)
    try:
        if container == "DICOM":
            from readerstudy.imaging.dicom import decode_dicom  # half a second that PNGs need not wait for

            return decode_dicom(data, colour=colour)
        return _decode_picture(data, container, colour=colour)
    except Refusal:
        raise
    except MemoryError as error:
        raise TooMuchMemory from error
    except Exception as error:
        # Decoders raise whatever they like on hostile bytes; all of it means the same to the user.
        raise DamagedImage from error


def recognise(data: bytes, *, name: str) -> str:
    """The format by the first bytes, which the ending of the name must not contradict."""
    suffix = PurePosixPath(name).suffix.lower()
    promised = EXTENSIONS.get(suffix)
    found = signature(data)
    if found is None:
        if promised == "DICOM" and len(data) > 132:
            return "DICOM"  # old files lack the preamble
        raise NotAnImage
    if promised == found or suffix == "" or (found == "DICOM" and promised is None):
        return found
    raise WrongExtension(
        f"The name ends in {suffix}, but the content is {NAMES[found]}. "
        f"Rename the file to end in {next(e for e, c in EXTENSIONS.items() if c == found)}."
    )


def signature(data: bytes) -> str | None:
    if data[128:132] == b"DICM":
        return "DICOM"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "TIFF"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return None


def require_size(width: int, height: int) -> None:
    """Check the header before any pixel is unpacked."""
    if width * height > MOST_PIXELS:
        raise TooLarge(
            f"The image is {width:,} × {height:,} pixels; at most {MOST_PIXELS // 1_000_000} megapixels are "
            "accepted. Scale it down before the import."
        )
    if min(width, height) < SHORTEST_SIDE:
        raise TooSmall(
            f"The image is {width} × {height} pixels; at least {SHORTEST_SIDE} × {SHORTEST_SIDE} are needed. "
            "Use the full-size original instead of an icon."
        )


def white_of(highest: int, bits_stored: int) -> int:
    """The level of full white: many 16-bit containers hold 12-bit radiographs and do not say so."""
    if bits_stored > 12 and highest <= 4095:
        return 4095
    return (1 << bits_stored) - 1


def ramp(white: int, size: int) -> Greys:
    """The table of levels that grow evenly from black to white."""
    greys: Greys = np.minimum(np.arange(size, dtype=np.float32) / np.float32(white), np.float32(1))
    return greys


def _decode_picture(data: bytes, container: str, *, colour: bool) -> Decoded:
    # Pillow warns of damaged EXIF blocks, which are dropped anyway.
    with warnings.catch_warnings(action="ignore"):
        picture = open_picture(data, container)
        _require_one_frame(picture, data, container)
        lossy = is_lossy(picture, data, container)
        compression = compression_of(picture)
        inverted = is_inverted(picture)
        picture.load()
        marks = marks_of_picture(picture.info)
        profiled = bool(picture.info.get("icc_profile"))
        picture = ImageOps.exif_transpose(picture)
        levels, white = (colours_of(picture), 255) if colour else levels_of(picture)
    greys = ramp(white, 256 if levels.dtype == np.uint8 else 65536)
    facts = {
        "container": container,
        "bits": int(white).bit_length(),
        "width": levels.shape[1],
        "height": levels.shape[0],
        "lossy": lossy,
        **({"profiled": profiled} if colour else {}),
        **compression,
        **marks,
    }
    return Decoded(levels=levels, greys=np.float32(1) - greys if inverted else greys, facts=facts)


def open_picture(data: bytes, container: str) -> PIL.Image.Image:
    """A picture whose header has been judged and of which no pixel has been unpacked."""
    with warnings.catch_warnings(action="ignore"):
        warnings.simplefilter("error", PIL.Image.DecompressionBombWarning)
        try:
            picture: PIL.Image.Image = PIL.Image.open(BytesIO(data), formats=[container])
        except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning) as error:
            raise TooLarge(_claimed_size(str(error))) from error
    require_size(*picture.size)
    _require_no_deep_colour(picture, data, container)
    return picture


def is_inverted(picture: PIL.Image.Image) -> bool:
    """Whether a TIFF counts from white to black, which Pillow turns round for 8 bits alone."""
    return picture.mode.startswith("I;16") and _tag(picture, 262) == 0


def _claimed_size(message: str) -> str:
    digits = [word for word in message.replace("(", " ").split() if word.isdigit()]
    if not digits:
        return ""
    return (
        f"The header claims {int(digits[0]) / 1e6:,.0f} megapixels; at most {MOST_PIXELS // 1_000_000} are "
        "accepted. Scale the image down before the import."
    )


def _tag(picture: PIL.Image.Image, number: int) -> Any:
    return getattr(picture, "tag_v2", {}).get(number)


def _require_one_frame(picture: PIL.Image.Image, data: bytes, container: str) -> None:
    if container == "TIFF":
        frames, what = count_pages(data, most=MOST_NAMED), "pages"
    else:
        frames, what = getattr(picture, "n_frames", 1), "frames"
    if frames != 1:
        number = frames if frames <= MOST_NAMED else f"more than {MOST_NAMED}"
        raise SeveralFrames(f"The file holds {number} {what}. {SeveralFrames.REMEDY}")


def _require_no_deep_colour(picture: PIL.Image.Image, data: bytes, container: str) -> None:
    """Pillow would cut 16-bit channels to 8 bits without a word."""
    if container == "PNG" and data[24] == 16 and data[25] != 0:
        raise UnsupportedPixels(
            "The PNG has 16 bits in several channels. Save it as 16-bit grey without colour and transparency."
        )
    if container == "TIFF":
        bits = _tag(picture, 258) or (1,)
        if len(bits) > 1 and max(bits) > 8:
            raise UnsupportedPixels(
                "The TIFF has more than 8 bits in several channels. Save it as 16-bit grey without colour."
            )


def is_lossy(picture: PIL.Image.Image, data: bytes, container: str) -> bool:
    if container == "WEBP":
        return b"VP8L" not in data[:64]
    return container == "JPEG" or (container == "TIFF" and _tag(picture, 259) in (6, 7, 34712))


def levels_of(picture: PIL.Image.Image) -> tuple[Levels, int]:
    mode = picture.mode
    if mode in ("1", "L") and "transparency" not in picture.info:
        return np.asarray(picture.convert("L"), dtype=np.uint8), 255
    if mode.startswith("I;16"):
        levels = np.asarray(picture).astype(np.uint16)
        return levels, white_of(int(levels.max()), 16)
    if mode == "I":
        return _levels_of_integers(np.asarray(picture))
    if mode == "F":
        return _levels_of_floats(np.asarray(picture))
    if mode in ("CMYK", "LAB", "HSV"):
        raise Coloured
    return _grey_of_colours(picture), 255


def _levels_of_integers(values: NDArray[Any]) -> tuple[Levels, int]:
    lowest, highest = int(values.min()), int(values.max())
    if lowest < 0 or highest > 65535:
        raise OutOfRange(
            f"The grey values run from {lowest} to {highest}; 0 to 65535 is accepted. Rescale and save again."
        )
    return values.astype(np.uint16), white_of(highest, 16)


def _levels_of_floats(values: NDArray[Any]) -> tuple[Levels, int]:
    bad = values.size - int(np.isfinite(values).sum())
    if bad:
        raise NotFinite(
            f"{bad} of {values.size} pixels are not a number or infinite. "
            "Give them finite values and save the image again."
        )
    lowest, highest = float(values.min()), float(values.max())
    if lowest < 0 or highest > 65535:
        raise OutOfRange(
            f"The grey values run from {lowest:g} to {highest:g}; 0 to 1, 0 to 255 or 0 to 65535 are "
            "accepted. Rescale them and save again."
        )
    white = 1.0 if highest <= 1 else 255.0 if highest <= 255 else float(white_of(int(highest), 16))
    return np.rint(values.astype(np.float64) / white * 65535).astype(np.uint16), 65535


def _grey_of_colours(picture: PIL.Image.Image) -> NDArray[np.uint8]:
    lossy = picture.format in ("JPEG", "WEBP", None)
    picture = require_opaque(picture)
    picture = picture.convert("RGB")
    channels = np.asarray(picture).astype(np.int16)
    tolerance = CHROMA_TOLERANCE if lossy else 0
    apart = channels.max(axis=2) - channels.min(axis=2)
    if int(apart.max()) > tolerance:
        raise Coloured
    return np.asarray(picture.convert("L"), dtype=np.uint8)
