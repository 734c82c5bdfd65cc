"""Every feature of a buffer in its canvas; needs no database, so that other processes can do it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.colour_features import colour_features_of, luma_of
from readerstudy.imaging.features import features_of, sketch_of
from readerstudy.imaging.frame_features import frame_features_of

Job = tuple[bytes, Canvas]
Found = tuple[dict[str, float], bytes]
#: Of more frames, so many are measured as stills are.
FRAMES_AS_STILLS = 5


def measure_buffers(jobs: Sequence[Job]) -> list[Found]:
    """Features and sketches of buffers in their canvas; needs no database."""
    return [_measured(buffer, canvas) for buffer, canvas in jobs]


def _measured(buffer: bytes, canvas: Canvas) -> Found:
    """Of several frames the middle value of each feature, and what only frames have."""
    whole = np.frombuffer(buffer, dtype=canvas.dtype).reshape(canvas.frames, *canvas.frame_shape)
    chosen = np.unique(np.linspace(0, canvas.frames - 1, min(canvas.frames, FRAMES_AS_STILLS)).astype(int))
    stills = [_features_of_still(whole[number], canvas) for number in chosen]
    features = {name: float(np.median([still[name] for still in stills])) for name in stills[0]}
    if canvas.frames > 1:
        features |= frame_features_of((_luma(frame, canvas) for frame in whole), canvas.white)
    return features, sketch_of(_luma(whole[canvas.frames // 2], canvas), canvas.bits)


def _features_of_still(frame: NDArray[Any], canvas: Canvas) -> dict[str, float]:
    features = features_of(_luma(frame, canvas), canvas.bits).as_dict()
    return features | colour_features_of(frame) if canvas.mode == "colour" else features


def _luma(frame: NDArray[Any], canvas: Canvas) -> NDArray[Any]:
    return luma_of(frame) if canvas.mode == "colour" else frame
