"""Which reader takes which file of several frames, and those that Pillow reads."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL import ImageOps, ImageSequence

from readerstudy.imaging.colour import colours_of
from readerstudy.imaging.decode import (
    NAMES,
    Greys,
    Levels,
    is_inverted,
    is_lossy,
    levels_of,
    open_picture,
    ramp,
    recognise,
    signature,
    white_of,
)
from readerstudy.imaging.errors import BrokenSeries, NotAnImage, UnsupportedPixels, WrongExtension
from readerstudy.imaging.films import MOST_ORIGINAL_FRAMES, Film, require_count
from readerstudy.imaging.gather import Series
from readerstudy.imaging.marks import marks_of_picture
from readerstudy.imaging.tiff_pages import count_pages

VIDEO = {".mp4": "MP4", ".m4v": "MP4", ".mov": "MOV", ".webm": "WebM", ".mkv": "Matroska", ".avi": "AVI"}


def film_of_file(data: bytes, *, name: str, colour: bool) -> Film:
    """The frames of one file, or a refusal."""
    kind = film_signature(data)
    suffix = PurePosixPath(name).suffix.lower()
    if kind == "NIfTI":
        from readerstudy.imaging.nifti import nifti_film

        return nifti_film(data, colour=colour)
    if kind in VIDEO.values():
        from readerstudy.imaging.video import video_film

        return video_film(data, container=kind, colour=colour)
    if kind == "GIF":
        if suffix not in (".gif", ""):
            raise WrongExtension(f"The name ends in {suffix}, the content is GIF. Rename the file to .gif.")
        return picture_film(data, "GIF", colour=colour)
    if suffix in (*VIDEO, ".nii", ".gif"):
        raise NotAnImage(f"The name ends in {suffix}, but the content is something else. Export it again.")
    container = recognise(data, name=name)
    if container == "DICOM":
        from readerstudy.imaging.dicom_frames import dicom_film

        return dicom_film(data, colour=colour)
    return picture_film(data, container, colour=colour)


def film_signature(data: bytes) -> str:
    """The format of several frames by the first bytes; "" for those that stills have too."""
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    if data[:2] == b"\x1f\x8b" or data[344:348] == b"n+1\0" or data[4:8] == b"n+2\0":
        return "NIfTI"
    if data[4:8] in (b"ftyp", b"moov", b"mdat", b"wide") and not data.startswith(b"\xff\xd8"):
        return "MOV" if data[4:8] != b"ftyp" or data[8:10] == b"qt" else "MP4"
    if data[:4] == b"\x1aE\xdf\xa3":
        return "WebM"
    return "AVI" if data[:4] == b"RIFF" and data[8:12] == b"AVI " else ""


def picture_film(data: bytes, container: str, *, colour: bool) -> Film:
    """The pages of a TIFF, the frames of a GIF, WebP or animated PNG."""
    picture = open_picture(data, container)
    count = _count(picture, data, container)

    def frames(chosen: Sequence[int]) -> Iterator[Levels]:
        with warnings.catch_warnings(action="ignore"):
            for number in chosen:
                picture.seek(number)
                yield page_levels(picture, colour=colour)

    inverted = is_inverted(picture)
    first = next(frames([0]))
    duration = float(picture.info.get("duration", 0) or 0)
    facts = {
        "container": container,
        "bits": 8 * first.itemsize,
        "lossy": is_lossy(picture, data, container),
        "rate": round(1000 / duration, 3) if duration > 0 else 0.0,
        **marks_of_picture(picture.info),
    }
    size = (first.shape[0], first.shape[1])
    return Film(count=count, size=size, frames=frames, greys=_table(first, inverted), facts=facts)


def _count(picture: PIL.Image.Image, data: bytes, container: str) -> int:
    """Counted as they come: a header may claim any number."""
    if container == "TIFF":
        return require_count(count_pages(data, most=MOST_ORIGINAL_FRAMES), "pages")
    count = 0
    for _ in ImageSequence.Iterator(picture):
        count = require_count(count + 1, "frames")
    return count


def page_levels(picture: PIL.Image.Image, *, colour: bool) -> Levels:
    if picture.mode == "F":
        raise UnsupportedPixels("The frames hold floating point numbers. Save them with 8 or 16 bits.")
    page = ImageOps.exif_transpose(picture)
    return colours_of(page) if colour else levels_of(page)[0]


def _table(first: Levels, inverted: bool) -> Callable[[NDArray[np.int64]], Greys]:
    """The table of greys of plain pictures: even steps up to the white that the highest level suggests."""

    def greys_for(counts: NDArray[np.int64]) -> Greys:
        highest = int(np.flatnonzero(counts)[-1])
        greys = ramp(255, 256) if first.dtype == np.uint8 else ramp(white_of(highest, 16), 65536)
        return np.float32(1) - greys if inverted else greys

    return greys_for


def film_of_series(series: Series, *, colour: bool) -> Film:
    if series.problem is not None:
        raise series.problem
    if series.kind == "slices":
        from readerstudy.imaging.dicom_frames import series_film

        return series_film(series, colour=colour)
    return stills_film(series, colour=colour)


def stills_film(series: Series, *, colour: bool) -> Film:
    """Numbered stills of one size and one depth."""
    first, picture, facts = _still(series, 0, colour=colour)
    inverted = is_inverted(picture)

    def frames(chosen: Sequence[int]) -> Iterator[Levels]:
        for number in chosen:
            levels, _, _ = _still(series, number, colour=colour)
            if levels.shape != first.shape or levels.dtype != first.dtype:
                raise BrokenSeries(
                    f"{series.files[number].name} has another size or depth than {series.files[0].name}. "
                    "All frames of an image are alike; export them again."
                )
            yield levels

    size = (first.shape[0], first.shape[1])
    table = _table(first, inverted)
    return Film(count=len(series.files), size=size, frames=frames, greys=table, facts=facts)


def _still(series: Series, number: int, *, colour: bool) -> tuple[Levels, PIL.Image.Image, dict[str, Any]]:
    found = series.files[number]
    data = found.read()
    container = recognise(data, name=found.name)
    with warnings.catch_warnings(action="ignore"):
        picture = open_picture(data, container)
        levels = page_levels(picture, colour=colour)
    facts = {
        "container": f"numbered {NAMES[container]}",
        "bits": 8 * levels.itemsize,
        "lossy": is_lossy(picture, data, container),
        **marks_of_picture(picture.info),
    }
    return levels, picture, facts


def holds_several(data: bytes) -> bool:
    """Whether a file is a film by its beginning: of stills, folders make films."""
    kind = signature(data)
    if kind == "TIFF":
        return _has_second_page(data)
    if kind == "PNG":
        return b"acTL" in data[:4096]
    if kind == "WEBP":
        return data[12:16] == b"VP8X" and bool(data[20] & 0x02)
    return kind != "JPEG"


def _has_second_page(data: bytes) -> bool:
    try:
        with PIL.Image.open(BytesIO(data), formats=["TIFF"]) as picture:
            picture.seek(1)
    except Exception:  # noqa: BLE001  # damaged files are refused when they are read
        return False
    return True
