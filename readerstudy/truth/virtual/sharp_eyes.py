"""How a virtual reader does the display check: it looks at the pictures, with perfect eyes."""

import base64
import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from readerstudy.reading.display_chart import CHART_LEVELS, FIELD_PX, glyph

SCREEN: dict[str, Any] = {
    "screen_width": 1920,
    "screen_height": 1080,
    "viewport_width": 1920,
    "viewport_height": 1000,
    "pixel_ratio": 1,
    "ambient_light": "dim",
}


def display_check(attempt: str, charts: Mapping[str, str]) -> dict[str, Any]:
    """What is sent for the charts of an attempt."""
    seen = {name: digits_on(charts[name], ground) for name, (ground, _) in CHART_LEVELS.items()}
    return {**SCREEN, "attempt": attempt, **seen}


def digits_on(chart: str, ground: int) -> list[str]:
    dots = np.asarray(Image.open(io.BytesIO(base64.b64decode(chart.partition(",")[2])))) != ground
    return [_digit(field) for field in np.split(dots, dots.shape[1] // FIELD_PX, axis=1)]


def _digit(dots: npt.NDArray[np.bool_]) -> str:
    seen = _cut(dots)
    return next((str(digit) for digit in range(10) if np.array_equal(seen, _cut(glyph(digit)))), "")


def _cut(dots: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    rows, columns = np.nonzero(dots)
    return dots[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
