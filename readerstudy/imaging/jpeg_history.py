"""Traces of JPEG in pixels that are something else by now: the grid of blocks, the comb of coefficients.

The comb of DCT coefficients gives a history away after Fan & de Queiroz (IEEE Transactions on Image
Processing 2003); it survives where no eye sees a block.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft

Grey = NDArray[np.float32]


def jpeg_history(levels: Grey) -> dict[str, float]:
    """Steps on a grid of 8 × 8 pixels, and DCT coefficients that prefer the multiples of a step."""
    row_phase, row_step = _grid_phase(levels.T)
    column_phase, column_step = _grid_phase(levels)
    comb = _dct_comb(levels, 0, 0)
    if (row_phase, column_phase) != (0, 0):
        comb = max(comb, _dct_comb(levels, row_phase, column_phase))
    return {"grid": (row_step + column_step) / 2, "dct_comb": comb}


def _grid_phase(levels: Grey) -> tuple[int, float]:
    """Where steps between columns are largest, modulo 8, and by how much (in logs)."""
    third = np.abs(levels[:, :-3] - 3 * levels[:, 1:-2] + 3 * levels[:, 2:-1] - levels[:, 3:])
    profile = third.mean(axis=0)
    profile = profile[: len(profile) // 8 * 8].reshape(-1, 8).mean(axis=0)
    phase = int(profile.argmax())
    others = np.delete(profile, phase)
    # The step between columns j + 1 and j + 2 stands at place j of the third difference.
    return (phase + 2) % 8, float(np.log((profile[phase] + 1e-6) / (others.mean() + 1e-6)))


@cache
def _low_frequencies() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    pairs = [(v, u) for v in range(4) for u in range(4) if 1 <= u + v <= 3]
    return np.array([v for v, _ in pairs]), np.array([u for _, u in pairs])


def _dct_comb(levels: Grey, top: int, left: int) -> float:
    """The strongest preference for the multiples of a step from 2 to 24 among low DCT frequencies."""
    height, width = (levels.shape[0] - top) // 8 * 8, (levels.shape[1] - left) // 8 * 8
    if height < 16 or width < 16:
        return 0.0
    inner = levels[top : top + height, left : left + width]
    blocks = inner.reshape(height // 8, 8, width // 8, 8).swapaxes(1, 2).reshape(-1, 8, 8)
    coefficients = fft.dctn(blocks, axes=(1, 2), norm="ortho")
    rows, columns = _low_frequencies()
    chosen = coefficients[:, rows, columns]
    steps = np.arange(2, 25, dtype=np.float32)
    strength = np.zeros(len(steps))
    for at in range(chosen.shape[1]):
        values = chosen[:, at]
        values = values[np.abs(values) > 1]
        if len(values) < 32:
            continue
        waves = np.cos(2 * np.pi * values[:, None] / steps[None, :]).mean(axis=0)
        # A step much wider than the spread of the coefficients would seem to fit them all.
        fits = steps < 1.5 * np.median(np.abs(values))
        strength = np.maximum(strength, np.where(fits, waves, 0) * np.sqrt(len(values) / len(chosen)))
    return float(strength.max())
