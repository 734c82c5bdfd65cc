"""From grey levels to the one buffer that readers get, by the same steps for every image of a study.

1. Spread: levels coarser than the canvas are spread evenly over the greys they stand for, so that neither an
   8-bit original in a 16-bit study nor a stretched contrast shows as a comb in the histogram. Pure black and
   pure white stay what they are.
2. Fit: crop or pad equally on both sides, and resample with a Lanczos kernel. An image that has the size of
   the canvas is not touched.
3. Quantise to the canvas's depth, little-endian.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.decode import Greys, Levels, decode
from readerstudy.imaging.errors import Refusal, SeveralFrames, TooMuchMemory, UniformGrey
from readerstudy.imaging.gather import Found, Series

#: Millimetres between rows and between columns.
Spacing = tuple[float, float] | None
#: A canvas of 0.35 mm takes originals of 0.3502 mm as they are.
SAME_SPACING = 0.002
# Part of what a file's fingerprint is made of: after a change of the pipeline everything is read anew.
PIPELINE = 1


@dataclass(frozen=True)
class Spaced:
    """An original whose pixel spacing is known from elsewhere, which goes before what it says itself."""

    original: bytes | Found | Series
    spacing_mm: float


#: What is prepared: the bytes of a file, or what reads them in the process that needs them.
Original = bytes | Found | Series | Spaced

MIDDLE = (0.05, 0.95)
SPARSE = 0.2
AT_ONCE = 1 << 17


@dataclass(frozen=True, kw_only=True)
class Buffer:
    """A buffer with its name and the facts of the original; without pixels where it is stored already."""

    digest: str
    pixels: bytes | None
    patient: str
    facts: dict[str, Any]


def prepare(original: Original, name: str, canvas: Canvas) -> Buffer | Refusal:
    """Everything that is done to one file; runs in a process of its own and knows no database."""
    spacing_mm: Spacing = None
    if isinstance(original, Spaced):
        spacing_mm = (original.spacing_mm, original.spacing_mm)
        original = original.original
    try:
        if canvas.frames > 1:
            from readerstudy.imaging.films import prepare_film  # not needed for stills

            return prepare_film(original, name, canvas, spacing_mm)
        if isinstance(original, Series):
            raise SeveralFrames
        if isinstance(original, Found):
            original = original.read()
        decoded = decode(original, name=name, colour=canvas.mode == "colour")
        decoded = replace(decoded, spacing_mm=spacing_mm or decoded.spacing_mm)
        counts = histogram(decoded.levels)
        step = coarseness(counts, decoded.greys)
        grey = levels_normalised(decoded.levels, decoded.greys, canvas, step, decoded.spacing_mm)
        if int(grey.min()) == int(grey.max()):
            raise UniformGrey
    except Refusal as refusal:
        return refusal
    except MemoryError:
        return TooMuchMemory()
    pixels = grey.tobytes()
    height, width = decoded.levels.shape[:2]
    facts = {
        **decoded.facts,
        "levels": int(np.count_nonzero(counts)),
        "step": round(step, 6),
        "lost": round(lost_share(height, width, canvas, decoded.spacing_mm), 3),
        "spacing": round(decoded.spacing_mm[0], 4) if decoded.spacing_mm else 0.0,
    }
    return Buffer(digest=digest_of(pixels, canvas), pixels=pixels, patient=decoded.patient, facts=facts)


def digest_of(pixels: bytes, canvas: Canvas) -> str:
    """The name of a buffer: SHA-256 over a header in words and the pixels."""
    hasher = hasher_for(canvas)
    hasher.update(pixels)
    return str(hasher.hexdigest())


def hasher_for(canvas: Canvas) -> Any:
    """Begin the name of a buffer, whose pixels are still to come."""
    return hashlib.sha256(f"readerstudy {canvas.shape_in_words}\n".encode())


def levels_normalised(
    levels: Levels, greys: Greys, canvas: Canvas, step: float, spacing_mm: Spacing = None
) -> NDArray[Any]:
    """One frame of levels in the canvas; `step` is the distance between the greys that occur."""
    if not _is_in_place(levels.shape, canvas, spacing_mm):
        return quantised(fit(spread(levels, greys, canvas, step), canvas, spacing_mm), canvas)
    if not _is_comb(step, canvas):
        # Nothing depends on a pixel's place, so that each level is quantised once.
        return quantised(greys, canvas).take(levels, mode="clip")
    found = np.empty(levels.size, dtype=canvas.dtype)
    for piece, grey in _spread(levels, greys, step):
        found[piece] = _scaled(grey, canvas)
    return found.reshape(levels.shape)


def quantised(grey: NDArray[np.float32], canvas: Canvas) -> NDArray[Any]:
    flat = grey.reshape(-1)
    found = np.empty(flat.size, dtype=canvas.dtype)
    for piece in _pieces(flat.size):
        found[piece] = _scaled(flat[piece].copy(), canvas)
    return found.reshape(grey.shape)


def _scaled(grey: NDArray[np.float32], canvas: Canvas) -> NDArray[np.float32]:
    """Greys as whole levels of the canvas, in the place of the greys."""
    np.clip(grey, 0, 1, out=grey)
    grey *= np.float32(canvas.white)
    return np.rint(grey, out=grey)


def _pieces(size: int) -> Iterator[slice]:
    """Pieces of an image that the processor's cache holds through several steps."""
    return (slice(start, start + AT_ONCE) for start in range(0, size, AT_ONCE))


def _is_comb(step: float, canvas: Canvas) -> bool:
    # A twentieth of a canvas level of tolerance: rounding a 12-bit ramp to 16 bits is not a comb.
    return step * canvas.white > 1.05


def spread(levels: Levels, greys: Greys, canvas: Canvas, step: float) -> NDArray[np.float32]:
    """The grey of each pixel, anywhere in the interval that its level stands for."""
    if not _is_comb(step, canvas):
        return greys[levels]
    spread = np.empty(levels.size, dtype=np.float32)
    for piece, grey in _spread(levels, greys, step):
        spread[piece] = grey
    return spread.reshape(levels.shape)


def _spread(levels: Levels, greys: Greys, step: float) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Spread piece by piece, each in the same array.

    The noise is drawn from the pixels themselves, so that the same image always becomes the same buffer.
    """
    flat: NDArray[Any] = np.ascontiguousarray(levels).reshape(-1)
    generator = np.random.default_rng(list(hashlib.sha256(flat.data).digest()))
    greys_at_once, noises = np.empty((2, min(AT_ONCE, flat.size)), dtype=np.float32)
    for piece in _pieces(flat.size):
        few = flat[piece]
        grey, noise = greys_at_once[: few.size], noises[: few.size]
        greys.take(few, out=grey, mode="clip")
        generator.random(out=noise, dtype=np.float32)
        noise -= np.float32(0.5)
        noise *= np.float32(step)
        if grey.min() > 0 and grey.max() < 1:
            grey += noise
        else:
            np.add(grey, noise, out=grey, where=(grey > 0) & (grey < 1))
        yield piece, grey


def histogram(levels: Levels) -> NDArray[np.int64]:
    """How often each level occurs, up to the highest."""
    flat = levels.reshape(-1)
    counts = np.zeros(int(flat.max()) + 1, dtype=np.int64)
    for piece in _pieces(flat.size):
        counts += np.bincount(flat[piece], minlength=len(counts))
    return counts


def coarseness(counts: NDArray[np.int64], greys: Greys) -> float:
    """The distance between greys that occur, over the middle nine tenths of the pixels."""
    used = np.flatnonzero(counts)
    pixels = int(counts.sum())
    share = np.cumsum(counts[used]) / pixels
    middle = used[(share >= MIDDLE[0]) & (share <= MIDDLE[1])]
    values = np.unique(greys[middle])
    values = values[(values > 0) & (values < 1)]
    if len(values) < 2:
        return 0.0
    if len(values) > SPARSE * pixels:
        # Few pixels over many levels leave gaps by chance; only the narrowest one tells of the scale.
        return float(np.diff(values).min())
    return float(values[-1] - values[0]) / (len(values) - 1)


def _is_in_place(shape: tuple[int, ...], canvas: Canvas, spacing_mm: Spacing) -> bool:
    if shape[:2] != (canvas.height, canvas.width):
        return False
    if canvas.spacing_mm is None or spacing_mm is None:
        return True
    return all(abs(given / canvas.spacing_mm - 1) < SAME_SPACING for given in spacing_mm)


def fit(grey: NDArray[np.float32], canvas: Canvas, spacing_mm: Spacing = None) -> NDArray[np.float32]:
    """Bring an image into the canvas; by its spacing where both are known, else by its shape."""
    if _is_in_place(grey.shape, canvas, spacing_mm):
        return grey
    if grey.ndim == 3:
        return np.stack([fit(grey[..., channel], canvas, spacing_mm) for channel in range(3)], axis=2)
    height, width = grey.shape
    box = _window(width, height, canvas, spacing_mm)
    inside = max(0.0, box[0]), max(0.0, box[1]), min(float(width), box[2]), min(float(height), box[3])
    left, right = _target((inside[2] - inside[0]) / (box[2] - box[0]), canvas.width)
    top, bottom = _target((inside[3] - inside[1]) / (box[3] - box[1]), canvas.height)
    picture = PIL.Image.fromarray(np.ascontiguousarray(grey))
    resized = picture.resize((right - left, bottom - top), PIL.Image.Resampling.LANCZOS, box=inside)
    if (right - left, bottom - top) == (canvas.width, canvas.height):
        return np.asarray(resized)
    padded = np.zeros((canvas.height, canvas.width), dtype=np.float32)
    padded[top:bottom, left:right] = np.asarray(resized)
    return padded


def _target(share: float, size: int) -> tuple[int, int]:
    """Where the part of a window that lies inside the original comes to lie on the canvas: in its middle."""
    length = min(size, max(1, round(share * size)))
    start = (size - length) // 2
    return start, start + length


def _window(
    width: int, height: int, canvas: Canvas, spacing_mm: Spacing = None
) -> tuple[float, float, float, float]:
    """The middle part of the original that fills the canvas, beyond its edges where that pads."""
    if canvas.spacing_mm is not None and spacing_mm is not None:
        down, across = (canvas.spacing_mm / given for given in spacing_mm)
    else:
        choose = min if canvas.fit == "crop" else max
        down = across = choose(width / canvas.width, height / canvas.height)
    left, top = (width - canvas.width * across) / 2, (height - canvas.height * down) / 2
    return left, top, width - left, height - top


def lost_share(height: int, width: int, canvas: Canvas, spacing_mm: Spacing = None) -> float:
    """How much of the original is cut away, 0 to 1."""
    if _is_in_place((height, width), canvas, spacing_mm):
        return 0.0
    left, top, right, bottom = _window(width, height, canvas, spacing_mm)
    kept = (min(width, right) - max(0.0, left)) * (min(height, bottom) - max(0.0, top))
    return 1 - kept / (width * height)
