"""DICOM images of several frames: multi-frame files, and series of slices of which one is held at a time."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.utils import pixel_array

from readerstudy.imaging.decode import Greys, Levels, ramp
from readerstudy.imaging.dicom import (
    colours_in,
    facts_of,
    frames_of,
    greys_of,
    judge,
    patient_of,
    read_dataset,
    spacing_of,
    stored_values,
)
from readerstudy.imaging.errors import BrokenSeries, OutOfRange
from readerstudy.imaging.films import Film, require_count
from readerstudy.imaging.gather import Series
from readerstudy.imaging.planes import Turn, turn_of

#: What enhanced objects say in functional groups and others say of the whole file.
GROUPS = {
    "PixelMeasuresSequence": ("PixelSpacing", "SliceThickness", "SpacingBetweenSlices"),
    "PlaneOrientationSequence": ("ImageOrientationPatient",),
    "PixelValueTransformationSequence": ("RescaleSlope", "RescaleIntercept"),
    "FrameVOILUTSequence": ("WindowCenter", "WindowWidth", "VOILUTFunction"),
}


def dicom_film(data: bytes, *, colour: bool) -> Film:
    """The frames of one file, slices of a volume in their places."""
    with warnings.catch_warnings(action="ignore"):
        dataset = read_dataset(data)
        count = require_count(frames_of(dataset))
        judge(dataset, colour=colour)
    _lift_functional_groups(dataset)
    order, turn = _order(dataset, count)

    def pixels(number: int) -> tuple[Dataset, NDArray[Any]]:
        with warnings.catch_warnings(action="ignore"):
            return dataset, pixel_array(dataset, index=order[number])

    return _film(dataset, count, pixels, turn, colour=colour)


def series_film(series: Series, *, colour: bool) -> Film:
    """The slices of a series, read from their files when it is their turn."""
    turn = turn_of(*series.axes) if series.axes else Turn()
    files = series.files[::-1] if turn.reversed else series.files

    def pixels(number: int) -> tuple[Dataset, NDArray[Any]]:
        with warnings.catch_warnings(action="ignore"):
            dataset = read_dataset(files[number].read())
            judge(dataset, colour=colour)
            return dataset, pixel_array(dataset)

    head, _ = pixels(len(files) // 2)
    return _film(head, len(files), pixels, turn, colour=colour)


Pixels = Callable[[int], tuple[Dataset, NDArray[Any]]]


def _film(head: Dataset, count: int, pixels: Pixels, turn: Turn, *, colour: bool) -> Film:
    scale = _Scale(head)
    size = (int(head.Rows), int(head.Columns))

    def frames(chosen: Sequence[int]) -> Iterator[Levels]:
        for number in chosen:
            dataset, stored = pixels(number)
            if stored.shape[:2] != size:
                raise BrokenSeries(
                    f"Slice {number + 1} has {stored.shape[1]} × {stored.shape[0]} pixels, others "
                    f"{size[1]} × {size[0]}. Export slices of one size."
                )
            yield turn.apply(colours_in(dataset, stored) if colour else scale.levels(dataset, stored))

    spacing = spacing_of(head)
    facts = {
        **facts_of(head),
        "rate": float(head.get("RecommendedDisplayFrameRate") or head.get("CineRate") or 0),
        "slice_mm": float(head.get("SpacingBetweenSlices") or head.get("SliceThickness") or 0),
    }
    return Film(
        count=count,
        size=size[::-1] if turn.transposed else size,
        frames=frames,
        greys=(lambda counts: ramp(255, 256)) if colour else scale.greys,
        facts=facts,
        patient=patient_of(head),
        spacing_mm=spacing[::-1] if spacing and turn.transposed else spacing,
    )


@dataclass
class _Scale:
    """One table of greys for all slices, by the window of the middle one.

    Where slices have rescale values of their own, as in PET, their values are brought to those of that slice.
    """

    head: Dataset

    @property
    def offset(self) -> int:
        return 32768 if int(self.head.get("PixelRepresentation", 0)) else 0

    def levels(self, dataset: Dataset, pixels: NDArray[Any]) -> Levels:
        stored = stored_values(dataset, pixels).astype(np.int64)
        mine, wanted = _rescale(dataset), _rescale(self.head)
        if mine != wanted:
            stored = np.rint((stored * mine[0] + mine[1] - wanted[1]) / wanted[0]).astype(np.int64)
        levels = stored + self.offset
        if int(levels.min()) < 0 or int(levels.max()) > 65535:
            raise OutOfRange("The stored values of the slices span more than 65,536 levels. Rescale them.")
        return levels.astype(np.uint16)

    def greys(self, counts: NDArray[np.int64]) -> Greys:
        used = np.flatnonzero(counts)
        lowest, highest = int(used[0]) - self.offset, int(used[-1]) - self.offset
        low = min(lowest, 0)
        table = greys_of(self.head, np.arange(low, highest + 1, dtype=np.int64), lowest, highest)
        greys = np.full(65536, table[-1], dtype=np.float32)
        greys[low + self.offset : highest + self.offset + 1] = table
        greys[: low + self.offset] = table[0]
        return greys


def _rescale(dataset: Dataset) -> tuple[float, float]:
    slope = float(dataset.get("RescaleSlope") or 1)
    return slope, float(dataset.get("RescaleIntercept") or 0)


def _lift_functional_groups(dataset: Dataset) -> None:
    """Say of the whole file what its first frame or all frames say in functional groups."""
    groups = [*(dataset.get("SharedFunctionalGroupsSequence") or [])[:1]]
    groups += [*(dataset.get("PerFrameFunctionalGroupsSequence") or [])[:1]]
    for group in groups:
        for sequence, names in GROUPS.items():
            inner = (group.get(sequence) or [None])[0]
            for name in names:
                if inner is not None and name in inner and name not in dataset:
                    setattr(dataset, name, inner.get(name))


def _order(dataset: Dataset, count: int) -> tuple[list[int], Turn]:
    """Which frame comes when: slices by their place, anything else as it is stored."""
    orientation = dataset.get("ImageOrientationPatient")
    groups = dataset.get("PerFrameFunctionalGroupsSequence") or []
    places = [(group.get("PlanePositionSequence") or [Dataset()])[0] for group in groups]
    positions = [place.get("ImagePositionPatient") for place in places]
    if not orientation or len(positions) != count or any(place is None for place in positions):
        return list(range(count)), Turn()
    axes = np.asarray(orientation, dtype=float).reshape(2, 3)
    normal = np.cross(*axes)
    along = np.asarray(positions, dtype=float) @ normal
    if len(np.unique(np.round(along, 3))) != count:
        return list(range(count)), Turn()
    turn = turn_of(axes[0], axes[1], normal)
    order = np.argsort(along)
    return [int(number) for number in (order[::-1] if turn.reversed else order)], turn
