"""Every kind of phantom by name: how one is made, at which sizes, and what is told of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from generation.errors import RequestError
from generation.phantoms import make_phantom
from generation.phantoms.chest import make_chest
from generation.phantoms.frames import make_cine, make_stack
from generation.phantoms.knee import make_volume_knee
from generation.phantoms.lesion import make_lesion

Kind = Literal["knee", "chest", "lesion", "volume", "cine", "knee-1"]
KINDS: tuple[Kind, ...] = get_args(Kind)
FRAMES = 24
MOST_FRAMES = 500


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Pixels of an unsigned type: (h, w), (h, w, 3) or (frames, h, w); `facts` are true of them."""

    name: str
    pixels: NDArray[np.unsignedinteger[Any]]
    facts: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one kind is made. `columns` are the facts that its manifest lists, `patient` always the last."""

    what: str
    sizes: tuple[int, int]
    columns: tuple[str, ...]
    make: Callable[..., Picture]
    framed: bool = False


def recipe(kind: str) -> Recipe:
    if kind not in _RECIPES:
        raise RequestError(f"unknown kind of phantom {kind!r}: choose {', '.join(KINDS)}")
    return _RECIPES[kind]


def refuse_impossible(kind: str, size: int, frames: int) -> None:
    low, high = recipe(kind).sizes
    if not low <= size <= high:
        raise RequestError(f"a phantom of {size} px cannot be made: choose {low} to {high} px")
    if recipe(kind).framed and not 2 <= frames <= MOST_FRAMES:
        raise RequestError(f"{frames} frames are not possible: choose 2 to {MOST_FRAMES}")


def _knee(index: int, *, seed: int, size: int, frames: int) -> Picture:
    knee, patient = make_volume_knee(index, seed=seed, size=size)
    who = knee.subject
    facts = {
        "grade": who.grade,
        "side": who.side,
        "age": who.age,
        "bmi": who.bmi,
        "joint_space_mm": round(knee.joint_space_mm, 3),
        "medial_mm": round(knee.medial_mm, 3),
        "lateral_mm": round(knee.lateral_mm, 3),
        "varus_deg": round(knee.varus_deg, 2),
        "mm_per_pixel": round(knee.mm_per_pixel, 4),
        "patient": patient,
    }
    return Picture(name=f"{patient}{who.side}", pixels=knee.image, facts=facts)


def _first_knee(index: int, *, seed: int, size: int, frames: int) -> Picture:
    phantom = make_phantom(index, seed=seed, size=size)
    who = phantom.subject
    facts = {
        "grade": who.grade,
        "side": who.side,
        "age": who.age,
        "bmi": who.bmi,
        "joint_space_mm": phantom.joint_space_mm,
        "patient": phantom.patient,
    }
    return Picture(name=f"{phantom.patient}{who.side}", pixels=phantom.image, facts=facts)


def _simple(
    draw: Callable[..., tuple[NDArray[np.float32], dict[str, Any]]],
    index: int,
    *,
    seed: int,
    size: int,
    frames: int,
    framed: bool = False,
    colour: bool = False,
) -> Picture:
    """A kind with one image a patient: grey as 16 bit, colour as 8."""
    image, facts = draw(index, seed=seed, size=size, **({"frames": frames} if framed else {}))
    patient = f"{seed}-{index:06d}"
    pixels: NDArray[np.unsignedinteger[Any]] = (
        np.round(image * 255).astype(np.uint8) if colour else np.round(image * 65535).astype(np.uint16)
    )
    return Picture(name=patient, pixels=pixels, facts={**facts, "patient": patient})


_RECIPES: dict[str, Recipe] = {
    "knee": Recipe(
        what="knee radiographs from volumes, graded 0 to 4",
        sizes=(64, 1024),
        columns=(
            *("grade", "side", "age", "bmi", "joint_space_mm", "medial_mm", "lateral_mm"),
            *("varus_deg", "mm_per_pixel", "patient"),
        ),
        make=_knee,
    ),
    "chest": Recipe(
        what="chest radiographs: normal, nodule, effusion or pneumonia",
        sizes=(64, 1024),
        columns=("finding", "finding_side", "cardiothoracic_ratio", "patient"),
        make=partial(_simple, make_chest),
    ),
    "lesion": Recipe(
        what="skin photographs in colour: naevus or melanoma",
        sizes=(64, 1024),
        columns=("class", "skin_tone", "diameter_mm", "patient"),
        make=partial(_simple, make_lesion, colour=True),
    ),
    "volume": Recipe(
        what="CT-like stacks of a chest, every second with a nodule",
        sizes=(64, 512),
        columns=("finding", "nodule_diameter_mm", "nodule_x", "nodule_y", "nodule_frame", "patient"),
        make=partial(_simple, make_stack, framed=True),
        framed=True,
    ),
    "cine": Recipe(
        what="one beat of a heart in short axis, with its ejection fraction",
        sizes=(64, 512),
        columns=("ejection_fraction", "diastole_frame", "systole_frame", "patient"),
        make=partial(_simple, make_cine, framed=True),
        framed=True,
    ),
    "knee-1": Recipe(
        what="the first edition's knees, which the bundled model was trained on",
        sizes=(64, 1024),
        columns=("grade", "side", "age", "bmi", "joint_space_mm", "patient"),
        make=_first_knee,
    ),
}
