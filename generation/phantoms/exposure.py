"""How attenuation becomes a film: scatter, noise, blur, and the ways in which consoles show it."""

import numpy as np
from scipy import ndimage

from generation.phantoms.fields import Array

_BINS = 64


def expose(rng: np.random.Generator, attenuation: Array, *, haze: float = 1.0) -> Array:
    """A film on 0 to 1, bright where much was in the way; `haze` scales scatter and noise."""
    size = len(attenuation)
    through = np.exp(-attenuation)
    scatter = haze * rng.uniform(0.08, 0.2) * _broad(through, size // 8)
    film = -np.log(through + scatter)
    film = film + haze * rng.uniform(0.003, 0.012) * rng.standard_normal(film.shape, dtype="f4")
    film = ndimage.gaussian_filter(film, rng.uniform(0.38, 0.5) * size / 128)
    return _shown(rng, film)


def _broad(through: Array, width: int) -> Array:
    """A wide blur on every fourth pixel: scatter has no detail."""
    coarse = ndimage.gaussian_filter(through[::4, ::4], width / 4)
    return np.asarray(ndimage.zoom(coarse, len(through) / len(coarse), order=1), np.float32)


def _shown(rng: np.random.Generator, film: Array) -> Array:
    """Equalised as digital consoles do it, or as older films look: milky, flat and dark, or burnt out."""
    low, high = np.percentile(film, (rng.uniform(0.3, 2.0), 99.7))
    v, kind = np.clip((film - low) / (high - low), 0, 1), rng.random()
    if kind < 0.10:
        v = np.minimum(
            rng.uniform(0.85, 1.08) * (0.65 * v ** rng.uniform(0.8, 1.2) + 0.35 * equalise(v, 8, 2.5)), 1
        )
    elif kind < 0.20:
        burnt = np.clip(v * rng.uniform(1.15, 1.5), 0, 1) ** rng.uniform(0.7, 1.0)
        v = 0.7 * burnt + 0.3 * equalise(v, 6, 2.5)
    elif kind < 0.26:
        v = 0.1 + rng.uniform(0.55, 0.85) * (0.5 * v + 0.5 * equalise(v, 8, 2.5))
    else:
        equal = equalise(v, int(rng.choice((6, 8, 8, 8))), rng.uniform(2.0, 4.2))
        v = v + rng.uniform(0.75, 1.0) * (equal - v)
    v = _sharpened(v, rng.uniform(0.0, 0.5))
    shown: Array = 0.06 + 0.94 * np.clip(v * rng.uniform(0.94, 1.04), 0, 1) ** np.exp(rng.normal(-0.06, 0.2))
    return shown


def _sharpened(v: Array, amount: float) -> Array:
    return v + amount * (v - ndimage.gaussian_filter(v, 1.2 * len(v) / 128))


def equalise(v: Array, tiles: int, clip: float) -> Array:
    """Contrast-limited adaptive histogram equalisation (Zuiderveld 1994)."""
    v = np.clip((v - v.min()) / max(float(np.ptp(v)), 1e-6), 0, 1)
    bins = np.minimum((v * _BINS).astype(int), _BINS - 1)
    edge = np.linspace(0, len(v), tiles + 1).astype(int)
    maps = np.zeros((tiles, tiles, _BINS + 1), "f4")
    for i, j in np.ndindex(tiles, tiles):
        tile = bins[edge[i] : edge[i + 1], edge[j] : edge[j + 1]]
        share = np.bincount(tile.ravel(), minlength=_BINS) / tile.size
        over = np.maximum(share - clip / _BINS, 0).sum() / _BINS
        maps[i, j, 1:] = np.cumsum(np.minimum(share, clip / _BINS) + over)
    place = np.clip((np.arange(len(v), dtype="f4") + 0.5) / len(v) * tiles - 0.5, 0, tiles - 1)
    rows, columns = np.meshgrid(place, place, indexing="ij")
    shown: Array = ndimage.map_coordinates(
        maps, (rows, columns, v * _BINS), order=1, mode="nearest", output=np.float32
    )
    return shown
