"""Decoding a source into shards: several images at a time, and from where a killed process stopped."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from generation.data.decode import Grey, fit_square, pad_square, read_grey, refuse_darkness
from generation.data.sources import Record, Source
from generation.data.splits import assign_splits
from generation.errors import DatasetError
from generation.files import write_whole

Fit = Literal["exact", "crop", "pad"]
OnProgress = Callable[[int, int], None]
IMAGES_A_SHARD = 1024
INDEX = "index.json"
_MOST_THREADS = 8


@dataclass(frozen=True, kw_only=True)
class FileFacts:
    """What a file says of itself before it is brought to the size of the network."""

    height: int
    width: int
    sha256: str
    brightest: int


def decode_all(
    source: Source, folder: Path, *, size: int, fit: Fit, on_progress: OnProgress | None = None
) -> None:
    """Fill `folder`, which appears whole or not at all. A killed process leaves FOLDER.part to go on from."""
    unfinished = folder.with_name(folder.name + ".part")
    for other in folder.parent.glob("*.part"):
        if other != unfinished:
            shutil.rmtree(other, ignore_errors=True)
    unfinished.mkdir(parents=True, exist_ok=True)
    try:
        _Decoding(source, unfinished, size, fit, on_progress).run()
    except Exception:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)


class _Decoding:
    """One pass over a source. A shard is finished once its facts are written, after its pixels."""

    def __init__(
        self, source: Source, folder: Path, size: int, fit: Fit, on_progress: OnProgress | None
    ) -> None:
        self.source, self.folder, self.size, self.fit = source, folder, size, fit
        self.on_progress = on_progress
        self.splits = assign_splits(source.records)
        self.door, self.digest = _Door(size, fit), hashlib.sha256()

    def run(self) -> None:
        for start in range(0, len(self.source.records), IMAGES_A_SHARD):
            shard = self._shard(start, self.source.records[start : start + IMAGES_A_SHARD])
            for pixels, record in zip(shard, self.source.records[start:], strict=False):
                self.digest.update(pixels.tobytes() + repr(sorted(record.labels.items())).encode())
        refuse_darkness(self.door.brightest, str(self.source.root))
        self._write_index()

    def _shard(self, start: int, records: Sequence[Record]) -> Grey:
        path = self.folder / f"shard-{start // IMAGES_A_SHARD:05d}.npy"
        known = path.with_suffix(".json")
        if known.is_file():
            for number, facts in enumerate(json.loads(known.read_text()), start=start):
                self._let_in(number, FileFacts(**facts))
            shard: Grey = np.load(path, mmap_mode="r")
            return shard
        shard = np.empty((len(records), self.size, self.size), np.uint16)
        seen = []
        for i, (pixels, facts) in enumerate(_decoded(records, self.size, self.fit)):
            self._let_in(start + i, facts)
            shard[i] = pixels
            seen.append(asdict(facts))
        np.save(path, shard)
        write_whole(known, json.dumps(seen))
        return shard

    def _let_in(self, number: int, facts: FileFacts) -> None:
        self.door.let_in(self.source.records[number].path, self.splits[number], facts)
        if self.on_progress is not None:
            self.on_progress(number + 1, len(self.source.records))

    def _write_index(self) -> None:
        source = self.source
        index = {
            "digest": self.digest.hexdigest(),
            "names": [_name(record.path, source.root) for record in source.records],
            "patients": [record.patient for record in source.records],
            "splits": list(self.splits),
            "labels": {name: source.column(name) for name in source.label_names},
        }
        (self.folder / INDEX).write_text(json.dumps(index))


def _decoded(records: Sequence[Record], size: int, fit: Fit) -> Iterator[tuple[Grey, FileFacts]]:
    """In order. Pillow and the DICOM codecs let go of the interpreter, so threads are enough."""

    def one(record: Record) -> tuple[Grey, FileFacts]:
        pixels = read_grey(record.path)
        height, width = pixels.shape
        facts = FileFacts(
            height=height,
            width=width,
            sha256=hashlib.sha256(pixels.tobytes()).hexdigest(),
            brightest=int(pixels.max()),
        )
        return fit_square(pad_square(pixels) if fit == "pad" else pixels, size), facts

    pool = ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1))
    try:
        yield from pool.map(one, records)
    finally:
        pool.shutdown(cancel_futures=True)


class _Door:
    """Lets images in one by one, and refuses what would make a poor model without a word."""

    def __init__(self, size: int, fit: Fit) -> None:
        self.size, self.fit = size, fit
        self.first: FileFacts | None = None
        self.brightest = 0
        self.seen: dict[str, tuple[str, Path]] = {}

    def let_in(self, path: Path, split: str, facts: FileFacts) -> None:
        self.first = self.first or facts
        self._refuse_shape(facts, self.first, path)
        self._refuse_repetition(facts, path, split)
        self.brightest = max(self.brightest, facts.brightest)

    def _refuse_shape(self, facts: FileFacts, first: FileFacts, path: Path) -> None:
        height, width = facts.height, facts.width
        if self.fit == "exact" and (height, width) != (first.height, first.width):
            raise DatasetError(
                f"mixed sizes: {path} is {width} x {height}, the first image is {first.width} x "
                f"{first.height}. "
                "Say --fit crop to take the middle square of each, or --fit pad to keep all of each."
            )
        if self.fit == "exact" and height != width:
            raise DatasetError(
                f"{path} is {width} x {height}, not square. Say --fit crop to take the middle square of each "
                "image, or --fit pad to keep all of each."
            )
        side = max(height, width) if self.fit == "pad" else min(height, width)
        if side < self.size:
            raise DatasetError(
                f"{path} is {width} x {height}, too small for {self.size} px: enlarging invents no detail. "
                "Train at a smaller --size, or remove it."
            )

    def _refuse_repetition(self, facts: FileFacts, path: Path, split: str) -> None:
        there, first = self.seen.setdefault(facts.sha256, (split, path))
        if there != split:
            raise DatasetError(
                f"{path} in {split} is the same image as {first} in {there}: results would look better than "
                "they are. Remove one of them, or give both the same patient."
            )


def _name(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
