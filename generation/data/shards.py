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
from generation.data.decode import Grey, fit_square, pad_square, read_grey
from generation.data.sources import Record, Source
from generation.data.splits import assign_splits
from generation.errors import DatasetError

Fit = Literal["exact", "crop", "pad"]
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

    def of_split(self, split: str) -> NDArray[np.int64]:
        return np.flatnonzero(np.array(self.splits) == split)

    def space(self, conditions: Sequence[str] | None, continuous: Sequence[str] = ()) -> ConditionSpace:
        """The conditions that these labels allow, as the training part has them; None takes all labels."""
        wanted = list(self.labels) if conditions is None else list(conditions)
        unknown = sorted(set(wanted) - set(self.labels))
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
    key = _key(source.records, size, fit)
    folder = cache / key
    if not (folder / "index.json").is_file():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, ignore_cleanup_errors=True) as unfinished:
            _decode_all(source, Path(unfinished), size, fit, on_progress)
            shutil.rmtree(folder, ignore_errors=True)
            Path(unfinished).rename(folder)
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
    told = hashlib.sha256(f"2 {size} {fit}".encode())
    for record in records:
        state = record.path.stat()
        told.update(repr((record, state.st_size, state.st_mtime_ns)).encode())
    return told.hexdigest()[:16]


def _decode_all(
    source: Source, folder: Path, size: int, fit: Fit, on_progress: Callable[[int, int], None] | None
) -> None:
    splits = assign_splits(source.records)
    digest = hashlib.sha256()
    total, first_shape = len(source.records), None
    for start in range(0, total, _IMAGES_A_SHARD):
        part = source.records[start : start + _IMAGES_A_SHARD]
        shard = np.empty((len(part), size, size), np.uint16)
        for i, record in enumerate(part):
            pixels = read_grey(record.path)
            first_shape = first_shape or pixels.shape
            shard[i] = _fitted(pixels, record.path, size, fit, first_shape)
            digest.update(shard[i].tobytes() + repr(sorted(record.labels.items())).encode())
            if on_progress is not None:
                on_progress(start + i + 1, total)
        np.save(folder / f"shard-{start // _IMAGES_A_SHARD:05d}.npy", shard)
    _write_index(source, folder, splits, digest.hexdigest())


def _fitted(pixels: Grey, path: Path, size: int, fit: Fit, first_shape: tuple[int, ...]) -> Grey:
    height, width = pixels.shape
    if fit == "exact" and pixels.shape != first_shape:
        raise DatasetError(
            f"mixed sizes: {path} is {width} x {height}, the first image is "
            f"{first_shape[1]} x {first_shape[0]}. "
            "Say --fit crop to take the middle square of each, or --fit pad to keep all of each."
        )
    if fit == "exact" and height != width:
        raise DatasetError(
            f"{path} is {width} x {height}, not square. Say --fit crop to take the middle square of each "
            "image, or --fit pad to keep all of each."
        )
    return fit_square(pad_square(pixels) if fit == "pad" else pixels, size)


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
