"""From (protocol, images, secret key) to a plan. Pure: no Django, no clock, no global randomness."""

from readerstudy.truth.allocation.document import (
    PlanDocument,
    PlannedImage,
    PlannedPresentation,
    PlannedSection,
    PlannedTrial,
    Pooled,
    pool_digest,
)
from readerstudy.truth.allocation.make import make_plan
