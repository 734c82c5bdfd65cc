"""Phantoms: the project's own "real" images, with what is true of them.

Here are the knees of the first edition, drawn from outlines, which the bundled checkpoint was trained on;
knees as volumes and all other kinds are made by `generation.phantoms.kinds`.

The films are made, not drawn from any person: bones and soft tissue of random shape, attenuation after
Beer-Lambert, scatter, Poisson noise. Grade, side, age and BMI act as they do in clinics, and can be measured.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generation.errors import RequestError
from generation.phantoms.anatomy import GRADES, SIDES, Side, Subject, draw_knee, draw_subject
from generation.phantoms.measure import measure_compartments_mm, measure_joint_space_mm
from generation.phantoms.render import FIELD_MM, SIZES, render

__all__ = [
    "FIELD_MM",
    "GRADES",
    "SIDES",
    "SIZES",
    "Phantom",
    "Side",
    "Subject",
    "draw_subject",
    "make_phantom",
    "measure_compartments_mm",
    "measure_joint_space_mm",
    "refuse_size",
    "subject_of_film",
]


@dataclass(frozen=True, kw_only=True)
class Phantom:
    """One film with what is true of it."""

    image: NDArray[np.uint16]
    subject: Subject
    patient: str
    joint_space_mm: float


def refuse_size(size: int) -> None:
    if not SIZES[0] <= size <= SIZES[1]:
        raise RequestError(f"a phantom of {size} px cannot be made: choose {SIZES[0]} to {SIZES[1]} px")


def make_phantom(
    index: int, *, seed: int = 0, size: int = 96, grade: int | None = None, side: Side | None = None
) -> Phantom:
    """Phantom number `index` of a seed: two a patient, left and right, alike in age and shape."""
    refuse_size(size)
    patient = index // 2
    person, film = np.random.default_rng([seed, patient]), np.random.default_rng([seed, patient, index % 2])
    subject = subject_of_film(index, grade, side, person=person, film=film)
    knee = draw_knee(subject, person=person, film=film)
    return Phantom(
        image=render(knee, size=size, rng=film),
        subject=subject,
        patient=f"{seed}-{patient:06d}",
        joint_space_mm=round(knee.joint_space_mm, 3),
    )


def subject_of_film(
    index: int,
    grade: int | None,
    side: Side | None,
    *,
    person: np.random.Generator,
    film: np.random.Generator,
) -> Subject:
    """Draw the subject of a film; the two knees of a person differ by a grade now and then."""
    base = draw_subject(person)
    if grade is None:
        apart = film.choice((-1, 0, 1), p=(0.2, 0.6, 0.2))
        grade = int(np.clip(base.grade + apart, GRADES[0], GRADES[-1]))
    return Subject(grade=grade, side=SIDES[index % 2] if side is None else side, age=base.age, bmi=base.bmi)
