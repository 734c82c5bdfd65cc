"""The plain embedding: a small copy of the image, without its brightness and contrast."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generation.evidence.extractor import Pixels
from generation.evidence.neighbours import Rows

THUMBNAIL_PX = 32
SSIM_PX = 64


def shrink(pixels: Pixels, size_px: int) -> NDArray[np.float32]:
    """Images in [0, 1] at size_px: by area where the fold is whole, by Pillow's box filter elsewhere."""
    whole = np.float32(np.iinfo(pixels.dtype).max)
    n, height, width = pixels.shape
    if height % size_px == 0 and width % size_px == 0:
        folded = pixels.reshape(n, size_px, height // size_px, size_px, width // size_px)
        return np.asarray(folded.mean((2, 4), dtype=np.float32) / whole)
    found = np.empty((n, size_px, size_px), np.float32)
    for row, image in enumerate(pixels):
        grey = Image.fromarray(image.astype(np.float32))
        found[row] = np.asarray(grey.resize((size_px, size_px), Image.Resampling.BOX))
    return found / whole


def thumbnails(pixels: Pixels) -> Rows:
    """Rows of unit variance and zero mean: an exposure that differs hides no copy."""
    rows = shrink(pixels, THUMBNAIL_PX).reshape(len(pixels), -1)
    rows -= rows.mean(1, keepdims=True)
    spread = rows.std(1, keepdims=True)
    return np.asarray(rows / np.maximum(spread, 1e-6) / np.sqrt(rows.shape[1]), dtype=np.float32)
