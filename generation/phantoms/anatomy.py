"""Who is on the table: one knee's shape, tissue and exposure, drawn from grade, side, age and BMI.

Lengths are millimetres. The origin is the middle of the tibial plateau, x points to the medial side,
y downwards.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Side = Literal["L", "R"]
Array = NDArray[np.float64]

GRADES = (0, 1, 2, 3, 4)
SIDES: tuple[Side, ...] = ("L", "R")
AGE_RANGE = (40.0, 85.0)
BMI_RANGE = (18.0, 45.0)

#: Medial joint space by grade, mean and standard deviation: 5 mm in healthy adults, bone on bone in grade 4.
JOINT_SPACE_MM = {0: (5.4, 0.30), 1: (4.5, 0.30), 2: (3.5, 0.32), 3: (2.2, 0.35), 4: (0.7, 0.30)}
_OSTEOPHYTE_MM = (0.0, 1.0, 2.8, 4.5, 7.0)
_SCLEROSIS_MM = (0.0, 0.15, 0.4, 1.0, 2.0)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is asked for: the labels of one knee."""

    grade: int
    side: Side
    age: float
    bmi: float


@dataclass(frozen=True, kw_only=True)
class Waves:
    """A smooth random offset along an outline: a few sines, so that no two bones are alike."""

    amplitude_mm: Array
    wavelength_mm: Array
    phase: Array

    def at(self, position_mm: Array) -> Array:
        offset = np.zeros_like(position_mm)
        for amplitude, wavelength, phase in zip(
            self.amplitude_mm, self.wavelength_mm, self.phase, strict=True
        ):
            offset += amplitude * np.sin(2 * np.pi * position_mm / wavelength + phase)
        return offset


@dataclass(frozen=True, kw_only=True)
class Knee:
    """Everything that the renderer needs to know about one knee and its exposure."""

    subject: Subject
    medial_mm: float
    lateral_mm: float
    scale: float
    shift_mm: tuple[float, float]
    tilt_rad: float
    condyle_half_mm: float
    femur_shaft_half_mm: float
    tibia_shaft_half_mm: float
    notch_mm: float
    notch_width_mm: float
    spines_mm: tuple[float, float]
    patella_mm: tuple[float, float, float, float]
    fibula_mm: tuple[float, float]
    osteophytes_mm: Array
    sclerosis_mm: float
    cortex_mm: float
    density: float
    strut_contrast: float
    soft_half_mm: float
    fat_mm: float
    depth_mm: float
    photons_per_mm2: float
    scatter_ratio: float
    window: tuple[float, float]
    sharpening: float
    marker: tuple[float, float, float] | None
    waves: tuple[Waves, ...] = field(default=())

    @property
    def joint_space_mm(self) -> float:
        """The narrowest place of the joint, as a reader would measure it on the film."""
        return min(self.medial_mm, self.lateral_mm) * self.scale


def draw_subject(rng: np.random.Generator) -> Subject:
    age = float(np.clip(rng.normal(61, 9), *AGE_RANGE))
    bmi = float(np.clip(rng.normal(28.5, 4.8), *BMI_RANGE))
    return Subject(
        grade=int(rng.integers(len(GRADES))),
        side=SIDES[int(rng.integers(2))],
        age=round(age, 1),
        bmi=round(bmi, 1),
    )


def draw_knee(subject: Subject, *, person: np.random.Generator, film: np.random.Generator) -> Knee:
    """One knee with these labels: what both knees share is drawn from `person`, the rest from `film`."""
    scale = float(np.clip(person.normal(1.0, 0.035), 0.9, 1.1))
    medial, lateral = _joint_spaces_mm(subject, film)
    knee = Knee(
        subject=subject,
        medial_mm=medial / scale,
        lateral_mm=lateral / scale,
        scale=scale,
        shift_mm=(float(film.normal(0, 1.5)), float(film.normal(2.5, 2.0))),
        tilt_rad=float(film.normal(0, 0.025)),
        condyle_half_mm=float(person.normal(41.0, 1.2)),
        femur_shaft_half_mm=float(person.normal(27.0, 1.8)),
        tibia_shaft_half_mm=float(person.normal(22.0, 1.8)),
        notch_mm=float(person.normal(12.5, 1.5)),
        notch_width_mm=float(person.normal(9.5, 0.7)),
        spines_mm=(float(person.normal(6.8, 0.9)), float(person.normal(5.6, 0.9))),
        patella_mm=_patella(person),
        fibula_mm=(float(person.normal(-34, 1.5)), float(person.normal(14, 1.8))),
        osteophytes_mm=_OSTEOPHYTE_MM[subject.grade] * film.uniform(0.45, 1.15, 4),
        sclerosis_mm=_SCLEROSIS_MM[subject.grade] * float(film.uniform(0.8, 1.2)),
        cortex_mm=1.25 - 0.012 * (subject.age - 60) + float(person.normal(0, 0.06)),
        density=1.0 - 0.013 * (subject.age - 60) + float(person.normal(0, 0.05)),
        strut_contrast=1.0 + 0.025 * (subject.age - 60),
        soft_half_mm=46.5 + 0.80 * (subject.bmi - 20) + float(person.normal(0, 1.2)),
        fat_mm=max(1.5, 2.5 + 0.45 * (subject.bmi - 20)),
        depth_mm=90 + 2.8 * (subject.bmi - 20),
        photons_per_mm2=float(film.lognormal(np.log(2.6e5), 0.25)),
        scatter_ratio=0.5 + 0.035 * (subject.bmi - 20),
        window=(float(film.normal(0.0, 0.05)), float(film.normal(1.0, 0.05))),
        sharpening=float(film.uniform(0.35, 0.9)),
        marker=_marker(film),
    )
    return replace(knee, waves=tuple(_waves(person) for _ in range(7)))


def _joint_spaces_mm(subject: Subject, rng: np.random.Generator) -> tuple[float, float]:
    mean, deviation = JOINT_SPACE_MM[subject.grade]
    healthy = JOINT_SPACE_MM[0][0]
    medial = mean + deviation * float(np.clip(rng.normal(), -2, 2)) - 0.008 * (subject.age - 60)
    medial = max(medial, 0.15)
    lateral = healthy + 0.9 - 0.15 * (healthy - mean) + float(np.clip(rng.normal(0, 0.35), -0.7, 0.7))
    return medial, max(lateral, medial + 0.25)


def _patella(rng: np.random.Generator) -> tuple[float, float, float, float]:
    centre_x, centre_y = rng.normal(-1, 2), rng.normal(-27, 4)
    half_x, half_y = rng.normal(20, 1.3, 2)
    return float(centre_x), float(centre_y), float(half_x), float(half_y)


def _waves(rng: np.random.Generator) -> Waves:
    wavelength = np.array([61.0, 33.0, 17.0]) * rng.uniform(0.8, 1.25, 3)
    return Waves(
        amplitude_mm=np.array([0.9, 0.45, 0.18]) * rng.normal(0, 1, 3).clip(-1.8, 1.8),
        wavelength_mm=wavelength,
        phase=rng.uniform(0, 2 * np.pi, 3),
    )


def _marker(rng: np.random.Generator) -> tuple[float, float, float] | None:
    """The lead letter that a radiographer puts on the lateral side of four films in ten: place and height."""
    x, y, height = rng.uniform(-45, -40), rng.uniform(-44, -34), rng.uniform(7, 9)
    return (float(x), float(y), float(height)) if rng.random() < 0.4 else None
