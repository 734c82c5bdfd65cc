"""Skin photographs in colour: a naevus or a melanoma-like lesion of known diameter on skin of known tone."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from generation.phantoms.fields import Array, Noise, bell, grid_mm, smooth_noise, step

FIELD_MM = 24.0
CLASSES = ("naevus", "melanoma")
_TONES = ((236, 202, 178), (224, 182, 152), (203, 156, 122), (174, 124, 90), (128, 85, 58), (86, 58, 44))


def make_lesion(index: int, *, seed: int, size: int) -> tuple[NDArray[np.float32], dict[str, Any]]:
    """A photograph (size, size, 3) on 0 to 1, and what is true of it: class, skin tone, diameter."""
    rng = np.random.default_rng([seed, 12, index])
    noise = smooth_noise(rng, size, FIELD_MM)
    y, x = grid_mm(size, FIELD_MM, (rng.normal(0, 1.2), rng.normal(0, 1.2)))
    melanoma, tone = index % 2, int(rng.integers(len(_TONES)))
    diameter = float(np.clip(rng.normal(9.5 if melanoma else 5.5, 1.6), 2.5, 15))
    outline = _outline(rng, x, y, diameter / 2, melanoma)
    skin = _skin(rng, noise, tone)
    cover = step(-outline / (0.25 if melanoma else 0.45))[..., None]
    image = skin * (1 - cover) + _pigment(rng, noise, outline, skin, melanoma) * cover
    image = image * (1 - 0.75 * _hairs(rng, x, y)[..., None])
    image *= (1 - rng.uniform(0, 0.25) * ((x / 12) ** 2 + (y / 12) ** 2) / 2)[..., None]
    image += 0.015 * rng.standard_normal(image.shape)
    # the widest extent as drawn, between the outlines at half cover
    inside = np.argwhere(outline < 0) * (FIELD_MM / size)
    drawn = _widest(inside) if len(inside) else 0.0
    truth = {"class": CLASSES[melanoma], "skin_tone": tone + 1, "diameter_mm": round(drawn, 2)}
    return np.clip(image, 0, 1).astype("f4"), truth


def _outline(rng: np.random.Generator, x: Array, y: Array, radius: float, melanoma: int) -> Array:
    """Nearly round for a naevus; notched and lopsided for a melanoma."""
    angle, stretch = np.arctan2(y, x), rng.uniform(0.85, 1.15)
    edge = np.full_like(x, radius)
    for wave in range(2, 9):
        strength = (0.16 if melanoma else 0.03) * radius / wave**0.6
        edge += rng.normal(0, strength) * np.cos(wave * angle + rng.uniform(0, 2 * np.pi))
    return np.hypot(x * stretch, y / stretch) - edge


def _skin(rng: np.random.Generator, noise: Noise, tone: int) -> Array:
    base = np.array(_TONES[tone], "f4") / 255 * rng.uniform(0.9, 1.06)
    flush = 0.05 * noise(5)[..., None] * np.array([0.4, 1.0, 1.0], "f4")
    furrows = 0.035 * (bell(noise(0.9, 0.5) / 0.35) + bell(noise(0.5, 0.9) / 0.35))[..., None]
    skin: Array = (base * (1 - flush - furrows + 0.02 * noise(0.35)[..., None])).astype("f4")
    return skin


def _pigment(rng: np.random.Generator, noise: Noise, outline: Array, skin: Array, melanoma: int) -> Array:
    brown = np.array([0.42, 0.26, 0.16], "f4") * rng.uniform(0.75, 1.2)
    depth = np.clip(0.75 + 0.12 * noise(1.2) + 0.1 * step(-outline - 1), 0.2, 1)[..., None]
    network = 0.18 * bell(noise(0.45) / 0.3)[..., None]
    colour = skin * (1 - depth) + brown * depth - network * brown
    if melanoma:
        black, blue = step((noise(1.6) - 0.6) / 0.2)[..., None], step((noise(2.0) - 0.9) / 0.2)[..., None]
        colour = colour * (1 - 0.7 * black)
        colour = colour * (1 - 0.6 * blue) + 0.6 * blue * np.array([0.36, 0.40, 0.50], "f4")
        red = step((noise(2.2) - 1.1) / 0.2)[..., None]
        colour = colour * (1 - 0.5 * red) + 0.5 * red * np.array([0.70, 0.35, 0.32], "f4")
    return np.asarray(colour, np.float32)


def _hairs(rng: np.random.Generator, x: Array, y: Array) -> Array:
    total = np.zeros_like(x)
    for _ in range(rng.poisson(3)):
        turn, bow = rng.uniform(0, np.pi), rng.normal(0, 0.015)
        lengthwise = float(np.cos(turn)) * x + float(np.sin(turn)) * y
        across = (
            float(np.cos(turn)) * y - float(np.sin(turn)) * x + bow * lengthwise**2 - rng.uniform(-11, 11)
        )
        total += bell(across / 0.07) * step(
            (rng.uniform(0, 12) - np.abs(lengthwise - rng.normal(0, 5))) / 0.5
        )
    return np.clip(total, 0, 1)


def _widest(points: Array) -> float:
    """The widest extent over the turns of a calliper."""
    turns = np.linspace(0, np.pi, 36, endpoint=False)
    along = points @ np.stack([np.sin(turns), np.cos(turns)])
    return float(np.ptp(along, axis=0).max())
