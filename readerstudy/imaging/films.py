"""Images of several frames: one after another through the pipeline of stills, never all at once.

A film says how many frames there are and hands out some of them in order, as often as it is asked. All
frames of an image have one table of greys and one spread, so that a slice looks as its neighbours do.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.decode import Greys, Levels
from readerstudy.imaging.errors import DamagedImage, OneFrame, OtherFrames, Refusal, TooLarge, UniformGrey
from readerstudy.imaging.gather import Found, Series
from readerstudy.imaging.normalise import (
    Buffer,
    Spacing,
    coarseness,
    digest_of,
    histogram,
    levels_normalised,
    lost_share,
)

#: Ten minutes at 33 frames a second, and more slices than any scanner makes.
MOST_ORIGINAL_FRAMES = 20_000
#: Frames are decoded twice, to count levels and to use them, unless they all fit here.
KEPT_BYTES = 128 * 1024 * 1024

Frames = Callable[[Sequence[int]], Iterator[Levels]]


@dataclass(kw_only=True)
class Film:
    """`frames` gives those with the given numbers, in order; `greys` the table for counts of their levels."""

    count: int
    size: tuple[int, int]
    frames: Frames
    greys: Callable[[NDArray[np.int64]], Greys]
    facts: dict[str, Any]
    patient: str = ""
    spacing_mm: tuple[float, float] | None = None
    kept: dict[int, Levels] = field(default_factory=dict)

    def levels(self, chosen: Sequence[int]) -> Iterator[Levels]:
        """The chosen frames, each as often as it is chosen; the second time from memory where they fit."""
        once = sorted(set(chosen))
        source = self.frames([number for number in once if number not in self.kept])
        held = sum(levels.nbytes for levels in self.kept.values())
        current, last = None, -1
        for number in chosen:
            if number != last:
                current = self.kept.get(number)
                if current is None:
                    current = next(source, None)
                    if current is None or current.shape[:2] != self.size:
                        raise DamagedImage
                    if held + current.nbytes <= KEPT_BYTES:
                        self.kept[number] = current
                        held += current.nbytes
                last = number
            assert current is not None  # noqa: S101
            yield current


def prepare_film(original: bytes | Found | Series, name: str, canvas: Canvas, spacing_mm: Spacing) -> Buffer:
    """Everything that is done to one image of several frames, or a refusal."""
    try:
        film = open_film(original, name, colour=canvas.mode == "colour")
        film.spacing_mm = spacing_mm or film.spacing_mm
        return _prepared(film, canvas)
    except (Refusal, MemoryError):
        raise
    except Exception as error:
        # Decoders raise whatever they like on hostile bytes; all of it means the same to the user.
        raise DamagedImage from error


def _prepared(film: Film, canvas: Canvas) -> Buffer:
    chosen = chosen_frames(film.count, canvas)
    counts = np.zeros(65536, dtype=np.int64)
    for levels in film.levels(chosen):
        found = histogram(levels)
        counts[: len(found)] += found
    greys = film.greys(counts)
    step = coarseness(counts[: len(greys)], greys)
    values = np.empty(canvas.shape, dtype=canvas.dtype)
    for at, levels in enumerate(film.levels(chosen)):
        values[at] = levels_normalised(levels, greys, canvas, step, film.spacing_mm)
    if int(values.min()) == int(values.max()):
        raise UniformGrey
    height, width = film.size
    facts = {
        **film.facts,
        "width": width,
        "height": height,
        "frames": film.count,
        "levels": int(np.count_nonzero(counts)),
        "step": round(step, 6),
        "lost": round(lost_share(height, width, canvas, film.spacing_mm), 3),
        "spacing": round(film.spacing_mm[0], 4) if film.spacing_mm else 0.0,
    }
    pixels = values.tobytes()
    return Buffer(digest=digest_of(pixels, canvas), pixels=pixels, patient=film.patient, facts=facts)


def chosen_frames(count: int, canvas: Canvas) -> list[int]:
    """Which frames of an original make the frames of the canvas, by the one rule of the study.

    Resampling takes the frame in the middle of each equal part: frames are left out or repeated, and never
    blended.
    """
    wanted = canvas.frames
    if count < 2:
        raise OneFrame
    if count == wanted:
        return list(range(count))
    if canvas.frame_fit == "resample":
        return [int((at + 0.5) * count / wanted) for at in range(wanted)]
    if canvas.frame_fit == "crop" and count > wanted:
        first = (count - wanted) // 2
        return list(range(first, first + wanted))
    rule = "crop needs at least as many" if canvas.frame_fit == "crop" else "frame_fit is refuse"
    raise OtherFrames(
        f"The image has {count:,} frames, the canvas {wanted:,}, and {rule}. "
        'Set frame_fit = "resample" in [canvas], or export it with the frames of the canvas.'
    )


def require_count(count: int, what: str = "frames") -> int:
    if count > MOST_ORIGINAL_FRAMES:
        raise TooLarge(
            f"The image has more than {MOST_ORIGINAL_FRAMES:,} {what}. Cut the part out that is to be shown."
        )
    return count


def open_film(original: bytes | Found | Series, name: str, *, colour: bool) -> Film:
    """The film behind a file, or behind a folder of slices or numbered stills."""
    from readerstudy.imaging import film_formats  # Series and Film are named there

    if isinstance(original, Series):
        return film_formats.film_of_series(original, colour=colour)
    data = original if isinstance(original, bytes) else original.read()
    return film_formats.film_of_file(data, name=name, colour=colour)
