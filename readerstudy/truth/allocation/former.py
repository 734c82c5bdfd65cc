"""The digest of plans from before studies had secrets, so that locked ones can still be checked."""

import hashlib
import json
from typing import Any

from readerstudy.truth.allocation.document import PlanDocument, PlannedSection


def former_digest(plan: PlanDocument, seed: int) -> str:
    """SHA-256 over a plan whose images are named by the digests of their pixels."""
    document = {
        "protocol_digest": plan.protocol_digest,
        "seed": seed,
        "sections": [_section(section) for section in plan.sections],
    }
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _section(section: PlannedSection) -> dict[str, Any]:
    return {
        "name": section.name,
        "task": section.task,
        "practice": section.practice,
        "trials": [
            {
                "catch": trial.catch,
                "images": [
                    {
                        "source": image.source,
                        "digest": image.image,
                        "alternative": image.alternative,
                        "label": dict(image.label),
                    }
                    for image in trial.images
                ],
            }
            for trial in section.trials
        ],
        "places": [
            [{"trial": one.trial, "slots": one.slots, "repeats": one.repeats} for one in walk]
            for walk in section.places
        ],
    }
