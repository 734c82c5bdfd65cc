"""Pack frames without loss for slow lines: a linear predictor fitted to each frame, then deflate.

Radiographs are mostly noise, whose entropy no coder gets below. What can be saved is what the neighbours of a
pixel know of it, so each frame carries the weights that predict it best (least absolute deviations by
iteratively reweighted least squares; Schlossmacher 1973, JASA 68:857, equation 6). Browsers undo it with
`DecompressionStream` and one loop over integers, in static/viewer/src/unpack.ts. The layout of a packed frame
is in docs/reading.md.
"""

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Rows and columns from a pixel to the neighbours that predict it.
NEIGHBOURS = ((0, -1), (-1, 0), (-1, -1), (-1, 1), (0, -2), (-2, 0))
#: The same in the channel before it, of colours.
ACROSS = ((0, 0), (0, -1), (-1, 0))
MARGIN = 2
#: Weights are whole numbers of 1/4096.
SHIFT = 12
#: So that a sum of weighted levels stays within 32 bits.
MOST_WEIGHT = 7 << SHIFT
PLANE = np.array([1, 1, -1, 0, 0, 0]) << SHIFT
SAMPLES = 30_000
ROUNDS = 3
ROWS_AT_ONCE = 64
HAS_TABLE = 1
LENGTH_BYTES = 4
PREVIEW_STEP = 4

Whole = NDArray[np.int32]


def pack(frame: NDArray[Any]) -> bytes:
    """One frame of 8 or 16 bits, grey or in colour: its length as four bytes, then a deflate stream."""
    levels = frame.reshape(*frame.shape[:2], -1)
    bits = 8 * frame.dtype.itemsize
    head, ranks, most = _ranked(levels, bits)
    coder = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zlib.Z_RLE)
    parts = [coder.compress(head)]
    planes = [
        np.pad(ranks[..., channel], ((MARGIN, 0), (MARGIN, MARGIN))) for channel in range(ranks.shape[2])
    ]
    for channel, plane in enumerate(planes):
        near = list(_shifted(plane, NEIGHBOURS))
        if channel:
            near += _shifted(planes[channel - 1], ACROSS)
        weights = _fitted(near, plane[MARGIN:, MARGIN:-MARGIN])
        parts.append(coder.compress(weights.astype("<i2").tobytes()))
        parts += map(coder.compress, _residuals(plane, near, weights, most, bits))
    body = b"".join(parts) + coder.flush()
    return len(body).to_bytes(LENGTH_BYTES, "little") + body


def preview(frame: NDArray[Any]) -> NDArray[np.uint8]:
    """A frame of a quarter of the width and height: means of 16 pixels, of fewer at the edges, in 8 bits."""
    starts = [np.arange(0, size, PREVIEW_STEP) for size in frame.shape[:2]]
    sums = np.add.reduceat(np.add.reduceat(frame.astype(np.uint32), starts[0], 0), starts[1], 1)
    down, across = (np.diff(np.append(start, size)) for start, size in zip(starts, frame.shape, strict=False))
    counts = np.outer(down, across).astype(np.uint32).reshape(len(down), len(across), *[1] * (frame.ndim - 2))
    means = (sums + counts // 2) // counts
    small: NDArray[np.uint8] = (means >> (8 * frame.dtype.itemsize - 8)).astype(np.uint8)
    return small


def _ranked(levels: NDArray[Any], bits: int) -> tuple[bytes, Whole, int]:
    """The levels numbered without gaps where most do not occur: 12 bits stored in 16, for example."""
    used = np.bincount(levels.reshape(-1), minlength=1 << bits) > 0
    count = int(used.sum())
    if levels.shape[2] > 1 or count > 1 << (bits - 1):
        return bytes([0]), levels.astype(np.int32), (1 << bits) - 1
    rank = np.cumsum(used, dtype=np.int32) - 1
    table = np.packbits(used, bitorder="little").tobytes()
    return bytes([HAS_TABLE]) + table, rank[levels], count - 1


def _shifted(plane: Whole, places: tuple[tuple[int, int], ...]) -> Iterator[Whole]:
    height, width = plane.shape[0] - MARGIN, plane.shape[1] - 2 * MARGIN
    for down, across in places:
        yield plane[MARGIN + down :, MARGIN + across :][:height, :width]


def _fitted(near: list[Whole], plane: Whole) -> NDArray[np.int64]:
    """The weights of the neighbours, from some of the pixels."""
    step = max(1, int((plane.size / SAMPLES) ** 0.5))
    # At the edges neighbours are missing, which would bend the weights for all others.
    edge = MARGIN if min(plane.shape) > 4 * MARGIN else 0
    some = tuple(slice(edge, size - edge, step) for size in plane.shape)
    known = np.stack([each[some].reshape(-1) for each in near], axis=1).astype(float)
    wanted = plane[some].reshape(-1).astype(float)
    trust = np.ones(len(wanted))
    for _ in range(ROUNDS):
        weighted = (known * trust[:, None]).T
        slope = weighted @ known + np.eye(len(near)) * 1e-3 * len(wanted)
        found = np.linalg.solve(slope, weighted @ wanted)
        trust = 1 / (np.abs(wanted - known @ found) + 1)
    weights: NDArray[np.int64] = np.rint(found * (1 << SHIFT)).astype(np.int64)
    if int(np.abs(weights).sum()) > MOST_WEIGHT:
        return np.append(PLANE, np.zeros(len(near) - len(PLANE), dtype=np.int64))
    return weights


def _residuals(
    plane: Whole, near: list[Whole], weights: NDArray[np.int64], most: int, bits: int
) -> list[bytes]:
    """What the prediction misses; of 16 bits all low bytes, then all high ones, small misses first."""
    height = plane.shape[0] - MARGIN
    low, high = [], []
    for top in range(0, height, ROWS_AT_ONCE):
        rows = slice(top, min(height, top + ROWS_AT_ONCE))
        guess = np.full(near[0][rows].shape, 1 << (SHIFT - 1), dtype=np.int32)
        for each, weight in zip(near, weights, strict=True):
            guess += each[rows] * np.int32(weight)
        guess >>= SHIFT
        missed = plane[MARGIN:, MARGIN:-MARGIN][rows] - np.clip(guess, 0, most, out=guess)
        if bits == 8:
            low.append(missed.astype(np.uint8).tobytes())
        else:
            missed = missed.astype(np.int16)
            folded = (missed << 1 ^ missed >> 15).astype(np.uint16)
            low.append(folded.astype(np.uint8).tobytes())
            high.append((folded >> 8).astype(np.uint8).tobytes())
    return low + high
