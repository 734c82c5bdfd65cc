"""The bones as distance fields: negative inside, millimetres."""

import math
from dataclasses import dataclass

import numpy as np

from generation.phantoms.fields import (
    Array,
    bell,
    ellipsoid,
    rounded_box,
    smooth_max,
    smooth_min,
    step,
)
from generation.phantoms.knee.person import BONES, LATERAL, MEDIAL, Bone, Pair, Person

#: Where along z, and in which rows, each bone can be.
DEPTHS: dict[Bone, tuple[float, float]] = {
    "femur": (-52, 34),
    "tibia": (-32, 32),
    "fibula": (-12, 36),
    "patella": (-52, -22),
}
ROWS: dict[Bone, tuple[float, float]] = {
    "femur": (-99, 12),
    "tibia": (-16, 99),
    "fibula": (2, 99),
    "patella": (-99, 6),
}


@dataclass(frozen=True)
class Surface:
    """A bone at one depth: its distance, that to its joint surface, and half its width for load lines."""

    distance: Array
    joint: Array | None = None
    half_width: Array | None = None


def surface(p: Person, gap: Pair, bone: Bone, x: Array, y: Array, z: Array, rough: Array) -> Surface:
    if bone == "femur":
        return _femur(p, gap, x, y, z, rough)
    if bone == "tibia":
        return _tibia(p, x, y, z, rough)
    return _fibula(p, x, y, z, rough) if bone == "fibula" else _patella(p, x, y, z, rough)


def _femur(p: Person, gap: Pair, x: Array, y: Array, z: Array, rough: Array) -> Surface:
    """One curved roller with two convex condyles and a rounded notch, and sides that flare."""
    f = p.femur
    x = x - p.varus * (y + 5)
    across = np.abs(x - f.middle * bell(x / 14))
    lift = gap.mean + (gap.over(x) - gap.mean) * step(np.abs(x) / 9)
    lift += 0.35 * p.attrition * bell((x - p.bad * 22) / 9)
    cos, sin = math.cos(p.flexion), math.sin(p.flexion)
    yf = cos * (y + 20) - sin * (z - 4) - 20 + lift + rough
    zf = cos * (z - 4) + sin * (y + 20) + 4
    condyle, radius = f.condyle_x.over(x), f.roller.over(x)
    inner = np.clip((condyle - across) / condyle, 0, 1)
    outer = np.clip((across - condyle) / (f.half - condyle), 0, 1.3)
    drop = f.wing * np.sin(math.pi / 2 * inner) ** 2 + f.dome * np.exp(-((across / f.dome_width) ** 4))
    drop = drop * (1 - 0.25 * step(-(zf + 6) / 7)) + f.outer_drop.over(x) * outer**2
    bottom = np.hypot(np.maximum(yf + radius, 0), 0.85 * (zf - 2)) - (radius - drop)
    half = f.shaft_half + (f.half - f.shaft_half) * step((yf - f.flare) / f.flare_width)
    half += np.where(
        x < 0,
        f.skew + f.tubercle * bell((yf + 32) / 5),
        -f.skew - f.groove * bell((yf + 15) / 5),
    ) - f.waist * step((yf + 16) / 7)
    deep = 18 + 4 * step((yf - f.flare + 4) / 9)
    sides = (np.hypot(x / half, (zf + 6) / deep) - 1) * np.minimum(half, deep)
    distance = smooth_max(bottom, sides, 5.0)
    for side in (MEDIAL, LATERAL):
        back = _condyle_back(p, side, x, yf, zf)
        distance = smooth_min(distance, smooth_max(back, bottom, 5.0), 4.0)
    return Surface(distance, bottom, half)


def _condyle_back(p: Person, side: int, x: Array, y: Array, z: Array) -> Array:
    f = p.femur
    width, height = f.back_width[side], f.back_height[side]
    u, v = (x - side * f.back_x[side]) / width, (y + height) / (height + 4)
    return ellipsoid(u, v, (z - 10) / 19, (1, 1, 1)) * width


def _tibia(p: Person, x: Array, y: Array, z: Array, rough: Array) -> Surface:
    """Dished plateaus that rise to two blunt spines, a rim lower in front; worn away in grade 4."""
    t = p.tibia
    top = rough - t.slope * (z - 2) - t.rise * bell(x / t.rise_width) + t.rim * step(-(z + 15) / 4)
    if p.attrition:
        top = top + p.attrition * np.clip((p.bad * x - 8) / 26, 0, 1.2) ** 2
    for side in (MEDIAL, LATERAL):
        blunt = np.exp((1.7 - np.sqrt((x - t.spine_x[side]) ** 2 + 3.0)) / t.spine_width)
        top = top - t.spine[side] * blunt * bell((z - 2 * side) / 15)
        top = top + t.dish[side] * bell((x - 22 * side) / 10) * bell((z - 1) / 20)
    half = t.stem_half + (t.half - t.stem_half) * bell(np.maximum(y - 3, 0) / t.taper)
    deep = 0.62 * half + 2.5
    joint = top - y
    return Surface(smooth_max(joint, rounded_box(x / half, (z - 1) / deep) * deep, 2.2), joint, half)


def _fibula(p: Person, x: Array, y: Array, z: Array, rough: Array) -> Surface:
    (centre_x, centre_y, centre_z), q = p.fibula, p.fibula_radius
    u, v, w = x - centre_x, y - centre_y, z - centre_z
    head = smooth_min(
        ellipsoid(u, v, w, (q, q * 1.05, q)), ellipsoid(u - 2, v + 0.85 * q, w - 2, (3, 4, 3)), 4
    )
    shaft = np.maximum(np.hypot(u + 0.12 * v, w) - 0.62 * q, 2 - v)
    return Surface(smooth_min(head, shaft, 5) + rough)


def _patella(p: Person, x: Array, y: Array, z: Array, rough: Array) -> Surface:
    (centre_x, centre_y, centre_z), (half_x, half_y) = p.patella, p.patella_radii
    u, v = (x - centre_x) / half_x, (y - centre_y) / half_y
    face = rounded_box(u / (1 - 0.22 * np.clip(v, -1, 1.5)), v) + 1
    return Surface((np.hypot(face, (z - centre_z) / 10) - 1) * 10 + rough)


def add_spurs(p: Person, gap: Pair, bone: Bone, distance: Array, x: Array, y: Array, z: float) -> Array:
    """Beaks that hook away from the joint, at the margins of the plateau and of the condyles."""
    for spur in p.spurs:
        if spur.bone != bone or abs(z - spur.z) >= spur.length + 4:
            continue
        if bone == "tibia":
            margin, height, tilt = p.tibia.half - 1, 2.0 + 0.25 * spur.height + spur.drift, -0.45
        else:
            margin = p.femur.half - 1.5 - 0.8 * p.femur.waist
            height, tilt = 1.3 * spur.drift - gap[spur.side] - 7.5, 0.45
        u = x - spur.side * margin - 0.08 * spur.side * spur.height
        v = y - height + tilt * spur.side * u
        radii = (1.4 + 0.62 * spur.height, 1.0 + 0.42 * spur.height, spur.length)
        distance = smooth_min(distance, ellipsoid(u, v, z - spur.z, radii), 5.0)
    return distance


def index_of(bone: Bone) -> int:
    return BONES.index(bone)
