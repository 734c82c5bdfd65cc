"""The project's own "real" images, for demonstrations."""

import shutil
from collections.abc import Callable
from pathlib import Path

from generation import GenerationError
from generation.phantoms.write import write_phantoms
from readerstudy.synthesis.errors import SynthesisError

#: What the bundled model was trained on, so that both arms of a demonstration are of one kind.
KIND = "knee-1"


def make_phantoms(
    out: Path, *, count: int, size: int, seed: int, on_progress: Callable[[int, int], None]
) -> Path:
    """A folder of phantoms with its manifest; one that was left half-made is made anew."""
    manifest = out / "manifest.csv"
    if manifest.exists():
        on_progress(count, count)
        return manifest
    shutil.rmtree(out, ignore_errors=True)
    try:
        return write_phantoms(
            out, kind=KIND, count=count, size=size, seed=seed, processes=2, on_progress=on_progress
        )
    except GenerationError as error:
        raise SynthesisError(str(error)) from error
