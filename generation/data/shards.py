"""Images decoded once into memory-mapped shards, so that an epoch reads pages instead of files."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generation.conditions import ConditionSpace, Value
from generation.data.decode import Grey
from generation.data.decoding import IMAGES_A_SHARD, INDEX, Fit, decode_all
from generation.data.sources import Record, Source
from generation.errors import DatasetError, RequestError
from generation.files import readable_refusals, taking_turns
from generation.joint import rows_of

LARGEST_PX = 8192


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
        return np.stack([self.shards[i // IMAGES_A_SHARD][i % IMAGES_A_SHARD] for i in indices])

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
        columns = {name: [self.labels[name][i] for i in train] for name in wanted}
        space = ConditionSpace.from_columns(columns, continuous)
        return replace(space, rows=rows_of(space, columns))

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
    """Decode a source into `cache`, or find it there, named after its files, their times and the size.

    Of several processes one decodes; the others wait for its lock, not at a barrier with a time limit.
    """
    if not 1 <= size <= LARGEST_PX:
        raise RequestError(f"images of {size} px are not possible: choose 1 to {LARGEST_PX}")
    folder = cache / _key(source.records, size, fit)
    if not (folder / INDEX).is_file():
        with readable_refusals(cache), taking_turns(cache):
            if not (folder / INDEX).is_file():  # nobody did it while this process waited for its turn
                decode_all(source, folder, size=size, fit=fit, on_progress=on_progress)
    index = json.loads((folder / INDEX).read_text())
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
