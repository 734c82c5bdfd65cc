"""Knees as volumes: distance fields of four bones, summed along the rays, and shown as films are shown.

No real film went in; population figures alone (power spectrum, histogram, ranges of shape) were compared.
Lengths are millimetres; x points to the lateral side, y down, z to the back.
"""

from generation.phantoms.knee.film import FIELD_MM, Knee, make_knee
from generation.phantoms.knee.person import GAP_MM

__all__ = ["FIELD_MM", "GAP_MM", "Knee", "make_knee"]
