"""A folder of phantoms: 16-bit PNG and a manifest, the same bytes whatever the number of processes."""

import csv
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from PIL import Image

from generation.errors import OutputError, RequestError
from generation.files import refuse_small_disk
from generation.phantoms import make_phantom, refuse_size

COLUMNS = ("file", "grade", "side", "age", "bmi", "joint_space_mm", "patient")


def write_phantoms(
    out: Path,
    *,
    count: int,
    size: int = 96,
    seed: int = 0,
    processes: int = 1,
    on_progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Make `count` phantoms in `out`; answers the path of the manifest, which is written last."""
    if count < 1:
        raise RequestError(f"cannot make {count} phantoms: ask for 1 or more")
    if processes < 1:
        raise RequestError(f"{processes} processes are not possible: choose 1 or more")
    if seed < 0:
        raise RequestError(f"seed {seed} is not possible: choose 0 or more")
    refuse_size(size)
    _claim(out, wanted=count * 2 * size**2)
    rows = []
    for row in _rows(partial(_write_one, out=out, size=size, seed=seed), count, processes):
        rows.append(row)
        if on_progress is not None:
            on_progress(len(rows), count)
    manifest, unfinished = out / "manifest.csv", out / "manifest.csv.part"
    with unfinished.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    unfinished.replace(manifest)
    return manifest


def _rows(write_one: Callable[[int], list[str]], count: int, processes: int) -> Iterator[list[str]]:
    if processes == 1:
        yield from map(write_one, range(count))
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(write_one, range(count), chunksize=16)


def _write_one(index: int, *, out: Path, size: int, seed: int) -> list[str]:
    phantom = make_phantom(index, seed=seed, size=size)
    who = phantom.subject
    name = f"{phantom.patient}{who.side}.png"
    Image.fromarray(phantom.image).save(out / name)
    told = (name, who.grade, who.side, who.age, who.bmi, phantom.joint_space_mm, phantom.patient)
    return [str(value) for value in told]


def _claim(out: Path, *, wanted: int) -> None:
    """An empty or new folder, writable, on a disk with room for so many bytes."""
    refuse_small_disk(out, wanted, "these phantoms")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {out}: {error.strerror}. Name another one.") from error
    if any(out.iterdir()):
        raise OutputError(f"{out} is not empty. Name a new or empty folder, or delete it first.")
    if not os.access(out, os.W_OK):
        raise OutputError(f"cannot write to {out}. Name a folder that belongs to you.")
