"""From grey levels to the one buffer that readers get, by the same steps for every image of a study.

1. Spread: levels coarser than the canvas are spread evenly over the greys they stand for, so that neither an
   8-bit original in a 16-bit study nor a stretched contrast shows as a comb in the histogram. Pure black and
   pure white stay what they are.
2. Fit: crop or pad equally on both sides, and resample with a Lanczos kernel. An image that has the size of
   the canvas is not touched.
3. Quantise to the canvas's depth, little-endian.
"""

import hashlib
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
        grey = normalise(decoded, canvas)
        if int(grey.min()) == int(grey.max()):
            raise UniformGrey
    except Refusal as refusal:
        return refusal
    except MemoryError:
        return TooMuchMemory()
    pixels = grey.tobytes()
    facts = {
        **decoded.facts,
        "levels": int(np.count_nonzero(np.bincount(decoded.levels.ravel()))),
        "step": round(coarseness(decoded.levels, decoded.greys), 6),
        "lost": round(lost_share(decoded.levels.shape[0], decoded.levels.shape[1], canvas), 3),
    }
    return Buffer(digest=digest_of(pixels, canvas), pixels=pixels, patient=decoded.patient, facts=facts)


def digest_of(pixels: bytes, canvas: Canvas) -> str:
    """The name of a buffer: SHA-256 over a header in words and the pixels."""
    header = f"readerstudy grey {canvas.width}x{canvas.height}x{canvas.bits}\n".encode()
    return hashlib.sha256(header + pixels).hexdigest()


def normalise(decoded: Decoded, canvas: Canvas) -> NDArray[Any]:
    grey = spread(decoded.levels, decoded.greys, canvas)
    grey = fit(grey, canvas)
    quantised: NDArray[Any] = np.rint(np.clip(grey, 0, 1) * np.float32(canvas.white))
    return quantised.astype("<u1" if canvas.bits == 8 else "<u2")


def spread(levels: Levels, greys: Greys, canvas: Canvas) -> NDArray[np.float32]:
    """The grey of each pixel, anywhere in the interval that its level stands for.

    The noise is drawn from the pixels themselves, so that the same image always becomes the same buffer.
    """
    step = coarseness(levels, greys)
    grey = greys[levels]
    # Half a canvas level of tolerance: rounding a 12-bit ramp to 16 bits is not a comb.
    if step * canvas.white <= 1.05:
        return grey
    seed = hashlib.sha256(np.ascontiguousarray(levels).tobytes()).digest()
    noise = np.random.default_rng(list(seed)).random(grey.shape, dtype=np.float32) - np.float32(0.5)
    between = (grey > 0) & (grey < 1)
    return np.where(between, grey + noise * np.float32(step), grey)


def coarseness(levels: Levels, greys: Greys) -> float:
    """The distance between greys that occur, over the middle nine tenths of the pixels."""
    counts = np.bincount(levels.ravel(), minlength=1)
    used = np.flatnonzero(counts)
    share = np.cumsum(counts[used]) / levels.size
    middle = used[(share >= MIDDLE[0]) & (share <= MIDDLE[1])]
    values = np.unique(greys[middle])
    values = values[(values > 0) & (values < 1)]
    if len(values) < 2:
        return 0.0
    if len(values) > SPARSE * levels.size:
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
