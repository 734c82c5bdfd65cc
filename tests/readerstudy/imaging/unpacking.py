"""Unpack a frame by the words of docs/reading.md, pixel by pixel: what packing is held against."""

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS = ((0, -1), (-1, 0), (-1, -1), (-1, 1), (0, -2), (-2, 0))
ACROSS = ((0, 0), (0, -1), (-1, 0))


def unpacked(packed: bytes, *, height: int, width: int, bits: int, channels: int = 1) -> NDArray[Any]:
    length = int.from_bytes(packed[:4], "little")
    plain = zlib.decompress(packed[4 : 4 + length], -15)
    at, table = 1, list(range(1 << bits))
    if plain[0]:
        at += (1 << bits) // 8
        marks = np.unpackbits(np.frombuffer(plain[1:at], np.uint8), bitorder="little")
        table = np.flatnonzero(marks).tolist()
    found = np.zeros((height, width, channels), dtype=np.int64)
    size = height * width
    for channel in range(channels):
        count = len(NEIGHBOURS) + (len(ACROSS) if channel else 0)
        weights = np.frombuffer(plain[at : at + 2 * count], "<i2").tolist()
        at += 2 * count
        low = plain[at : at + size]
        high = plain[at + size : at + 2 * size] if bits == 16 else bytes(size)
        at += size * (bits // 8)
        for i in range(size):
            found[i // width, i % width, channel] = _level(
                found, i, channel, weights, low[i] + 256 * high[i], bits, len(table) - 1
            )
    assert at == len(plain)
    return np.array(table)[found].astype("<u2" if bits == 16 else "u1")


def _level(
    found: NDArray[Any], i: int, channel: int, weights: list[int], missed: int, bits: int, most: int
) -> int:
    width = found.shape[1]
    y, x = divmod(i, width)
    near = [(y + down, x + across, channel) for down, across in NEIGHBOURS]
    near += [(y + down, x + across, channel - 1) for down, across in ACROSS]
    levels = [int(found[at]) if at[0] >= 0 and 0 <= at[1] < width else 0 for at in near[: len(weights)]]
    total = sum(weight * level for weight, level in zip(weights, levels, strict=True))
    guess = min(most, max(0, (total + 2048) >> 12))
    if bits == 16:
        missed = (missed >> 1) ^ -(missed & 1)
    return (guess + missed) % (1 << bits)
