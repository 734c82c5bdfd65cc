"""Images of several frames: a CT-like stack through a chest, and a cine of a beating heart."""

from typing import Any

import numpy as np

from generation.phantoms.fields import Array, bell, ellipsoid, grid_mm, smooth_noise, step

STACK_MM, CINE_MM = 340.0, 140.0
STACK_DEPTH_MM = 160.0


def make_stack(index: int, *, seed: int, size: int, frames: int) -> tuple[Array, dict[str, Any]]:
    """Axial slices (frames, size, size) on 0 to 1; in every second stack one lung holds a nodule."""
    rng = np.random.default_rng([seed, 13, index])
    noise = smooth_noise(rng, size, STACK_MM)
    y, x = grid_mm(size, STACK_MM)
    depths = ((np.arange(frames) + 0.5) / frames - 0.5) * STACK_DEPTH_MM
    half = rng.uniform(135, 155), rng.uniform(95, 110)
    nodule = _nodule(rng, half, depths) if index % 2 else None
    heart = rng.uniform(34, 44)
    fields = [noise(4), noise(9), noise(24)]
    stack = np.stack([_slice(x, y, float(z), half, heart, nodule, fields) for z in depths])
    stack += 0.02 * rng.standard_normal(stack.shape, dtype="f4")
    truth: dict[str, Any] = {"finding": "nodule" if nodule else "normal"}
    if nodule:
        (nx, ny, nz), radius = nodule
        pixel = STACK_MM / size
        truth |= {
            "nodule_diameter_mm": round(2 * radius, 2),
            "nodule_x": round(nx / pixel + size / 2 - 0.5, 1),
            "nodule_y": round(ny / pixel + size / 2 - 0.5, 1),
            "nodule_frame": int(np.abs(depths - nz).argmin()) + 1,
        }
    return np.clip(stack, 0, 1), truth


Nodule = tuple[tuple[float, float, float], float]


def _nodule(rng: np.random.Generator, half: tuple[float, float], depths: Array) -> Nodule:
    side = rng.choice((-1, 1))
    place = side * rng.uniform(0.42, 0.6) * half[0], rng.uniform(-0.35, 0.3) * half[1]
    depth = float(depths[rng.integers(len(depths) // 4, 3 * len(depths) // 4)])
    return (float(place[0]), float(place[1]), depth), float(rng.uniform(4, 11))


def _slice(
    x: Array,
    y: Array,
    z: float,
    half: tuple[float, float],
    heart: float,
    nodule: Nodule | None,
    fields: list[Array],
) -> Array:
    """Grey as in a soft window that still shows lungs: air 0, lung .15, fat .4, soft tissue .55, bone 1."""
    fine, middle, wide = fields
    taper = 1 - 0.12 * (z / 80) ** 2
    body = ellipsoid(x + wide, y, 0.0, (half[0] * taper, half[1] * taper, 1e6))
    image = 0.40 * step(-body / 1.5)
    muscle = body + 14 + 2 * middle
    image += (0.15 + 0.015 * fine) * step(-muscle / 1.5)
    lungs = np.full_like(x, 99)
    for side in (-1, 1):
        width, height = (0.40 * half[0] * (1 - 0.35 * (z / 80) ** 2), 0.70 * half[1] * taper)
        lungs = np.minimum(lungs, ellipsoid(x - side * 0.47 * half[0], y - 4, 0.0, (width, height, 1e6)))
    cover = step(-lungs / 1.5)
    vessels = bell(middle / 0.25) * bell(fine / 0.9) * 0.22
    image = image * (1 - cover) + (0.15 + 0.02 * fine + vessels) * cover
    size = heart * float(np.sqrt(max(0.05, 1 - ((z - 25) / 70) ** 2)))
    chambers = ellipsoid(x - 18, y + 18, 0.0, (1.25 * size, size, 1e6))
    image = np.where(chambers < 0, 0.58 + 0.01 * fine, image)
    spine = np.hypot(x, y - 0.62 * half[1]) - 15 - 2 * np.sin(z / 4)
    image = np.where(spine < 0, 0.85 + 0.05 * fine, image)
    angle = np.arctan2(y / half[1], x / half[0])
    ribs = bell((body + 17) / 3.5) * step((np.sin(7 * angle + z / 9) - 0.3) / 0.15)
    image = image + (0.95 - image) * np.clip(ribs, 0, 1)
    if nodule is not None:
        (nx, ny, nz), radius = nodule
        apart = np.sqrt((x - nx) ** 2 + (y - ny) ** 2 + (z - nz) ** 2) - radius
        image = image + (0.55 - image) * step(-apart / 1.2)
    return np.asarray(image, np.float32)


def make_cine(index: int, *, seed: int, size: int, frames: int) -> tuple[Array, dict[str, Any]]:
    """One beat of a heart in short axis (frames, size, size) on 0 to 1, with its ejection fraction."""
    rng = np.random.default_rng([seed, 14, index])
    noise = smooth_noise(rng, size, CINE_MM)
    y, x = grid_mm(size, CINE_MM, (rng.normal(0, 5), rng.normal(0, 5)))
    fraction = float(np.clip(rng.normal(0.55, 0.14), 0.15, 0.78))
    diastole, wall = rng.uniform(22, 28), rng.uniform(8, 12)
    scene = [noise(3), noise(8), noise(25)]
    loop = np.stack(
        [_beat(x, y, _cavity(k / frames, diastole, fraction), diastole, wall, scene) for k in range(frames)]
    )
    loop = loop * (1 + 0.10 * rng.standard_normal(loop.shape, dtype="f4")) + 0.02 * rng.random(
        loop.shape, "f4"
    )
    areas = [_cavity(k / frames, diastole, fraction) ** 2 for k in range(frames)]
    truth = {
        "ejection_fraction": round(1 - min(areas) / max(areas), 3),
        "diastole_frame": int(np.argmax(areas)) + 1,
        "systole_frame": int(np.argmin(areas)) + 1,
    }
    return np.clip(loop, 0, 1), truth


def _cavity(phase: float, diastole: float, fraction: float) -> float:
    """The radius over a beat: a quick squeeze, a slower filling. Area, not volume: the long axis is kept."""
    squeeze = np.sin(np.pi * (phase / 0.4)) if phase < 0.2 else np.cos(np.pi / 2 * (phase - 0.2) / 0.8) ** 1.5
    return float(diastole * np.sqrt(1 - fraction * np.clip(squeeze, 0, 1)))


def _beat(x: Array, y: Array, radius: float, diastole: float, wall: float, scene: list[Array]) -> Array:
    """Blood bright, muscle dark, and thicker when the cavity is small: muscle keeps its area."""
    fine, middle, wide = scene
    outer = float(np.sqrt(radius**2 + (diastole + wall) ** 2 - diastole**2))
    apart = np.hypot(x, y * 1.04)
    image = 0.28 + 0.05 * wide + 0.05 * bell(middle)
    chest = ellipsoid(x, y, 0.0, (66, 62, 1e6))
    image = image * step(-chest / 3)
    right = ellipsoid(x + outer + 8, y + 3, 0.0, (14 + 0.25 * radius, 25, 1e6))
    image = image + (0.68 - image) * step(-right / 1.5)
    image = image + (0.22 + 0.03 * fine - image) * step((outer - apart) / 1.2)
    image = image + (0.78 - image) * step((radius - apart + 0.6 * middle) / 1.2)
    muscles = np.minimum(
        np.hypot(x - 0.55 * radius, y - 0.5 * radius), np.hypot(x + 0.45 * radius, y - 0.6 * radius)
    )
    image = image + (0.25 - image) * step((0.16 * radius - muscles) / 1.0)
    return np.asarray(image, np.float32)
