"""What the format of colours looks like, beside what `features` measures on their luma.

Chroma subsampling leaves colour without the fine detail that luma has, and pairs of equal columns; JPEG
leaves its comb in chroma too (Fan & de Queiroz, IEEE Transactions on Image Processing 2003); a camera, a
converter or a generator leaves its white balance, its saturation and the noise of its channels.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from readerstudy.imaging.features import comb_of, diagonal_of, distinct_of, levels_in_tiles
from readerstudy.imaging.jpeg_history import jpeg_history

Plane = NDArray[np.float32]

COLOUR_FEATURES = (
    "chroma_detail",
    "chroma_pairs",
    "chroma_comb",
    "balance_red",
    "balance_blue",
    "saturation",
    "colour_noise",
    "noise_link",
    "channel_comb",
    "channel_distinct",
)


#: Shares of red, green and blue (ITU-R BT.601).
LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def luma_of(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """The grey that features of grey images are measured on."""
    luma: NDArray[np.uint8] = np.rint(pixels.astype(np.float32) @ LUMA).astype(np.uint8)
    return luma


def colour_features_of(pixels: NDArray[Any]) -> dict[str, float]:
    """Measure one frame, given as height × width × 3 of 8 bits."""
    rgb = pixels.astype(np.float32)
    luma = rgb @ LUMA
    blue, red = (rgb[..., 2] - luma) * np.float32(0.564), (rgb[..., 0] - luma) * np.float32(0.713)
    counts = [np.bincount(pixels[..., channel].ravel(), minlength=256) for channel in range(3)]
    return {
        "chroma_detail": _level(blue) + _level(red) - 2 * _level(luma),
        "chroma_pairs": max(_pairs(blue), _pairs(blue.T), _pairs(red), _pairs(red.T)),
        "chroma_comb": max(_comb(blue), _comb(red)),
        **_balance(rgb),
        "saturation": float(np.mean(np.hypot(blue, red)) / 255),
        "colour_noise": (_level(blue) + _level(red)) / 2,
        "noise_link": _link(rgb),
        "channel_comb": max(map(comb_of, counts)),
        "channel_distinct": min(map(distinct_of, counts)),
    }


def _level(plane: Plane) -> float:
    """The median level of the finest detail in tiles of 8 × 8 (in logs), those without any left out."""
    living = levels_in_tiles(diagonal_of(plane))
    return float(np.log((np.median(living) if len(living) else 0.0) + 1e-3))


def _pairs(plane: Plane) -> float:
    """Steps between the columns of a pair against steps between pairs, whichever way they are paired."""
    steps = np.abs(np.diff(plane, axis=1)).mean(axis=0)
    length = len(steps) // 2 * 2
    even, odd = float(steps[:length:2].mean()), float(steps[1:length:2].mean())
    return abs(float(np.log((even + 1e-3) / (odd + 1e-3))))


def _comb(plane: Plane) -> float:
    """JPEG's comb in chroma as it is, and in the half-size chroma of 4:2:0."""
    height, width = plane.shape[0] // 2 * 2, plane.shape[1] // 2 * 2
    half = plane[:height, :width].reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
    return max(jpeg_history(plane)["dct_comb"], jpeg_history(half)["dct_comb"])


def _balance(rgb: Plane) -> dict[str, float]:
    """Red and blue against green, over what is neither dark nor clipped (in logs)."""
    seen = rgb[(rgb.max(axis=2) < 250) & (rgb.min(axis=2) > 10)]
    if len(seen) == 0:
        return {"balance_red": 0.0, "balance_blue": 0.0}
    red, green, blue = (float(value) for value in np.log(seen.mean(axis=0)))
    return {"balance_red": red - green, "balance_blue": blue - green}


def _link(rgb: Plane) -> float:
    """How much the noise of the channels agrees: on a sensor it does not, in a grey original it does."""
    bands = [diagonal_of(rgb[..., channel]).ravel() for channel in range(3)]
    if min(float(band.std()) for band in bands) == 0:
        return 1.0
    linked = np.asarray(np.corrcoef(bands))
    return float((linked[0, 1] + linked[0, 2] + linked[1, 2]) / 3)
