"""A film at other values of a condition: inverted to noise, and drawn from that again."""

import csv
import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from generation.cards import CheckpointCard, describe_checkpoint
from generation.checkpoints import Checkpoint, load_checkpoint
from generation.conditions import Value
from generation.data.decode import Grey, fit_square, read_grey, refuse_darkness
from generation.errors import DatasetError, RequestError
from generation.files import readable_refusals, write_whole
from generation.models.denoiser import Denoiser
from generation.papers import REDRAWN
from generation.sampling.images import write_image
from generation.sampling.inversion import Inversion
from generation.sampling.ledger import Row
from generation.sampling.request import Progress, SampleRequest, SampleSummary
from generation.sampling.run import Painter, carry_out
from generation.team import Team

IMAGES, ITSELF, SHEET, CHANGES = "images", "itself", "redrawn.png", "redrawn.csv"


@dataclass(frozen=True, kw_only=True)
class RedrawRequest(SampleRequest):
    """Films that show the conditions `shown`, each to be drawn again at `stages` of `through`."""

    films: tuple[Path, ...]
    shown: Mapping[str, Value]
    stages: tuple[Value, ...]
    depth: float

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.depth <= 1:
            raise RequestError(f"depth {self.depth} is not possible: choose a number above 0, at most 1")
        names = [film.stem for film in self.films]
        if twice := {name for name in names if names.count(name) > 1}:
            raise RequestError(f"several films are called {min(twice)}: rename them, or redraw each alone")

    def identity(self, card: CheckpointCard) -> dict[str, Any]:
        """A film is what it shows the network, wherever it lies."""
        digests = [hashlib.sha256(read_film(film, card.size).tobytes()).hexdigest() for film in self.films]
        return {**super().identity(card), "films": digests, "shown": dict(self.shown)}


@dataclass(frozen=True, kw_only=True)
class Redrawn:
    """What was made. The sheet has a row for each film: the film, and the film at each of `stages`.

    `error` is the mean difference on 0 to 1 of a film from itself, drawn again as what it shows; of the
    film with the largest.
    """

    summary: SampleSummary
    sheet: Path
    stages: tuple[Value, ...]
    error: float


def redraw(
    films: Sequence[Path | str],
    *,
    out: Path | str,
    shown: Mapping[str, Value],
    through: str = "grade",
    depth: float = 0.95,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    **settings: Any,
) -> Redrawn:
    """Write `out`/images with their manifest, itself/, redrawn.csv and redrawn.png; the same call goes on.

    `settings`: checkpoint, steps, threads and cpu, as a SampleRequest has them.
    """
    out, paths = Path(out), tuple(map(Path, films))
    stages = other_stages(SampleRequest(count=1, out=out, **settings).checkpoint_path, shown, through)
    request = RedrawRequest(
        count=len(paths) * len(stages),
        out=out / IMAGES,
        films=paths,
        shown=shown,
        through=through,
        stages=stages,
        depth=depth,
        sampler="ddim",
        **{"steps": 30, **settings},
    )
    team = Team(cpu=request.cpu)
    painter = FilmPainter(request, load_checkpoint(request.checkpoint_path, team.device), team.device)
    summary = carry_out(painter, team, on_progress, should_stop)
    error = float("nan")
    if summary.first:
        with readable_refusals(out):
            error = _write_comparison(painter, out)
    return Redrawn(summary=summary, sheet=out / SHEET, stages=stages, error=error)


def other_stages(checkpoint: Path, shown: Mapping[str, Value], through: str) -> tuple[Value, ...]:
    """All values of a progression but the one that the films show: that would be the film once more."""
    card = describe_checkpoint(checkpoint)
    if card.is_wgan:
        raise RequestError(f"{checkpoint} is a GAN, which leads from no image to its noise. Take another.")
    stages, own = card.space.stages(through), card.space.encode(shown)[card.space.names.index(through)]
    if np.isnan(own):
        raise RequestError(
            f"what the films show has to be known: say {through}=… among the conditions, one of "
            f"{', '.join(map(str, stages))}"
        )
    return tuple(v for v in stages if card.space.encode({through: v})[card.space.names.index(through)] != own)


class FilmPainter(Painter):
    """Paints the stages of one film after the other, and what becomes of the film without a change."""

    request: RedrawRequest
    mark = REDRAWN

    def __init__(self, request: RedrawRequest, checkpoint: Checkpoint, device: torch.device) -> None:
        super().__init__(request, checkpoint, device)
        assert isinstance(checkpoint.network, Denoiser)  # noqa: S101
        self.stages, self.batch = request.stages, len(request.stages)
        self.inversion = Inversion(
            checkpoint.network, checkpoint.diffusion, steps=request.steps, depth=request.depth
        )

    def conditions_of(self, index: int) -> dict[str, Value]:
        stage = self.stages[index % len(self.stages)]
        named = {**self.request.shown, self.request.through: stage}
        return {name: named.get(name) for name in self.checkpoint.space.names}

    def film_of(self, index: int) -> Path:
        return self.request.films[index // len(self.stages)]

    def facts_of(self, index: int) -> Row:
        return {**super().facts_of(index), "seed": "", "patient": self.film_of(index).stem}

    def paint(self, indices: Sequence[int]) -> NDArray[np.float32]:
        painted = []
        for film, numbers in groupby(indices, self.film_of):
            pixels = read_film(film, self.checkpoint.size).astype(np.float32)
            image = torch.from_numpy(pixels / 65535 * 2 - 1)[None, None].to(self.device)
            noise = self.inversion.noise_of(image, self._encoded(self.request.shown))
            itself = self.inversion.images_of(noise, self._encoded(self.request.shown))
            facts = {"checkpoint_digest": self.checkpoint.digest}
            path = self.request.out.parent / ITSELF / f"{film.stem}.png"
            write_image(path, _pixels(itself), "png16", facts, self.mark)
            for number in numbers:
                drawn = self.inversion.images_of(noise, self._encoded(self.conditions_of(number)))
                painted.append(_pixels(drawn))
        return np.stack(painted)

    def _encoded(self, conditions: Mapping[str, Value]) -> torch.Tensor:
        return torch.from_numpy(self.checkpoint.space.encode(conditions))[None].to(self.device)


def _pixels(image: torch.Tensor) -> NDArray[np.float32]:
    pixels: NDArray[np.float32] = image[0, 0].cpu().numpy()
    return pixels


def read_film(path: Path, size: int) -> Grey:
    """A film at the size of the network."""
    pixels = read_grey(path)
    height, width = pixels.shape
    if height != width or width < size:
        raise DatasetError(
            f"{path} is {width} x {height}; needed is a square of {size} px or more. "
            "Cut out what is to be shown."
        )
    refuse_darkness(int(pixels.max()), str(path))
    return fit_square(pixels, size)


def _write_comparison(painter: FilmPainter, out: Path) -> float:
    """The sheet, and how far each image is from its film; answers the largest error of a film by itself."""
    manifest = csv.DictReader((out / IMAGES / "manifest.csv").read_text(encoding="utf-8").splitlines())
    rows: list[NDArray[Any]] = []
    errors: list[float] = []
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(["film", "file", painter.request.through, "mean_difference", "largest_difference"])
    for film, images in groupby(manifest, lambda row: painter.film_of(int(row["index"]))):
        before = read_film(film, painter.checkpoint.size)
        itself = f"{ITSELF}/{film.stem}.png"
        found = [(itself, painter.request.shown[painter.request.through])]
        found += [(f"{IMAGES}/{row['file']}", row[painter.request.through]) for row in images]
        strip = [before]
        for file, value in found:
            after = read_grey(out / file)
            difference = np.abs(after.astype(float) - before) / 65535
            table.writerow([film.name, file, value, f"{difference.mean():.5f}", f"{difference.max():.4f}"])
            if file == itself:
                errors.append(float(difference.mean()))
            else:
                strip.append(after)
        rows.append(np.concatenate(strip, axis=1) >> 8)
    write_whole(out / CHANGES, text.getvalue())
    Image.fromarray(np.concatenate(rows).astype(np.uint8)).save(out / SHEET)
    return max(errors)
