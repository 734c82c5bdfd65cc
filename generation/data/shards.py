"""Images decoded once into memory-mapped shards, so that an epoch reads pages instead of files."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from generation.conditions import ConditionSpace, Value
from generation.data.decode import Grey, fit_square, pad_square, read_grey, refuse_darkness
from generation.data.sources import Record, Source
from generation.data.splits import assign_splits
from generation.errors import DatasetError, RequestError
from generation.files import readable_refusals

Fit = Literal["exact", "crop", "pad"]
LARGEST_PX = 8192
_IMAGES_A_SHARD = 1024


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Images of one size with their labels, patients and splits. `digest` names pixels and labels."""

    folder: Path
    size: int
    digest: str
    names: tuple[str, ...]
    patients: tuple[str, ...]
    splits: tuple[str, ...]
    labels: dict[str, list[Value]]

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def shards(self) -> list[Grey]:
        return [np.load(path, mmap_mode="r") for path in sorted(self.folder.glob("shard-*.npy"))]

    def grey(self, indices: Sequence[int] | NDArray[np.integer[Any]]) -> Grey:
        """The 16-bit pixels, (n, size, size)."""
        return np.stack([self.shards[i // _IMAGES_A_SHARD][i % _IMAGES_A_SHARD] for i in indices])

    def images(self, indices: Sequence[int] | NDArray[np.integer[Any]]) -> NDArray[np.float32]:
        """What a network sees: (n, 1, size, size) on -1 to 1."""
        return (self.grey(indices)[:, None].astype(np.float32) / 32767.5) - 1.0

    @cached_property
    def parts(self) -> str:
        """Names which images train, validate and test: the digest is of pixels and labels alone."""
        return hashlib.sha256("\n".join(self.splits).encode()).hexdigest()[:16]

    def of_split(self, split: str) -> NDArray[np.int64]:
        return np.flatnonzero(np.array(self.splits) == split)

    def space(self, conditions: Sequence[str] | None, continuous: Sequence[str] = ()) -> ConditionSpace:
        """The conditions that these labels allow, as the training part has them; None takes all labels."""
        wanted = list(self.labels) if conditions is None else list(conditions)
        unknown = sorted({*wanted, *continuous} - set(self.labels))
        if unknown:
            known = ", ".join(self.labels) or "no labels"
            raise DatasetError(f"no label {', '.join(unknown)} in these data; they have {known}")
        train = self.of_split("train")
        return ConditionSpace.from_columns(
            {name: [self.labels[name][i] for i in train] for name in wanted}, continuous
        )

    def conditions(self, space: ConditionSpace) -> NDArray[np.float32]:
        """(n, attributes), NaN for missing. A value that the training part never had counts as missing."""
        rows = [{name: self.labels[name][i] for name in space.names} for i in range(len(self))]
        return np.array([space.encode_known(row) for row in rows], np.float32).reshape(len(self), len(space))


def prepare_dataset(
    source: Source,
    *,
    size: int,
    cache: Path,
    fit: Fit = "exact",
    on_progress: Callable[[int, int], None] | None = None,
) -> Dataset:
    """Decode a source into `cache`, or find it there, named after its files, their times and the size."""
    if not 1 <= size <= LARGEST_PX:
        raise RequestError(f"images of {size} px are not possible: choose 1 to {LARGEST_PX}")
    key = _key(source.records, size, fit)
    folder = cache / key
    if not (folder / "index.json").is_file():
        with readable_refusals(cache):
            _fill(folder, source, size, fit, on_progress)
    index = json.loads((folder / "index.json").read_text())
    return Dataset(
        folder=folder,
        size=size,
        digest=index["digest"],
        names=tuple(index["names"]),
        patients=tuple(index["patients"]),
        splits=tuple(index["splits"]),
        labels=index["labels"],
    )


def _key(records: Sequence[Record], size: int, fit: Fit) -> str:
    told = hashlib.sha256(f"3 {size} {fit}".encode())
    for record in records:
        state = record.path.stat()
        told.update(repr((record, state.st_size, state.st_mtime_ns)).encode())
    return told.hexdigest()[:16]


def _fill(
    folder: Path, source: Source, size: int, fit: Fit, on_progress: Callable[[int, int], None] | None
) -> None:
    """Whole, or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, ignore_cleanup_errors=True) as unfinished:
        _decode_all(source, Path(unfinished), size, fit, on_progress)
        shutil.rmtree(folder, ignore_errors=True)
        Path(unfinished).rename(folder)


def _decode_all(
    source: Source, folder: Path, size: int, fit: Fit, on_progress: Callable[[int, int], None] | None
) -> None:
    splits = assign_splits(source.records)
    digest, door = hashlib.sha256(), _Door(size, fit)
    total = len(source.records)
    for start in range(0, total, _IMAGES_A_SHARD):
        part = source.records[start : start + _IMAGES_A_SHARD]
        shard = np.empty((len(part), size, size), np.uint16)
        for i, record in enumerate(part):
            shard[i] = door.let_in(record.path, splits[start + i])
            digest.update(shard[i].tobytes() + repr(sorted(record.labels.items())).encode())
            if on_progress is not None:
                on_progress(start + i + 1, total)
        np.save(folder / f"shard-{start // _IMAGES_A_SHARD:05d}.npy", shard)
    refuse_darkness(door.brightest, str(source.root))
    _write_index(source, folder, splits, digest.hexdigest())


class _Door:
    """Lets images in one by one, and refuses what would make a poor model without a word."""

    def __init__(self, size: int, fit: Fit) -> None:
        self.size, self.fit = size, fit
        self.first_shape: tuple[int, ...] | None = None
        self.brightest = 0
        self.seen: dict[bytes, tuple[str, Path]] = {}

    def let_in(self, path: Path, split: str) -> Grey:
        pixels = read_grey(path)
        self.first_shape = self.first_shape or pixels.shape
        self._refuse_shape(pixels.shape, path)
        self._refuse_repetition(pixels, path, split)
        self.brightest = max(self.brightest, int(pixels.max()))
        return fit_square(pad_square(pixels) if self.fit == "pad" else pixels, self.size)

    def _refuse_shape(self, shape: tuple[int, ...], path: Path) -> None:
        (height, width), first = shape, self.first_shape or shape
        if self.fit == "exact" and shape != first:
            raise DatasetError(
                f"mixed sizes: {path} is {width} x {height}, the first image is {first[1]} x {first[0]}. "
                "Say --fit crop to take the middle square of each, or --fit pad to keep all of each."
            )
        if self.fit == "exact" and height != width:
            raise DatasetError(
                f"{path} is {width} x {height}, not square. Say --fit crop to take the middle square of each "
                "image, or --fit pad to keep all of each."
            )
        side = max(shape) if self.fit == "pad" else min(shape)
        if side < self.size:
            raise DatasetError(
                f"{path} is {width} x {height}, too small for {self.size} px: enlarging invents no detail. "
                "Train at a smaller --size, or remove it."
            )

    def _refuse_repetition(self, pixels: Grey, path: Path, split: str) -> None:
        there, first = self.seen.setdefault(hashlib.sha256(pixels.tobytes()).digest(), (split, path))
        if there != split:
            raise DatasetError(
                f"{path} in {split} is the same image as {first} in {there}: results would look better than "
                "they are. Remove one of them, or give both the same patient."
            )


def _write_index(source: Source, folder: Path, splits: Sequence[str], digest: str) -> None:
    index = {
        "digest": digest,
        "names": [_name(record.path, source.root) for record in source.records],
        "patients": [record.patient for record in source.records],
        "splits": list(splits),
        "labels": {name: source.column(name) for name in source.label_names},
    }
    (folder / "index.json").write_text(json.dumps(index))


def _name(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
