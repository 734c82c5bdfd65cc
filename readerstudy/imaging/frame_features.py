"""What the format of several frames looks like: repeated, interpolated, denoised or compressed over time."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

FRAME_FEATURES = (
    "frame_change",
    "frame_repeats",
    "frame_noise_link",
    "frame_flicker",
    "frame_period",
    "frame_unevenness",
)
#: Frames are compared on at most this many of their middle rows and columns.
SIDE = 256


def frame_features_of(frames: Iterable[NDArray[Any]], white: int) -> dict[str, float]:
    """Measure the luma of all frames of an image, in order."""
    changes, repeats, links, means, sharpness = [], [], [], [], []
    before = None
    for frame in frames:
        middle = _middle(frame)
        plane = middle.astype(np.float32) / np.float32(white)
        noise = plane[:-1, :-1] - plane[:-1, 1:] - plane[1:, :-1] + plane[1:, 1:]
        means.append(float(plane.mean()))
        sharpness.append(float(np.log(noise.std() + 1e-6)))
        if before is not None:
            changes.append(float(np.abs(plane - before[0]).mean()))
            repeats.append(float((middle == before[2]).mean()))
            links.append(_correlation(noise, before[1]))
        before = plane, noise, middle
    steps = np.array(changes)
    return {
        "frame_change": float(np.log(np.median(steps) + 1e-6)),
        "frame_repeats": float(np.max(repeats)),
        "frame_noise_link": float(np.median(links)),
        "frame_flicker": _flicker(np.array(means)),
        "frame_period": _period(np.array(sharpness)),
        "frame_unevenness": float(np.std(np.log(steps + 1e-6))),
    }


def _middle(frame: NDArray[Any]) -> NDArray[Any]:
    top, left = (max(0, side - SIDE) // 2 for side in frame.shape)
    return frame[top : top + SIDE, left : left + SIDE]


def _correlation(band: NDArray[np.float32], before: NDArray[np.float32]) -> float:
    """Noise of neighbouring frames is independent, unless frames were blended, repeated or predicted."""
    spread = float(band.std()) * float(before.std())
    if spread == 0:
        return 1.0
    return float(((band - band.mean()) * (before - before.mean())).mean() / spread)


def _flicker(means: NDArray[np.float64]) -> float:
    """How the mean grey jumps from frame to frame beside its own trend (in logs)."""
    second = np.diff(means, 2) if len(means) > 2 else np.diff(means)
    return float(np.log(np.abs(second).mean() + 1e-6))


def _period(sharpness: NDArray[np.float64]) -> float:
    """The strongest period in the sharpness of frames: key frames, or one blended frame in so many."""
    if len(sharpness) < 6:
        return float(np.std(sharpness))
    strength = np.abs(np.fft.rfft(sharpness - sharpness.mean()))[2:]
    return float(np.log((strength.max() + 1e-6) / (np.median(strength) + 1e-6)))
