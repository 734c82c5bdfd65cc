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
from dataclasses import dataclass
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.decode import Decoded, Greys, Levels, decode
from readerstudy.imaging.errors import Refusal, TooMuchMemory, UniformGrey

# Part of what a file's fingerprint is made of: after a change of the pipeline everything is read anew.
PIPELINE = 1
MIDDLE = (0.05, 0.95)
SPARSE = 0.2
AT_ONCE = 1 << 17


@dataclass(frozen=True, kw_only=True)
class Buffer:
    """A buffer ready to be stored, with its name and the facts of the original."""

    digest: str
    pixels: bytes
    patient: str
    facts: dict[str, Any]


def prepare(data: bytes, name: str, canvas: Canvas) -> Buffer | Refusal:
    """Everything that is done to one file; runs in a process of its own and knows no database."""
    try:
        decoded = decode(data, name=name)
        counts = histogram(decoded.levels)
        step = coarseness(counts, decoded.greys)
        grey = _normalised(decoded, canvas, step)
        if int(grey.min()) == int(grey.max()):
            raise UniformGrey
    except Refusal as refusal:
        return refusal
    except MemoryError:
        return TooMuchMemory()
    pixels = grey.tobytes()
    facts = {
        **decoded.facts,
        "levels": int(np.count_nonzero(counts)),
        "step": round(step, 6),
        "lost": round(lost_share(decoded.levels.shape[0], decoded.levels.shape[1], canvas), 3),
    }
    return Buffer(digest=digest_of(pixels, canvas), pixels=pixels, patient=decoded.patient, facts=facts)


def digest_of(pixels: bytes, canvas: Canvas) -> str:
    """The name of a buffer: SHA-256 over a header in words and the pixels."""
    hasher = hashlib.sha256(f"readerstudy grey {canvas.width}x{canvas.height}x{canvas.bits}\n".encode())
    hasher.update(pixels)
    return hasher.hexdigest()


def normalise(decoded: Decoded, canvas: Canvas) -> NDArray[Any]:
    return _normalised(decoded, canvas, coarseness(histogram(decoded.levels), decoded.greys))


def _normalised(decoded: Decoded, canvas: Canvas, step: float) -> NDArray[Any]:
    levels, greys = decoded.levels, decoded.greys
    if not _is_comb(step, canvas) and levels.shape == (canvas.height, canvas.width):
        # Nothing depends on a pixel's place, so that each level is quantised once.
        return quantised(greys, canvas)[levels]
    return quantised(fit(spread(levels, greys, canvas, step), canvas), canvas)


def quantised(grey: NDArray[np.float32], canvas: Canvas) -> NDArray[Any]:
    flat = grey.reshape(-1)
    found = np.empty(flat.size, dtype="<u1" if canvas.bits == 8 else "<u2")
    for piece in _pieces(flat.size):
        scaled = np.clip(flat[piece], 0, 1)
        scaled *= np.float32(canvas.white)
        found[piece] = np.rint(scaled, out=scaled)
    return found.reshape(grey.shape)


def _pieces(size: int) -> Iterator[slice]:
    """Pieces of an image that the processor's cache holds through several steps."""
    return (slice(start, start + AT_ONCE) for start in range(0, size, AT_ONCE))


def _is_comb(step: float, canvas: Canvas) -> bool:
    # A twentieth of a canvas level of tolerance: rounding a 12-bit ramp to 16 bits is not a comb.
    return step * canvas.white > 1.05


def spread(levels: Levels, greys: Greys, canvas: Canvas, step: float) -> NDArray[np.float32]:
    """The grey of each pixel, anywhere in the interval that its level stands for.

    The noise is drawn from the pixels themselves, so that the same image always becomes the same buffer.
    """
    if not _is_comb(step, canvas):
        return greys[levels]
    flat: NDArray[Any] = np.ascontiguousarray(levels).reshape(-1)
    generator = np.random.default_rng(list(hashlib.sha256(flat.data).digest()))
    spread = np.empty(flat.size, dtype=np.float32)
    for piece in _pieces(flat.size):
        grey = greys.take(flat[piece], out=spread[piece], mode="clip")
        noise = generator.random(grey.size, dtype=np.float32)
        noise -= np.float32(0.5)
        noise *= np.float32(step)
        np.add(grey, noise, out=grey, where=(grey > 0) & (grey < 1))
    return spread.reshape(levels.shape)


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


def fit(grey: NDArray[np.float32], canvas: Canvas) -> NDArray[np.float32]:
    height, width = grey.shape
    if (width, height) == (canvas.width, canvas.height):
        return grey
    picture = PIL.Image.fromarray(np.ascontiguousarray(grey))
    lanczos = PIL.Image.Resampling.LANCZOS
    if canvas.fit == "crop":
        return np.asarray(
            picture.resize((canvas.width, canvas.height), lanczos, box=_window(width, height, canvas))
        )
    scale = min(canvas.width / width, canvas.height / height)
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    padded = np.zeros((canvas.height, canvas.width), dtype=np.float32)
    top, left = (canvas.height - inner[1]) // 2, (canvas.width - inner[0]) // 2
    padded[top : top + inner[1], left : left + inner[0]] = np.asarray(picture.resize(inner, lanczos))
    return padded


def _window(width: int, height: int, canvas: Canvas) -> tuple[float, float, float, float]:
    """The largest middle part of the original that has the canvas's shape."""
    scale = min(width / canvas.width, height / canvas.height)
    left, top = (width - canvas.width * scale) / 2, (height - canvas.height * scale) / 2
    return left, top, width - left, height - top


def lost_share(height: int, width: int, canvas: Canvas) -> float:
    """How much of the original a crop cuts away, 0 to 1."""
    if canvas.fit == "pad":
        return 0.0
    left, top, right, bottom = _window(width, height, canvas)
    return 1 - (right - left) * (bottom - top) / (width * height)
