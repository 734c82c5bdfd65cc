"""Make an obvious fake for catch trials: a picture nobody who looks at it could take for real."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.models import Image
from readerstudy.imaging.normalise import digest_of
from readerstudy.imaging.storage import read_buffer, write_buffers

TILES = 8


def spoil(image: Image) -> Image:
    """The same greys in shuffled, rotated tiles: equal in format and histogram, absurd in content."""
    canvas = Canvas(width=image.width, height=image.height, bits=image.bits)
    grey = np.frombuffer(read_buffer(image), dtype=f"<u{image.bits // 8}")
    pixels = _shuffle_tiles(grey.reshape(image.height, image.width), image.digest).tobytes()
    digest = digest_of(pixels, canvas)
    existing = Image.objects.filter(digest=digest).first()
    if existing is not None:
        return existing
    spoiled = Image(digest=digest, width=image.width, height=image.height, bits=image.bits)
    write_buffers([(spoiled.key, pixels)])
    spoiled.save()
    return spoiled


def _shuffle_tiles(grey: NDArray[np.integer], digest: str) -> NDArray[np.integer]:
    """Depends on the image alone, so that the same plan always shows the same catch trial."""
    high, wide = grey.shape[0] // TILES, grey.shape[1] // TILES
    cells = [(row, column) for row in range(TILES) for column in range(TILES)]
    order = sorted(cells, key=lambda cell: hashlib.sha256(f"{digest}{cell}".encode()).digest())
    spoiled = grey.copy()
    for (row, column), (from_row, from_column) in zip(cells, order, strict=True):
        tile = grey[from_row * high : (from_row + 1) * high, from_column * wide : (from_column + 1) * wide]
        spoiled[row * high : (row + 1) * high, column * wide : (column + 1) * wide] = np.flipud(tile)
    return spoiled
