"""From (protocol, seed, images) to a plan. Pure: no database, no clock, no global randomness."""

from readerstudy.truth.allocation.document import (
    PlanDocument,
    PlannedImage,
    PlannedPresentation,
    PlannedSection,
    PlannedTrial,
    Pooled,
)
from readerstudy.truth.allocation.make import make_plan

__all__ = [
    "PlanDocument",
    "PlannedImage",
    "PlannedPresentation",
    "PlannedSection",
    "PlannedTrial",
    "Pooled",
    "make_plan",
]
