"""Phantoms for demos: as "real" images, and softened as those of a generator."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from generation import GenerationError
from generation.phantoms.kinds import recipe
from generation.phantoms.write import write_phantoms
from readerstudy.imaging.manifest import FILE, PATIENT, Manifest, Row
from readerstudy.synthesis.errors import SynthesisError

#: What the bundled model was trained on, so that both arms of a demonstration are of one kind.
MODELLED = "knee"


@dataclass(frozen=True, kw_only=True)
class PhantomRequest:
    """So many phantoms of a kind; `size` is brought into what the kind allows."""

    kind: str = MODELLED
    count: int
    size: int
    frames: int = 1
    seed: int = 0
    soften: float = 0.0
    colour: bool = False

    @property
    def folder_name(self) -> str:
        frames = f"-{self.frames}f" if self.frames > 1 else ""
        soft = f"-soft{self.soften:g}" if self.soften else ""
        tint = "-colour" if self.colour else ""
        return f"{self.kind}{tint}-{self.size}px{frames}-{self.count}-seed{self.seed}{soft}"


def make_phantoms(
    request: PhantomRequest, below: Path, *, on_progress: Callable[[int, int], None]
) -> tuple[Path, Manifest]:
    """A folder of phantoms and what is known of them; one that was left half-made is finished."""
    out = below / request.folder_name
    manifest = out / "manifest.csv"
    if not manifest.exists():
        low, high = recipe(request.kind).sizes
        try:
            write_phantoms(
                out,
                kind=request.kind,
                count=request.count,
                size=min(max(request.size, low), high),
                frames=request.frames,
                seed=request.seed,
                soften=request.soften,
                colour=request.colour,
                processes=2,
                on_progress=on_progress,
            )
        except GenerationError as error:
            raise SynthesisError(str(error)) from error
    on_progress(request.count, request.count)
    return out, _manifest(manifest)


def _manifest(path: Path) -> Manifest:
    with path.open(encoding="utf-8", newline="") as stream:
        return Manifest(
            Row(file=row.pop(FILE), patient=row.pop(PATIENT, ""), labels=row)
            for row in csv.DictReader(stream)
        )
