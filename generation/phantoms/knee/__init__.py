"""Knees as volumes: distance fields of four bones, summed along the rays, and shown as films are shown.

No real film went in; population figures alone (power spectrum, histogram, ranges of shape) were compared.
Lengths are millimetres; x points to the lateral side, y down, z to the back.
"""

import numpy as np

from generation.phantoms import Side, subject_of_film
from generation.phantoms.knee.film import FIELD_MM, Knee, make_knee
from generation.phantoms.knee.person import GAP_MM

__all__ = ["FIELD_MM", "GAP_MM", "Knee", "make_knee", "make_volume_knee"]


def make_volume_knee(
    index: int, *, seed: int = 0, size: int = 128, grade: int | None = None, side: Side | None = None
) -> tuple[Knee, str]:
    """Knee number `index` of a seed, and its patient: two a patient, left and right, alike in shape."""
    patient = index // 2
    person = np.random.default_rng([seed, 10, patient])
    film = np.random.default_rng([seed, 10, patient, index % 2])
    subject = subject_of_film(index, grade, side, person=person, film=film)
    return make_knee(subject, person=person, film=film, size=size), f"{seed}-{patient:06d}"
