"""Dwell times: how long each part of an image was in sight, for all readers or one.

Each moment's time is spread evenly over the part of the image that was on the screen, or in the magnifier.
An image that was only looked at as a whole has the same time everywhere, which says nothing of the eyes.
Where linked images were zoomed together, that time goes to the image in focus, or all their maps were alike.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from readerstudy.imaging.canvas import Canvas
from readerstudy.results.looking import Box, Moment

#: Cells along the longer side of an image.
CELLS = 24


@dataclass(frozen=True, kw_only=True)
class Dwell:
    """Seconds for each cell of an image, rows from the top; and how long the image was in sight at all."""

    cells: NDArray[np.float64]
    seconds: float

    @property
    def peak(self) -> float:
        """How many times as long as on average the part that was in sight longest was."""
        mean = float(self.cells.mean())
        return float(self.cells.max()) / mean if mean > 0 else 1.0

    @property
    def is_even(self) -> bool:
        return self.peak < 1.05

    @property
    def relative(self) -> NDArray[np.float64]:
        """From 0 for what was in sight shortest to 1 for longest."""
        low, high = float(self.cells.min()), float(self.cells.max())
        return np.zeros_like(self.cells) if self.is_even else (self.cells - low) / (high - low)


def dwell(looks: Iterable[tuple[Sequence[Moment], str]], canvas: Canvas) -> Dwell:
    """Add up what the moments of readers say of one image, which each saw under a letter of their own."""
    rows, columns = grid(canvas)
    cells, seconds = np.zeros((rows, columns)), 0.0
    for moments, letter in looks:
        for now, following in pairwise(moments):
            part = None if now.away or letter not in now.images else now.images[letter].looked_at
            spent = (following.at_ms - now.at_ms) / 1000
            if part is None or spent <= 0:
                continue
            seconds += spent
            if not _is_cut(part, canvas) or not now.linked or now.focus in ("", letter):
                cells += spent * _spread(part, canvas, rows, columns)
    return Dwell(cells=cells, seconds=seconds)


def grid(canvas: Canvas) -> tuple[int, int]:
    longer = max(canvas.width, canvas.height)
    return max(1, round(CELLS * canvas.height / longer)), max(1, round(CELLS * canvas.width / longer))


def _spread(part: Box, canvas: Canvas, rows: int, columns: int) -> NDArray[np.float64]:
    """The share of a moment that falls on each cell; one altogether, if any of the image was in sight."""
    down = _overlap(part.y, part.height, canvas.height, rows)
    across = _overlap(part.x, part.width, canvas.width, columns)
    covered = down[:, None] * across[None, :]
    whole = float(covered.sum())
    return covered / whole if whole > 0 else covered


def _overlap(start: float, length: float, size: int, cells: int) -> NDArray[np.float64]:
    edges = np.linspace(0, size, cells + 1)
    overlap: NDArray[np.float64] = np.minimum(edges[1:], start + length) - np.maximum(edges[:-1], start)
    return overlap.clip(min=0.0)


@dataclass(frozen=True, kw_only=True)
class Handling:
    """What one reader did with the images of a case."""

    seconds: float
    zoomed_s: float
    magnified_s: float
    views: int
    windows: int


def handling(moments: Sequence[Moment], canvas: Canvas) -> Handling:
    """Count what a reader did; zoomed is a moment in which some image was not in sight as a whole."""
    seconds = zoomed = magnified = 0.0
    for now, following in pairwise(moments):
        if now.away:
            continue
        spent = (following.at_ms - now.at_ms) / 1000
        seconds += spent
        shown = [image for image in now.images.values() if image.part]
        magnified += spent * any(image.lens for image in shown)
        zoomed += spent * any(image.part is not None and _is_cut(image.part, canvas) for image in shown)
    kinds = [moment.kind for moment in moments]
    return Handling(
        seconds=seconds,
        zoomed_s=zoomed,
        magnified_s=magnified,
        views=sum(kind in ("zoom", "pan", "actual") for kind in kinds),
        windows=sum(kind in ("window", "grey", "preset", "invert") for kind in kinds),
    )


def _is_cut(part: Box, canvas: Canvas) -> bool:
    slack = 0.5
    return (
        part.x > slack
        or part.y > slack
        or part.x + part.width < canvas.width - slack
        or part.y + part.height < canvas.height - slack
    )
