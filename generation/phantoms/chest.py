"""Chest radiographs: thorax, lungs, heart, ribs and vessels by their attenuation, with a finding."""

from typing import Any

import numpy as np

from generation.phantoms.exposure import expose
from generation.phantoms.fields import Array, Noise, bell, ellipsoid, grid_mm, smooth_min, smooth_noise, step

FIELD_MM = 380.0
FINDINGS = ("normal", "nodule", "effusion", "pneumonia")


def make_chest(index: int, *, seed: int, size: int) -> tuple[Array, dict[str, Any]]:
    """A film on 0 to 1, and what is true of it: finding, its side, and the cardiothoracic ratio."""
    rng = np.random.default_rng([seed, 11, index])
    noise = smooth_noise(rng, size, FIELD_MM)
    y, x = grid_mm(size, FIELD_MM, (rng.normal(0, 8), rng.normal(0, 6)))
    # x to the right of the film, which is the left of the person
    half = rng.uniform(125, 150)
    heart = rng.uniform(0.40, 0.62)
    finding, side = FINDINGS[index % len(FINDINGS)], int(rng.choice((-1, 1)))
    lungs = _lungs(rng, x, y, half)
    body = np.clip(1 - (x / (half + 38)) ** 2, 0, 1) ** 0.4 * step((y + 185 - 40 * np.abs(x / half)) / 12)
    film = (2.0 + 0.1 * noise(40)) * body + 0.35 * body * step((y - 90) / 15)
    film -= (1.15 + 0.06 * noise(30)) * step(-lungs / 3)
    film += _heart(rng, x, y, heart * half) + _spine(x, y, noise) + _ribs(rng, x, y, half, lungs)
    film += _vessels(rng, noise, x, y, half) * step(-lungs / 3)
    film += _finding(rng, finding, side, x, y, half, noise) * step(-lungs / 4)
    truth = {
        "finding": finding,
        "finding_side": "" if finding == "normal" else "L" if side > 0 else "R",
        "cardiothoracic_ratio": round(heart, 3),
    }
    return expose(rng, film), truth


def _lungs(rng: np.random.Generator, x: Array, y: Array, half: float) -> Array:
    """Negative inside; the right dome of the diaphragm stands higher."""
    width, top = 0.39 * half, rng.uniform(-125, -105)
    domes = rng.uniform(62, 88), rng.uniform(70, 98)
    found = np.full_like(x, 99)
    for side, floor in zip((-1, 1), domes, strict=True):
        u = x - side * (0.50 * half + 0.05 * (y + 40))
        lung = ellipsoid(u / 1.0, (y - (top + 120) - 20) / 1.0, 0.0, (width + 6, 135, 1e6))
        dome = y - floor + 0.006 * (u + side * 4) ** 2
        found = np.minimum(found, np.maximum(lung, -smooth_min(-dome, -dome, 1.0)))
    return found


def _heart(rng: np.random.Generator, x: Array, y: Array, width: float) -> Array:
    centre_x, centre_y = 0.22 * width, rng.uniform(28, 44)
    ventricle = ellipsoid(x - centre_x, y - centre_y - 0.25 * (x - centre_x), 0.0, (width, 62, 1e6))
    vessels = ellipsoid(x - 6, y + 45, 0.0, (rng.uniform(22, 32), 62, 1e6))
    return np.asarray(0.95 * step(-smooth_min(ventricle, vessels, 18) / 5), np.float32)


def _spine(x: Array, y: Array, noise: Noise) -> Array:
    bodies = 1 + 0.18 * np.sin(2 * np.pi * y / 24)
    return np.asarray(0.75 * bell(x / 19) * bodies * (1 + 0.1 * noise(6)), np.float32)


def _ribs(rng: np.random.Generator, x: Array, y: Array, half: float, lungs: Array) -> Array:
    """Twelve arches behind, rising to the middle, fainter ones in front, and clavicles."""
    total, spacing = np.zeros_like(x), rng.uniform(21, 26)
    share = np.abs(x) / half
    inside = step((half + 6 - np.abs(x)) / 5)
    for number in range(12):
        arch = y + 150 - spacing * number - 38 * share**1.6 + 22 * share
        total += 0.16 * inside * _tube(arch, 6.0)
        front = y + 120 - 1.15 * spacing * number + 55 * share - 20
        total += 0.07 * inside * _tube(front, 7.0) * step((share - 0.35) / 0.1)
    clavicle = y + 122 + rng.normal(0, 5) + 18 * share
    return np.asarray(total + 0.2 * _tube(clavicle, 6.5) * step((half - np.abs(x)) / 6), np.float32)


def _tube(across: Array, half: float) -> Array:
    """A hollow bone: bright along both edges."""
    return bell(across / half) * 0.6 + 0.8 * bell((np.abs(across) - half) / (0.25 * half))


def _vessels(rng: np.random.Generator, noise: Noise, x: Array, y: Array, half: float) -> Array:
    """Branches that thin out from the hila."""
    total = np.zeros_like(x)
    for side in (-1, 1):
        u, v = x - side * 0.26 * half, y - rng.uniform(-12, 6)
        radius = np.hypot(u, v) + 1
        angle = np.arctan2(v, u)
        for _ in range(16):
            way = rng.uniform(-np.pi, np.pi) + 0.15 * np.sin(radius / rng.uniform(12, 30))
            apart = radius * np.abs(np.angle(np.exp(1j * (angle - way))))
            total += bell(apart / (1.0 + 90 / (radius + 18))) * np.exp(-radius / rng.uniform(40, 90))
    return np.asarray(0.42 * total + 0.05 * noise(5) + 0.03 * noise(3), np.float32)


def _finding(
    rng: np.random.Generator, finding: str, side: int, x: Array, y: Array, half: float, noise: Noise
) -> Array:
    if finding == "nodule":
        place = side * rng.uniform(0.35, 0.7) * half, rng.uniform(-70, 55)
        apart = np.hypot(x - place[0], y - place[1]) - rng.uniform(6, 14) + noise(6)
        return np.asarray(rng.uniform(0.3, 0.6) * step(-apart / 2.5), np.float32)
    here = step(side * x / 4)
    if finding == "effusion":
        level = y - rng.uniform(35, 75) + 0.004 * (np.abs(x) - 0.45 * half) ** 2
        return np.asarray(rng.uniform(0.8, 1.1) * here * step(level / 7), np.float32)
    if finding == "pneumonia":
        place = side * rng.uniform(0.4, 0.62) * half, rng.uniform(-30, 55)
        patch = bell(np.hypot(x - place[0], y - place[1]) / rng.uniform(24, 44))
        return np.asarray(
            rng.uniform(0.5, 0.9) * here * patch * np.clip(1 + 0.6 * noise(9), 0, 2), np.float32
        )
    return np.zeros_like(x)
