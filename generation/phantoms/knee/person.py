"""Who is on the table: shape and disease of one knee, drawn from grade, age and BMI."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from generation.phantoms.anatomy import Subject
from generation.phantoms.fields import Array

Bone = Literal["femur", "tibia", "fibula", "patella"]
BONES: tuple[Bone, ...] = ("femur", "tibia", "fibula", "patella")
MEDIAL, LATERAL = -1, 1

#: The narrowed compartment by grade; the other one keeps about 4.3 mm.
GAP_MM = (3.9, 3.4, 2.6, 1.4, 0.25)
_SPUR_MM = (0.0, 0.7, 2.0, 3.4, 5.2)
_SCLEROSIS = (0.3, 0.4, 0.7, 1.3, 2.2)
CYSTS = (0.0, 0.0, 0.3, 1.0, 2.5)


@dataclass(frozen=True)
class Pair:
    """One number for each compartment."""

    medial: float
    lateral: float

    def __getitem__(self, side: int) -> float:
        return self.medial if side == MEDIAL else self.lateral

    def over(self, x: Array) -> Array:
        return np.where(x < 0, np.float32(self.medial), np.float32(self.lateral))

    @property
    def mean(self) -> float:
        return 0.5 * (self.medial + self.lateral)


@dataclass(frozen=True, kw_only=True)
class Femur:
    half: float
    skew: float
    shaft_half: float
    flare: float
    flare_width: float
    waist: float
    tubercle: float
    groove: float
    roller: Pair
    condyle_x: Pair
    outer_drop: Pair
    wing: float
    dome: float
    dome_width: float
    middle: float
    back_x: Pair
    back_width: Pair
    back_height: Pair


@dataclass(frozen=True, kw_only=True)
class Tibia:
    half: float
    slope: float
    dish: Pair
    spine: Pair
    spine_x: Pair
    spine_width: float
    rise: float
    rise_width: float
    rim: float
    taper: float
    stem_half: float


@dataclass(frozen=True, kw_only=True)
class Spur:
    """A marginal osteophyte: `height` away from the bone, `length` along z."""

    bone: Bone
    side: int
    height: float
    drift: float
    z: float
    length: float


@dataclass(frozen=True, kw_only=True)
class Person:
    """Everything about one knee that is no texture; `gap` is where the condyles have to be moved to."""

    subject: Subject
    bad: int
    gap: Pair
    sclerosis: float
    attrition: float
    spurs: tuple[Spur, ...]
    size: float
    field_mm: float
    varus: float
    turn: float
    roll: float
    flexion: float
    centre: tuple[float, float]
    femur: Femur
    tibia: Tibia
    fibula: tuple[float, float, float]
    fibula_radius: float
    patella: tuple[float, float, float]
    patella_radii: tuple[float, float]
    cortex: dict[Bone, float]
    struts: float


def draw_person(
    subject: Subject, *, person: np.random.Generator, film: np.random.Generator, field_mm: float
) -> Person:
    """What both knees share is drawn from `person`, the disease and the position from `film`."""
    grade = subject.grade
    narrow = max(0.0 if grade else 3.0, GAP_MM[grade] + film.normal(0, 0.36))
    wide = max(narrow, 4.3 - 0.12 * (3.9 - narrow) + film.normal(0, 0.5))
    bad = MEDIAL if film.random() < 0.82 else LATERAL
    gap = Pair(narrow, wide) if bad == MEDIAL else Pair(wide, narrow)
    age = subject.age - 61
    thin = {b: float(np.clip(person.uniform(0.25, 0.6) - 0.006 * age, 0.15, 0.8)) for b in BONES}
    return Person(
        subject=subject,
        bad=bad,
        gap=gap,
        sclerosis=_SCLEROSIS[grade] * film.uniform(0.7, 1.3),
        attrition=film.uniform(1, 4) if grade == 4 else film.uniform(0, 1.2) if grade == 3 else 0.0,
        spurs=_spurs(grade, bad, film),
        size=float(np.clip(person.normal(1, 0.055), 0.86, 1.13)),
        field_mm=field_mm * film.uniform(0.94, 1.07),
        varus=(gap.lateral - gap.medial) / 46,
        turn=film.normal(0, 0.09),
        roll=film.normal(0, 0.035),
        flexion=film.normal(0.16, 0.10),
        centre=(film.normal(0, 3.0), film.normal(0, 3.4)),
        femur=_femur(person),
        tibia=_tibia(person),
        fibula=(36 + person.normal(0, 3), 30 + person.normal(0, 5), person.uniform(8, 20)),
        fibula_radius=person.uniform(8.5, 11.5),
        patella=(person.normal(3, 3.5), film.normal(-33, 6.0), -39.0),
        patella_radii=(person.uniform(17, 22), person.uniform(17, 23)),
        cortex=thin,
        struts=float(np.exp(person.uniform(-1.25, 0.15) + 0.012 * age)),
    )


def _femur(rng: np.random.Generator) -> Femur:
    return Femur(
        half=rng.normal(42, 1.4),
        skew=rng.normal(0, 1.2),
        shaft_half=rng.uniform(20, 28),
        flare=rng.normal(-42, 7),
        flare_width=rng.uniform(5, 11),
        waist=rng.uniform(2, 6),
        tubercle=rng.uniform(0, 3.6),
        groove=rng.uniform(0, 3.2),
        roller=_pair(rng, 23, 28),
        condyle_x=_pair(rng, 18, 24),
        outer_drop=_pair(rng, 0.6, 3.4),
        wing=rng.uniform(6, 10.5),
        dome=rng.uniform(3.5, 8),
        dome_width=rng.uniform(5.5, 8.5),
        middle=rng.normal(0, 1.5),
        back_x=_pair(rng, 15, 19),
        back_width=_pair(rng, 9, 12),
        back_height=_pair(rng, 17, 26),
    )


def _tibia(rng: np.random.Generator) -> Tibia:
    return Tibia(
        half=rng.normal(38, 1.4),
        slope=rng.normal(0.02, 0.07),
        dish=Pair(rng.uniform(0.8, 2.6), rng.uniform(0.2, 2.0)),
        spine=_pair(rng, 2.5, 6.5),
        spine_x=Pair(rng.uniform(-7.5, -4.5), rng.uniform(4.5, 8)),
        spine_width=rng.uniform(2.6, 5.2),
        rise=rng.uniform(1.5, 5.0),
        rise_width=rng.uniform(10, 17),
        rim=rng.uniform(1, 5),
        taper=rng.uniform(38, 62),
        stem_half=rng.uniform(15, 21),
    )


def _pair(rng: np.random.Generator, low: float, high: float) -> Pair:
    return Pair(rng.uniform(low, high), rng.uniform(low, high))


def _spurs(grade: int, bad: int, rng: np.random.Generator) -> tuple[Spur, ...]:
    """Larger and more of them the higher the grade, and on the narrowed side."""
    count = 1 + (grade > 1) + (grade > 3) if grade else 0
    bones: tuple[Bone, ...] = ("femur", "tibia")
    places = [(b, s) for b in bones for s in (MEDIAL, LATERAL) for _ in range(count)]
    return tuple(
        Spur(
            bone=bone,
            side=side,
            height=_SPUR_MM[grade] * rng.uniform(0.25, 1.2) * (1.0 if side == bad else 0.75),
            drift=rng.normal(0, 1.4),
            z=rng.uniform(-16, 16),
            length=rng.uniform(3, 6),
        )
        for bone, side in places
    )
