"""What the format of an image looks like, in numbers that say little about what is on it.

Every feature is a plain number of one image as it is delivered; whether two arms differ in it is for the
blinding audit to say. References: noise after Immerkær (1996) and Donoho & Johnstone (1994); periodic
interpolation traces after Gallagher (2005).
"""

from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from readerstudy.imaging.jpeg_history import jpeg_history

LONGEST_MEASURED = 1024

Grey = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Features:
    """The format features of one image; `compare` in the blinding audit explains each in words."""

    width: float
    height: float
    bits: float
    distinct: float
    comb: float
    pure_black: float
    pure_white: float
    flat: float
    border_rows: float
    border_columns: float
    edge_jump: float
    corner_marks: float
    corner_spots: float
    grid: float
    dct_comb: float
    noise: float
    noise_quiet: float
    noise_correlation: float
    slope_middle: float
    slope_high: float
    top_band: float
    nyquist: float
    periodicity: float

    def as_dict(self) -> dict[str, float]:
        return {name: getattr(self, name) for name in FEATURE_NAMES}

    @classmethod
    def from_dict(cls, values: dict[str, float]) -> Self:
        return cls(**{name: float(values[name]) for name in FEATURE_NAMES})


FEATURE_NAMES = tuple(field.name for field in fields(Features))


def features_of(pixels: NDArray[Any], bits: int) -> Features:
    """Measure one image, given as an array of height × width."""
    white = (1 << bits) - 1
    grey = pixels.astype(np.float32) / np.float32(white)
    counts = np.bincount(pixels.ravel(), minlength=white + 1)
    border_rows, border_columns = _borders(grey)
    middle = _middle(grey)
    return Features(
        width=float(pixels.shape[1]),
        height=float(pixels.shape[0]),
        bits=float(bits),
        distinct=distinct_of(counts),
        comb=comb_of(counts),
        pure_black=float(counts[0] / pixels.size),
        pure_white=float(counts[white] / pixels.size),
        flat=_flat(pixels),
        border_rows=border_rows,
        border_columns=border_columns,
        edge_jump=_edge_jump(grey),
        corner_marks=_corner_marks(grey),
        corner_spots=_corner_spots(grey),
        **jpeg_history(middle * 255),
        **_noise(middle),
        **_spectrum(middle),
        periodicity=max(map(_strongest_period, (middle, middle.T))),
    )


def _middle(grey: Grey) -> Grey:
    """At most the middle megapixel, which tells of noise as much as all of them, still on the grid of 8."""
    top, left = (max(0, side - LONGEST_MEASURED) // 16 * 8 for side in grey.shape)
    return grey[top : top + LONGEST_MEASURED, left : left + LONGEST_MEASURED]


def distinct_of(counts: NDArray[np.int64]) -> float:
    """Levels that occur, over those expected of as many pixels if neighbouring levels were equally likely."""
    inner = counts.copy()
    inner[[0, -1]] = 0
    breadth = max(4, len(counts) // 1024)
    bins = inner.reshape(-1, breadth).sum(axis=1)
    expected = breadth * (1 - (1 - 1 / breadth) ** bins)
    return float(np.count_nonzero(inner) / max(expected.sum(), 1e-9))


def comb_of(counts: NDArray[np.int64]) -> float:
    """The height of the strongest fast period of the histogram: 1 for a comb, near 0 for a smooth one."""
    inner = counts.astype(np.float64)
    inner[[0, -1]] = 0
    if inner.sum() == 0:
        return 0.0
    strength = np.abs(fft.rfft(inner / inner.sum()))
    fast = strength[len(strength) // 4 :] if len(counts) == 256 else strength[128:]
    # Single greys that are very frequent, such as a burned-in letter, lift all periods alike.
    return float(fast.max() - np.median(fast))


def _flat(pixels: NDArray[Any]) -> float:
    """The share of pixels that equal their right and lower neighbour, pure black and white left out."""
    here = pixels[:-1, :-1]
    same = (here == pixels[:-1, 1:]) & (here == pixels[1:, :-1])
    between = (here > 0) & (here < np.iinfo(pixels.dtype).max)
    return float((same & between).sum() / max(int(between.sum()), 1))


def _borders(grey: Grey) -> tuple[float, float]:
    """The share of rows, and of columns, that lie uniformly along the edges."""

    def uniform(axis: int) -> float:
        even = np.ptp(grey, axis=axis) <= 2.5 / 255
        inner = np.flatnonzero(~even)
        if len(inner) == 0:
            return 1.0
        return float((inner[0] + len(even) - 1 - inner[-1]) / len(even))

    return uniform(1), uniform(0)


def _edge_jump(grey: Grey) -> float:
    """How much more the outermost ring differs from the next one than that one from its next."""

    def step(depth: int) -> float:
        here = [
            grey[depth, 4:-4] - grey[depth + 1, 4:-4],
            grey[-1 - depth, 4:-4] - grey[-2 - depth, 4:-4],
            grey[4:-4, depth] - grey[4:-4, depth + 1],
            grey[4:-4, -1 - depth] - grey[4:-4, -2 - depth],
        ]
        return float(np.abs(np.concatenate(here)).mean())

    return float(np.log((step(0) + 1e-4) / ((step(1) + step(2)) / 2 + 1e-4)))


def _corner_marks(grey: Grey) -> float:
    """How sharp the sharpest edges in any corner are (in logs), over as many pixels as a small letter has."""
    sharpest = 0.0
    for corner in _corners(grey):
        down = np.abs(np.diff(corner, axis=0))[:, :-1]
        right = np.abs(np.diff(corner, axis=1))[:-1]
        sharpest = max(sharpest, _of_the_most(np.maximum(down, right)))
    return float(np.log(sharpest + 1e-3))


def _corner_spots(grey: Grey) -> float:
    """How much anything in a corner stands out from around it, at two sizes: marks may be dim or soft."""
    unit = max(1, min(grey.shape) // 256)

    def standing_out(small: int, around: int) -> list[float]:
        spot, ground = (ndimage.uniform_filter(grey, unit * size, mode="nearest") for size in (small, around))
        return [float(np.log(_of_the_most(corner) + 1e-3)) for corner in _corners(np.abs(spot - ground))]

    return max(map(sum, zip(standing_out(3, 9), standing_out(5, 15), strict=True)))


def _corners(grey: Grey) -> list[Grey]:
    high, wide = grey.shape[0] // 4, grey.shape[1] // 4
    return [grey[:high, :wide], grey[:high, -wide:], grey[-high:, :wide], grey[-high:, -wide:]]


def _of_the_most(values: Grey) -> float:
    """The mean of the largest in a corner, over as many pixels as a small letter has."""
    counted = max(6, (min(values.shape) + 1) // 4)
    return float(np.partition(values.ravel(), -counted)[-counted:].mean())


def _noise(grey: Grey) -> dict[str, float]:
    """The diagonal high band (Haar): its level all over, its level in quiet places, and its correlation."""
    diagonal = diagonal_of(grey)
    living = levels_in_tiles(diagonal)
    if len(living) == 0:
        return {"noise": 0.0, "noise_quiet": 0.0, "noise_correlation": 0.0}
    return {
        "noise": float(np.log(np.median(living) + 1e-6)),
        "noise_quiet": float(np.log(np.quantile(living, 0.1) + 1e-6)),
        "noise_correlation": _correlation(diagonal),
    }


def diagonal_of(grey: Grey) -> Grey:
    band: Grey = (grey[:-1, :-1] - grey[:-1, 1:] - grey[1:, :-1] + grey[1:, 1:]) * np.float32(0.5)
    return band


def levels_in_tiles(band: Grey) -> Grey:
    """The level in each tile of 8 × 8 that has any: padding has no noise and would be the quietest place."""
    height, width = band.shape[0] // 8 * 8, band.shape[1] // 8 * 8
    tiles = band[:height, :width].reshape(height // 8, 8, width // 8, 8)
    spread: Grey = np.sqrt((tiles**2).mean(axis=(1, 3))).ravel()
    return spread[spread > 0]


def _correlation(band: Grey) -> float:
    """Between diagonal neighbours two apart, where white noise has none."""
    centred = np.clip(band - band.mean(), -3 * band.std(), 3 * band.std())
    power = float((centred**2).mean())
    across = float((centred[:, :-2] * centred[:, 2:]).mean() + (centred[:-2] * centred[2:]).mean()) / 2
    return across / power if power > 0 else 0.0


@cache
def _rings(height: int, width: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """For each place of the half spectrum its ring (64 to half a cycle a pixel), and the window."""
    down, across = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :]
    radius = np.hypot(down, across)
    rings = np.minimum((radius * 128).astype(np.int64), 64)
    window = np.hanning(height + 2)[1:-1, None] * np.hanning(width + 2)[None, 1:-1]
    return rings, window.astype(np.float32)


def _spectrum(grey: Grey) -> dict[str, float]:
    """How power falls with frequency, and what stands out at the finest frequencies of the pixel grid."""
    rings, window = _rings(*grey.shape)
    power = np.abs(fft.rfft2((grey - grey.mean()) * window)) ** 2
    total = np.bincount(rings.ravel(), weights=power.ravel(), minlength=65)
    profile = np.log(total / np.maximum(np.bincount(rings.ravel(), minlength=65), 1) + 1e-12)[:64]
    frequency = (np.arange(64) + 0.5) / 128
    corner = power[grey.shape[0] // 2 - 1 : grey.shape[0] // 2 + 2, -2:].mean()
    edges = (power[: grey.shape[0] // 8, -2:].mean() + power[-grey.shape[0] // 8 :, -2:].mean()) / 2
    return {
        "slope_middle": _slope(frequency, profile, 0.04, 0.16),
        "slope_high": _slope(frequency, profile, 0.16, 0.48),
        "top_band": float(profile[56:].mean() - profile[24:40].mean()),
        "nyquist": float(np.log(corner + edges + 1e-12) - profile[56:].mean()),
    }


def _slope(frequency: NDArray[np.float64], profile: NDArray[np.float64], low: float, high: float) -> float:
    chosen = (frequency >= low) & (frequency < high)
    return float(np.polyfit(np.log(frequency[chosen]), profile[chosen], 1)[0])


def _strongest_period(grey: Grey) -> float:
    second = np.abs(2 * grey[:, 1:-1] - grey[:, :-2] - grey[:, 2:]).mean(axis=0)
    smooth = np.convolve(second, np.ones(9) / 9, mode="same")[4:-4]
    if len(smooth) < 16:
        return 0.0
    relative = second[4:-4] / (smooth + 1e-6) - 1
    strength = np.abs(fft.rfft(relative * np.hanning(len(relative))))
    fast = strength[len(strength) // 6 :]
    return float(np.log(fast.max() + 1e-6) - np.log(np.median(fast) + 1e-6))


SKETCH_SIDE = 16


def sketch_of(pixels: NDArray[Any], bits: int) -> bytes:
    """The mean and the texture of 16 × 16 tiles, a byte each: what is on the image, very coarsely."""
    grey = pixels.astype(np.float32) / np.float32((1 << bits) - 1)
    mean = _tiled(grey, SKETCH_SIDE)
    texture = np.sqrt(np.maximum(_tiled(grey**2, SKETCH_SIDE) - mean**2, 0))
    whole = np.stack([mean, np.minimum(texture * 4, 1)])
    sketch: NDArray[np.uint8] = np.rint(whole * 255).astype(np.uint8)
    return sketch.tobytes()


def _tiled(grey: Grey, side: int) -> Grey:
    rows = np.linspace(0, grey.shape[0], side + 1).astype(int)
    columns = np.linspace(0, grey.shape[1], side + 1).astype(int)
    sums = np.add.reduceat(np.add.reduceat(grey, rows[:-1], axis=0), columns[:-1], axis=1)
    tiled: NDArray[np.float64] = sums / np.outer(np.diff(rows), np.diff(columns))
    return tiled.astype(np.float32)
