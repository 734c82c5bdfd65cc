"""What the viewer has to draw, said in numpy: DICOM's window, inversion, bilinear, half-size copies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class View:
    """`zoom`: screen pixels an image pixel; `x`, `y`: the image point in the middle of the viewport."""

    zoom: float
    x: float
    y: float


def window(values: Grey, center: float, width: int) -> Grey:
    """DICOM PS3.3 C.11.2.1.3.2, halves rounded up."""
    low, high = center - width / 2, center + width / 2
    shade = np.floor((values - low) * 255 / width + 0.5)
    return np.where(values <= low, 0, np.where(values > high, 255, shade))


def halve(image: Grey) -> Grey:
    """Means of two by two pixels, rounded; an odd last row or column counts twice."""
    rows, columns = image.shape
    padded = np.pad(image, ((0, rows % 2), (0, columns % 2)), mode="edge")
    sums = padded[::2, ::2] + padded[1::2, ::2] + padded[::2, 1::2] + padded[1::2, 1::2]
    return np.floor((sums + 2) / 4)


def sampled(image: Grey, size: tuple[int, int], view: View) -> Grey:
    """Interpolated values on a screen of (width, height); NaN outside the image."""
    (full_rows, full_columns), shrink = image.shape, 1
    while view.zoom * shrink <= 0.5 and max(image.shape) > 128:
        image, shrink = halve(image), shrink * 2
    rows, columns = image.shape
    width, height = size
    left = _round_half_up(width / 2 - view.x * view.zoom)
    top = _round_half_up(height / 2 - view.y * view.zoom)
    u = (np.arange(width) + 0.5 - left) / (view.zoom * shrink)
    v = (np.arange(height) + 0.5 - top) / (view.zoom * shrink)
    x0, y0 = np.floor(u - 0.5), np.floor(v - 0.5)
    fx, fy = (u - 0.5 - x0)[None, :], (v - 0.5 - y0)[:, None]
    xa, xb = (np.clip(x0 + d, 0, columns - 1).astype(int) for d in (0, 1))
    ya, yb = (np.clip(y0 + d, 0, rows - 1).astype(int) for d in (0, 1))
    upper = image[np.ix_(ya, xa)] * (1 - fx) + image[np.ix_(ya, xb)] * fx
    lower = image[np.ix_(yb, xa)] * (1 - fx) + image[np.ix_(yb, xb)] * fx
    values = upper * (1 - fy) + lower * fy
    inside = ((v >= 0) & (v < full_rows / shrink))[:, None] & ((u >= 0) & (u < full_columns / shrink))[
        None, :
    ]
    return np.where(inside, values, np.nan)


def _round_half_up(value: float) -> float:
    return float(np.floor(value + 0.5))


def near_a_step(values: Grey, center: float, width: int, slack: float = 0.01) -> NDArray[np.bool_]:
    """Where the shade lies so close between two greys that single precision may choose either."""
    shade = (values - (center - width / 2)) * 255 / width + 0.5
    return np.abs(shade - np.round(shade)) < slack
