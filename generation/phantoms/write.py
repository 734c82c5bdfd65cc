"""A folder of phantoms and a manifest, the same bytes whatever the number of processes."""

import csv
import io
import json
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

from generation.errors import OutputError, RequestError
from generation.files import held, refuse_small_disk, write_whole
from generation.phantoms.kinds import FRAMES, recipe, refuse_impossible
from generation.processes import process_pool

MOST_SOFTENING = 8.0
IMAGES_PER_TASK = 16
MANIFEST = "manifest.csv"
UNFINISHED = "manifest.unfinished"
TISSUE_DARK = np.array([48, 10, 12], np.float32)
TISSUE_LIGHT = np.array([244, 186, 160], np.float32)


def write_phantoms(
    out: Path,
    *,
    count: int,
    kind: str = "knee",
    size: int = 128,
    frames: int = FRAMES,
    seed: int = 0,
    soften: float = 0.0,
    colour: bool = False,
    processes: int = 1,
    on_progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Make `count` phantoms in `out`; answers the path of the manifest, which is written last.

    `soften` blurs them by so many pixels, as a stand-in for a generator that loses texture; `colour` gives
    grey kinds the colours of tissue. The same call goes on with a folder that it did not finish.
    """
    if count < 1:
        raise RequestError(f"cannot make {count} phantoms: ask for 1 or more")
    if processes < 1:
        raise RequestError(f"{processes} processes are not possible: choose 1 or more")
    if seed < 0:
        raise RequestError(f"seed {seed} is not possible: choose 0 or more")
    if not 0 <= soften <= MOST_SOFTENING:
        raise RequestError(f"softening by {soften:g} px is not possible: choose 0 to {MOST_SOFTENING:g}")
    refuse_impossible(kind, size, frames)
    layers = frames if recipe(kind).framed else 1
    asked = json.dumps([kind, count, size, frames, seed, soften, colour])
    _claim(out, asked, wanted=count * 2 * size**2 * layers)
    write_one = partial(
        _write_one, out=out, kind=kind, size=size, frames=frames, seed=seed, soften=soften, colour=colour
    )
    with held(out):
        rows = _made(out / UNFINISHED)
        write_whole(out / UNFINISHED, asked + "\n" + _table(rows))
        with (out / UNFINISHED).open("a", encoding="utf-8", newline="") as stream:
            for row in _rows(write_one, range(len(rows), count), processes):
                rows.append(row)
                stream.write(_table([row]))
                stream.flush()
                if on_progress is not None:
                    on_progress(len(rows), count)
        write_whole(out / MANIFEST, _table([["file", *recipe(kind).columns], *rows]))
        (out / UNFINISHED).unlink()
    return out / MANIFEST


def _table(rows: list[list[str]]) -> str:
    table = io.StringIO(newline="")
    csv.writer(table).writerows(rows)
    return table.getvalue()


def _made(unfinished: Path) -> list[list[str]]:
    """The rows of the images that an interrupted call finished, in order; its last line may be cut."""
    if not unfinished.exists():
        return []
    with unfinished.open(encoding="utf-8", newline="") as stream:
        next(stream)
        return [*csv.reader(line for line in stream if line.endswith("\n"))]


def _rows(write_one: Callable[[int], list[str]], indices: range, processes: int) -> Iterator[list[str]]:
    if min(processes, len(indices) / IMAGES_PER_TASK) <= 1:
        yield from map(write_one, indices)
        return
    with process_pool(processes) as pool:
        yield from pool.map(write_one, indices, chunksize=IMAGES_PER_TASK)


def _write_one(
    index: int, *, out: Path, kind: str, size: int, frames: int, seed: int, soften: float, colour: bool
) -> list[str]:
    picture = recipe(kind).make(index, seed=seed, size=size, frames=frames)
    pixels = softened(picture.pixels, soften) if soften else picture.pixels
    name = _save(out / picture.name, coloured(pixels) if colour else pixels)
    return [name, *(str(picture.facts.get(column, "")) for column in recipe(kind).columns)]


def softened(pixels: NDArray[np.unsignedinteger[Any]], sigma: float) -> NDArray[np.unsignedinteger[Any]]:
    """Blur the rows and columns of an image, of each of its channels and frames."""
    stills = _is_still(pixels)
    sigmas = (sigma, sigma, 0.0)[: pixels.ndim] if stills else (0.0, sigma, sigma)
    blurred = gaussian_filter(pixels.astype(np.float32), sigmas)
    return np.round(blurred).astype(pixels.dtype)


def coloured(pixels: NDArray[np.unsignedinteger[Any]]) -> NDArray[np.unsignedinteger[Any]]:
    """Give grey pixels the colours of tissue, dark red to pale, with 8 bits; what has colours keeps them."""
    if pixels.shape[-1] == 3:
        return pixels
    grey = pixels.astype(np.float32)[..., None] / np.iinfo(pixels.dtype).max
    tinted = np.clip(TISSUE_DARK + (TISSUE_LIGHT - TISSUE_DARK) * grey, 0, 255)
    return np.round(tinted).astype(np.uint8)


def _is_still(pixels: NDArray[np.unsignedinteger[Any]]) -> bool:
    return pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[-1] == 3)


def _save(stem: Path, pixels: NDArray[np.unsignedinteger[Any]]) -> str:
    """Stills as PNG, several frames as the pages of one TIFF."""
    stills = _is_still(pixels)
    path = stem.with_name(stem.name + (".png" if stills else ".tif"))
    if stills:
        Image.fromarray(pixels).save(path)
    else:
        first, *others = (Image.fromarray(frame) for frame in pixels)
        first.save(path, save_all=True, append_images=others, compression="tiff_deflate")
    return path.name


def _claim(out: Path, asked: str, *, wanted: int) -> None:
    """A folder that is new, empty or left by the same call, writable, on a disk with so much room."""
    refuse_small_disk(out, wanted, "these phantoms")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {out}: {error.strerror}. Name another one.") from error
    if any(out.iterdir()) and not _began(out / UNFINISHED, asked):
        raise OutputError(f"{out} is not empty. Name a new or empty folder, or delete it first.")
    if not os.access(out, os.W_OK):
        raise OutputError(f"cannot write to {out}. Name a folder that belongs to you.")


def _began(unfinished: Path, asked: str) -> bool:
    try:
        with unfinished.open(encoding="utf-8") as stream:
            return stream.readline() == asked + "\n"
    except FileNotFoundError:
        return False
