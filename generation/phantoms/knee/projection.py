"""Summing the bones along the rays: distance runs straight between slices, so thin shells stay sharp."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from generation.phantoms.fields import Array, grid_mm, step
from generation.phantoms.knee.bones import DEPTHS, ROWS, add_spurs, index_of, surface
from generation.phantoms.knee.person import BONES, LATERAL, MEDIAL, Bone, Pair, Person

CENTRE_Y_MM, SLICE_MM = -11.5, 2.8
_FRONT, _BACK = -12.0, 8.0
_COMPARTMENT_X_MM, _COMPARTMENT_HALF_MM = 22.0, 7.0


@dataclass
class Shadow:
    """One bone on the film: mm of shell, of three layers of core and near the joint, and outlines."""

    shell: Array
    core: list[Array]
    load: Array
    near: Array
    u: Array
    v: Array


@dataclass(frozen=True)
class Projection:
    x: Array
    y: Array
    shadows: dict[Bone, Shadow] = field(default_factory=dict)


def project(p: Person, gap: Pair, rough: Sequence[Array], bones: Sequence[Bone] = BONES) -> Projection:
    size = len(rough[0])
    x, y = _grid(p, size)
    result = Projection(x, y)
    for bone in bones:
        result.shadows[bone] = _shadow(p, gap, bone, x, y, rough[index_of(bone)])
    return result


def _grid(p: Person, size: int) -> tuple[Array, Array]:
    y, x = grid_mm(size, p.field_mm, (p.centre[1] - CENTRE_Y_MM, p.centre[0]))
    cos, sin = math.cos(p.roll) / p.size, math.sin(p.roll) / p.size
    return cos * x + sin * y, cos * y - sin * x


def _shadow(p: Person, gap: Pair, bone: Bone, x: Array, y: Array, rough: Array) -> Shadow:
    low, high = ROWS[bone]
    inside = np.flatnonzero((y.max(1) > low) & (y.min(1) < high))
    rows = slice(int(inside[0]), int(inside[-1]) + 1) if len(inside) else slice(0, 1)
    whole = Shadow(
        *(np.zeros_like(x), [np.zeros_like(x) for _ in range(3)], np.zeros_like(x)),
        *(np.full_like(x, 99), x.copy(), y),
    )
    _fill(p, gap, bone, x[rows], y[rows], rough[rows], _rows_of(whole, rows))
    return whole


def _rows_of(whole: Shadow, rows: slice) -> Shadow:
    """Views, so that what is added to them is added to the whole."""
    return Shadow(
        *(whole.shell[rows], [layer[rows] for layer in whole.core], whole.load[rows]),
        *(whole.near[rows], whole.u[rows], whole.v[rows]),
    )


def _fill(p: Person, gap: Pair, bone: Bone, x: Array, y: Array, rough: Array, into: Shadow) -> None:
    cos, sin = math.cos(p.turn), math.sin(p.turn)
    edge, thickness = 0.5 * p.field_mm / x.shape[1], _cortex(p, bone, y)
    before: Array | None = None
    low, high = DEPTHS[bone]
    for z in np.arange(-51.8, 36.0, SLICE_MM).tolist():
        if not low < z < high:
            continue
        slice_x, slice_z = cos * x + sin * z, cos * z - sin * x
        found = surface(p, gap, bone, slice_x, y, slice_z, rough)
        distance = add_spurs(p, gap, bone, found.distance, slice_x, y, z)
        np.minimum(into.near, distance, out=into.near)
        if found.half_width is not None and abs(z) < SLICE_MM / 2:
            into.u[:] = slice_x / found.half_width * 39  # load lines follow the sides
        if before is not None:
            deep = depth_between(distance + thickness, before + thickness, edge)
            into.shell += depth_between(distance, before, edge) - deep
            into.core[0 if z < _FRONT else 1 if z < _BACK else 2] += deep
            if found.joint is not None:
                reach = 1.7 + 0.7 * p.sclerosis
                into.load += deep * np.exp(np.clip(found.joint, -40, 0) / reach)
        before = distance


def _cortex(p: Person, bone: Bone, y: Array) -> Array | float:
    """The shell is thin at the joint and thick at the shafts."""
    if bone == "femur":
        return p.cortex[bone] * (1 + 2.5 * step(-(y + 46) / 8))
    if bone == "tibia":
        return p.cortex[bone] * (1 + 1.5 * step((y - 24) / 7))
    return p.cortex[bone]


def depth_between(d: Array, e: Array, edge: float) -> Array:
    """Millimetres inside along a ray between two slices; `edge` is how far an outline is softened."""
    flat = np.abs(d - e) < 0.02
    rising = (_inside(d, edge) - _inside(e, edge)) / np.where(flat, np.float32(1), d - e)
    depth: Array = SLICE_MM * np.where(flat, (edge - np.clip(d, -edge, edge)) / (2 * edge), rising)
    return depth


def _inside(t: Array, edge: float) -> Array:
    """The integral of how much of a pixel is inside at distance t."""
    return np.minimum(t, -edge) + edge - (edge - np.clip(t, -edge, edge)) ** 2 / (4 * edge)


def joint_space_mm(p: Person, film: Projection) -> Pair:
    """Between the two outlines as drawn: the median over the loaded middle of each compartment."""
    pitch = p.field_mm / len(film.x)
    free = np.minimum(film.shadows["femur"].near, film.shadows["tibia"].near)
    widths = {}
    for side in (MEDIAL, LATERAL):
        middle = np.abs(film.x[len(film.x) // 2] - side * _COMPARTMENT_X_MM) < _COMPARTMENT_HALF_MM
        gap = np.clip(free[:, middle] / pitch + 0.5, 0, 1) * (np.abs(film.y[:, middle]) < 14)
        widths[side] = float(np.median(gap.sum(0)) * pitch)
    return Pair(widths[MEDIAL], widths[LATERAL])


def settled_gap(p: Person, rough: Sequence[Array]) -> Pair:
    """Where the condyles have to be for the drawn joint spaces to be the wanted ones: two coarse looks."""
    gap, every = p.gap, max(1, len(rough[0]) // 48)
    coarse = [field[every // 2 :: every, every // 2 :: every] for field in rough]
    for _ in range(2):
        drawn = joint_space_mm(p, project(p, gap, coarse, ("femur", "tibia")))
        gap = Pair(gap.medial + p.gap.medial - drawn.medial, gap.lateral + p.gap.lateral - drawn.lateral)
    return gap
