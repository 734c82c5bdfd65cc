"""Folders and manifests as sets of images for evidence, read with the readers that training uses."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generation.data.decode import fit_square, read_grey, refuse_darkness
from generation.data.sources import Record, read_source
from generation.data.splits import assign_splits
from generation.errors import DatasetError
from generation.evidence.images import ImageSet, Words

SIZE_PX = 128
MOST_VALUES = 12
THREADS = 2
PARTS = ("train", "val", "test")


def load_images(
    path: Path,
    name: str,
    *,
    parts: Sequence[str] | None = None,
    size_px: int = SIZE_PX,
    on_progress: Callable[[int, int], None] | None = None,
) -> ImageSet:
    """The middle square of each image at size_px and 8 bit; `parts` takes those splits that training made."""
    records = list(read_source(path).records)
    if parts is not None:
        records = _of_parts(records, path, parts)
    read = partial(_read, size_px=size_px)
    pixels = np.empty((len(records), size_px, size_px), np.uint8)
    with ThreadPoolExecutor(THREADS) as pool:
        for row, image in enumerate(pool.map(read, (record.path for record in records))):
            pixels[row] = image
            if on_progress is not None:
                on_progress(row + 1, len(records))
    refuse_darkness(257 * int(pixels.max()), str(path))
    return ImageSet(
        name=name,
        pixels=pixels,
        names=np.array([_below(record.path, path) for record in records]),
        patients=np.array([record.patient for record in records]),
        labels=_labels(records),
    )


def _of_parts(records: list[Record], path: Path, parts: Sequence[str]) -> list[Record]:
    splits = assign_splits(records)
    chosen = [record for record, split in zip(records, splits, strict=True) if split in parts]
    if not chosen:
        there = ", ".join(part for part in PARTS if part in splits)
        raise DatasetError(f"{path} has no image in {' or '.join(parts)}; its parts: {there}.")
    return chosen


def _read(path: Path, size_px: int) -> NDArray[np.uint8]:
    pixels = fit_square(read_grey(path), size_px)
    return np.asarray((pixels.astype(np.uint32) + 128) // 257, np.uint8)


def _labels(records: Sequence[Record]) -> dict[str, Words]:
    """The categorical columns: few values, of which at least two are there."""
    found = {}
    for name in dict.fromkeys(name for record in records for name in record.labels):
        column = np.array([_plain(record.labels.get(name)) for record in records])
        if 1 <= len(np.unique(column)) <= MOST_VALUES:
            found[name] = column
    return found


def _plain(value: str | float | None) -> str:
    """A grade written 3.0 by one program and 3 by another is one grade."""
    if value is None:
        return ""
    text = str(value).strip()
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() else text


def _below(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else path.name
