"""Make obvious fakes for catch trials."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.files import key_of
from readerstudy.imaging.models import Image
from readerstudy.imaging.normalise import digest_of
from readerstudy.imaging.storage import read_buffer, write_buffers

TILES = 8


def make_obvious_fake(image: Image) -> Image:
    """Return the image in shuffled, rotated tiles: equal in format and histogram, absurd in content."""
    canvas = image.canvas
    values = np.frombuffer(read_buffer(image), dtype=canvas.dtype)
    pixels = _shuffle_tiles(values.reshape(canvas.shape), canvas, image.digest).tobytes()
    digest = digest_of(pixels, canvas)
    write_buffers([(key_of(digest), pixels)])
    Image.objects.bulk_create([Image.in_canvas(canvas, digest)], ignore_conflicts=True)
    return Image.objects.get(digest=digest)


def _shuffle_tiles(values: NDArray[np.integer], canvas: Canvas, digest: str) -> NDArray[np.integer]:
    """Depends on the image alone, so that the same plan always shows the same catch trial.

    All frames are shuffled alike: the fake moves as the image did.
    """
    high, wide = canvas.height // TILES, canvas.width // TILES
    cells = [(row, column) for row in range(TILES) for column in range(TILES)]
    order = sorted(cells, key=lambda cell: hashlib.sha256(f"{digest}{cell}".encode()).digest())
    grid = (canvas.frames, canvas.height, canvas.width, canvas.channels)
    source = values.reshape(grid)
    fake = source.copy()
    for (row, column), (from_row, from_column) in zip(cells, order, strict=True):
        tile = source[
            :, from_row * high : (from_row + 1) * high, from_column * wide : (from_column + 1) * wide
        ]
        fake[:, row * high : (row + 1) * high, column * wide : (column + 1) * wide] = tile[:, ::-1]
    return fake
