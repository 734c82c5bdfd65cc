"""Which files make one image of several frames: slices of a DICOM series, numbered stills of a folder.

Headers of DICOM files are read here, their pixels only where they are decoded.
"""

import re
import warnings
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray

from readerstudy.imaging.decode import EXTENSIONS, signature
from readerstudy.imaging.errors import BrokenSeries, Refusal
from readerstudy.imaging.film_formats import film_signature, holds_several
from readerstudy.imaging.gather import Found, Series, Subject

HEAD_BYTES = 64 * 1024
#: A gap this much wider than the others is a slice that is missing.
GAP = 1.5
#: Slices this near to each other, in distances between slices, are the same place twice.
TWICE = 0.05
TAGS = (
    "SeriesInstanceUID",
    "SeriesNumber",
    "InstanceNumber",
    "NumberOfFrames",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "Rows",
)
#: What kind of image, which series or folder, and the number of the series.
_Key = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class _Slice:
    found: Found
    series: str
    series_number: str
    number: int | None
    position: tuple[float, ...] | None
    orientation: tuple[float, ...] | None


def group_frames(found: Iterable[Found]) -> list[Subject]:
    """Every image of several frames, in the order of the first file of each."""
    groups: dict[_Key, list[Any]] = {}
    for number, file in enumerate(found):
        key, member = _member(file, number)
        groups.setdefault(key, []).append(member)
    names = _names_of(groups)
    made: list[Subject] = []
    for key, members in groups.items():
        if key[0] == "file":
            made += members
        elif key[0] == "slices":
            made.append(_of_slices(names[key], members))
        else:
            made.append(_of_stills(key[1], members))
    return made


def _member(file: Found, number: int) -> "tuple[_Key, Found | _Slice]":
    """Which image a file belongs to, and what is known of its place there."""
    head = b"" if file.problem is not None else file.head(HEAD_BYTES)
    alone: _Key = ("file", str(number), "")
    if not head or film_signature(head):
        return alone, file
    kind = signature(head)
    suffix = PurePosixPath(file.name).suffix.lower()
    if "DICOM" in (kind, EXTENSIONS.get(suffix) if kind is None else kind):
        place = _slice(file)
        if place is None:
            return alone, file
        return ("slices", place.series or _folder(file), place.series_number), place
    if kind is None:
        return alone, file
    whole = file.read() if kind == "TIFF" and len(head) == HEAD_BYTES else head
    return (alone if holds_several(whole) else ("stills", _folder(file), "")), file


def _folder(file: Found) -> str:
    """The folder of a file as people know it; of what lies at the top, the name of that."""
    parent = PurePosixPath(file.name).parent.as_posix()
    return parent if parent != "." else file.path.parent.name or "stack"


def _shared_folder(files: list[Found]) -> str:
    parents = [PurePosixPath(_folder(file)).parts for file in files]
    shared = [level[0] for level in zip(*parents, strict=False) if len(set(level)) == 1]
    return "/".join(shared) or _folder(files[0])


def _names_of(groups: "dict[_Key, list[Any]]") -> "dict[_Key, str]":
    """A series has the name of its folder; several in one folder are told apart by their numbers."""
    series = {key: [place.found for place in groups[key]] for key in groups if key[0] == "slices"}
    folders = {
        key: _shared_folder(files) if len(files) > 1 else files[0].name for key, files in series.items()
    }
    often = Counter(folders.values())
    return {
        key: f"{folder}/series-{key[2] or order}" if often[folder] > 1 else folder
        for order, (key, folder) in enumerate(folders.items(), start=1)
    }


def _slice(file: Found) -> _Slice | None:
    """What the header of a slice says; None for what is no single slice, which says so when it is read."""
    try:
        with warnings.catch_warnings(action="ignore"):
            source: Any = file.path if file.archive is None else BytesIO(file.read())
            header = pydicom.dcmread(source, stop_before_pixels=True, specific_tags=list(TAGS), force=True)
        if "Rows" not in header or int(header.get("NumberOfFrames") or 1) > 1:
            return None
        return _Slice(
            found=file,
            series=str(header.get("SeriesInstanceUID", "")),
            series_number=str(header.get("SeriesNumber") or ""),
            number=int(header.InstanceNumber) if header.get("InstanceNumber") is not None else None,
            position=_numbers(header.get("ImagePositionPatient"), 3),
            orientation=_numbers(header.get("ImageOrientationPatient"), 6),
        )
    except Exception:  # noqa: BLE001  # pydicom raises whatever it likes on hostile bytes
        return None


def _numbers(given: Any, count: int) -> tuple[float, ...] | None:
    values = tuple(float(value) for value in given) if given else ()
    return values if len(values) == count and np.isfinite(values).all() else None


def _of_slices(name: str, slices: list[_Slice]) -> Series:
    try:
        ordered, axes = _ordered(slices)
    except Refusal as refusal:
        files = tuple(slice_.found for slice_ in slices)
        return Series(name=name, kind="slices", files=files, problem=refusal)
    return Series(name=name, kind="slices", files=tuple(one.found for one in ordered), axes=axes)


def _ordered(slices: list[_Slice]) -> tuple[list[_Slice], tuple[tuple[float, ...], ...] | None]:
    placed = [one for one in slices if one.position and one.orientation]
    if len(placed) < len(slices):
        if placed and len(slices) > 1:
            raise BrokenSeries(
                f"{len(slices) - len(placed)} of {len(slices)} slices do not say where they lie. "
                "Export the series again."
            )
        return _by_number(slices), None
    directions = np.array([one.orientation for one in slices]).reshape(-1, 2, 3)
    if np.abs(directions - directions[0]).max() > 0.02:
        raise BrokenSeries("The slices do not lie parallel. Export one orientation as a series of its own.")
    normal = np.cross(*directions[0])
    along = np.array([one.position for one in slices]) @ normal
    order = np.argsort(along, kind="stable")
    _require_even(along[order])
    axes = tuple(tuple(float(part) for part in axis) for axis in (*directions[0], normal))
    return [slices[at] for at in order], axes


def _require_even(along: NDArray[np.float64]) -> None:
    steps = np.diff(along)
    if len(steps) == 0:
        return
    usual = float(np.median(steps))
    if float(steps.min()) <= TWICE * usual:
        at = int(steps.argmin()) + 1
        raise BrokenSeries(
            f"Slices {at} and {at + 1} lie in the same place ({along[at]:.1f} mm). Export one phase or one "
            "reconstruction as a series of its own."
        )
    if float(steps.max()) > GAP * usual:
        at = int(steps.argmax()) + 1
        raise BrokenSeries(
            f"Between slices {at} and {at + 1} there are {steps.max():.1f} mm instead of {usual:.1f}: "
            "a slice is missing. Export the series again."
        )


def _by_number(slices: list[_Slice]) -> list[_Slice]:
    numbers = [one.number for one in slices]
    if len(slices) > 1 and (None in numbers or len(set(numbers)) < len(numbers)):
        raise BrokenSeries(
            "The slices say neither where they lie nor which comes first. Export the series with "
            "positions, or as numbered stills."
        )
    ordered = sorted(slices, key=lambda one: one.number or 0)
    _require_consecutive([one.number or 0 for one in ordered])
    return ordered


def _of_stills(name: str, files: list[Found]) -> Series:
    numbered = [(_number_in(file.name), file) for file in files]
    ordered = sorted(numbered, key=lambda pair: -1 if pair[0] is None else pair[0])
    stills = tuple(file for _, file in ordered)
    try:
        _require_numbers(ordered)
    except BrokenSeries as problem:
        return Series(name=name, kind="stills", files=stills, problem=problem)
    return Series(name=name, kind="stills", files=stills)


def _number_in(name: str) -> int | None:
    digits = re.findall(r"\d{1,9}", PurePosixPath(name).stem)
    return int(digits[-1]) if digits else None


def _require_numbers(ordered: Iterable[tuple[int | None, Found]]) -> None:
    numbers = []
    for number, file in ordered:
        if number is None:
            raise BrokenSeries(
                f"The files of a folder are the frames of one image, in the order of their numbers, and "
                f"{PurePosixPath(file.name).name} has none."
            )
        numbers.append(number)
    _require_consecutive(numbers)


def _require_consecutive(numbers: list[int]) -> None:
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    if len(steps) > 1 or steps & {0}:
        earlier, later = max(pairwise(numbers), key=lambda pair: pair[1] - pair[0])
        if 0 in steps:
            raise BrokenSeries("Two frames of a folder have one number. Keep the frames of one image in it.")
        raise BrokenSeries(f"Between frames {earlier} and {later} one is missing. Export all of them.")
