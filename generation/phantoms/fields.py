"""Pieces that phantoms are made of: smooth random fields, textures, and shapes as distances in mm."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage
from threadpoolctl import ThreadpoolController

#: float32 throughout; numpy types float32 times a Python number as float64, so no narrower type is stated.
Array = NDArray[Any]
Noise = Callable[..., Array]

_CELLS = 96
_LINEAR_ALGEBRA = ThreadpoolController()
TILE, TILE_PITCH_MM = 256, 0.36


def step(t: Array) -> Array:
    rising: Array = 0.5 + 0.5 * np.tanh(t)
    return rising


def bell(t: Array) -> Array:
    hump: Array = np.exp(-t * t)
    return hump


def smooth_min(a: Array, b: Array, radius: float) -> Array:
    """The union of two shapes with a rounded seam, after Quilez' polynomial."""
    blend = np.maximum(radius - np.abs(a - b), 0) / radius
    both: Array = np.minimum(a, b) - blend * blend * (radius / 4)
    return both


def smooth_max(a: Array, b: Array, radius: float) -> Array:
    """What two shapes have in common, with a rounded edge."""
    blend = np.maximum(radius - np.abs(a - b), 0) / radius
    shared: Array = np.maximum(a, b) + blend * blend * (radius / 4)
    return shared


def ellipsoid(x: Array, y: Array, z: Array | float, radii: tuple[float, float, float]) -> Array:
    a, b, c = radii
    distance: Array = (np.sqrt((x / a) ** 2 + (y / b) ** 2 + (z / c) ** 2) - 1) * min(radii)
    return distance


def rounded_box(u: Array, v: Array | float) -> Array:
    distance: Array = np.cbrt(np.abs(u * u * u) + np.abs(v * v * v)) - 1
    return distance


def axis_mm(size: int, field_mm: float) -> Array:
    return (((np.arange(size, dtype="f4") + 0.5) / size - 0.5) * field_mm).astype("f4")


def grid_mm(size: int, field_mm: float, centre: tuple[float, float] = (0.0, 0.0)) -> tuple[Array, Array]:
    """Rows and columns of the pixels, away from a centre (down, right)."""
    axis = axis_mm(size, field_mm)
    y, x = np.meshgrid(axis - np.float32(centre[0]), axis - np.float32(centre[1]), indexing="ij")
    return y, x


def smooth_noise(rng: np.random.Generator, size: int, field_mm: float) -> Noise:
    """Makes fields of unit spread whose patches measure so many mm: one seed, one picture at every size."""

    def make(*patch_mm: float) -> Array:
        white = rng.standard_normal((_CELLS, _CELLS), dtype="f4")
        rows, columns = (_spread(size, mm * _CELLS / field_mm) for mm in (patch_mm[0], patch_mm[-1]))
        # Products this small take a thread less time than a team of them takes to meet.
        with _LINEAR_ALGEBRA.limit(limits=1, user_api="blas"):
            return rows @ white @ columns.T

    return make


def _spread(size: int, width: float) -> Array:
    """A Gaussian of each pixel's place over a ring of cells; rows of unit length keep the spread at one."""
    place = (np.arange(size, dtype="f4")[:, None] + 0.5) * (_CELLS / size) - 0.5
    apart = np.abs(place - np.arange(_CELLS, dtype="f4"))
    weights = np.exp(-0.5 * (np.minimum(apart, _CELLS - apart) / max(width, 0.6)) ** 2)
    weights[weights < 1e-20] = 0  # no sum notices, and processors are slow with subnormal numbers
    spread: Array = weights / np.sqrt((weights * weights).sum(1, keepdims=True))
    return spread


def texture_tile(
    rng: np.random.Generator, *, finest_mm: float, stretch: float, falling: float, coarsest: float
) -> Array:
    """Struts: a random field whose power falls with frequency, drawn out along one axis; no lattice."""
    frequency = np.fft.fftfreq(TILE, TILE_PITCH_MM).astype("f4")
    kv, ku = np.meshgrid(frequency, frequency, indexing="ij")
    radius = np.hypot(ku, kv)
    power = 1.3 / (0.06 + radius) ** falling
    for share, turn in ((1.0, 0.0), (0.5, 0.16), (0.5, -0.16)):
        lengthwise = float(np.cos(turn)) * kv + float(np.sin(turn)) * ku
        across = float(np.cos(turn)) * ku - float(np.sin(turn)) * kv
        power += share * bell(lengthwise * stretch) / (0.06 + np.abs(across)) ** falling
    power *= bell(radius * finest_mm / 0.85) * (1 - bell(radius / coarsest))
    white = rng.standard_normal((TILE, TILE), dtype="f4")
    tile: Array = fft.irfft2(fft.rfft2(white) * power[:, : TILE // 2 + 1], s=(TILE, TILE)).astype("f4")
    tile /= tile.std()
    return tile


def laid_along(tile: Array, u: Array, v: Array, shift_mm: tuple[float, float]) -> Array:
    """A tile on the surface whose coordinates are u and v."""
    places = ((v + shift_mm[1]) / TILE_PITCH_MM, (u + shift_mm[0]) / TILE_PITCH_MM)
    laid: Array = ndimage.map_coordinates(tile, places, order=1, mode="grid-wrap", output=np.float32)
    return laid
