"""A folder of phantoms and a manifest, the same bytes whatever the number of processes."""

import csv
import io
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generation.errors import OutputError, RequestError
from generation.files import refuse_small_disk, write_whole
from generation.phantoms.kinds import FRAMES, recipe, refuse_impossible


def write_phantoms(
    out: Path,
    *,
    count: int,
    kind: str = "knee",
    size: int = 128,
    frames: int = FRAMES,
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
    refuse_impossible(kind, size, frames)
    layers = frames if recipe(kind).framed else 1
    _claim(out, wanted=count * 2 * size**2 * layers)
    rows = []
    write_one = partial(_write_one, out=out, kind=kind, size=size, frames=frames, seed=seed)
    for row in _rows(write_one, count, processes):
        rows.append(row)
        if on_progress is not None:
            on_progress(len(rows), count)
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(["file", *recipe(kind).columns])
    writer.writerows(rows)
    write_whole(out / "manifest.csv", table.getvalue())
    return out / "manifest.csv"


def _rows(write_one: Callable[[int], list[str]], count: int, processes: int) -> Iterator[list[str]]:
    if processes == 1:
        yield from map(write_one, range(count))
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(write_one, range(count), chunksize=16)


def _write_one(index: int, *, out: Path, kind: str, size: int, frames: int, seed: int) -> list[str]:
    picture = recipe(kind).make(index, seed=seed, size=size, frames=frames)
    name = _save(out / picture.name, picture.pixels)
    return [name, *(str(picture.facts.get(column, "")) for column in recipe(kind).columns)]


def _save(stem: Path, pixels: NDArray[np.unsignedinteger[Any]]) -> str:
    """Stills as PNG, several frames as the pages of one TIFF."""
    stills = pixels.ndim == 2 or pixels.shape[-1] == 3
    path = stem.with_name(stem.name + (".png" if stills else ".tif"))
    if stills:
        Image.fromarray(pixels).save(path)
    else:
        first, *others = (Image.fromarray(frame) for frame in pixels)
        first.save(path, save_all=True, append_images=others, compression="tiff_deflate")
    return path.name


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
