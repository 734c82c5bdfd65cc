"""Train, sample, measure and release synthetic radiographs. Runs without Django and without a database.

Importing this package does not load torch; what needs it is loaded when it is first asked for.
"""

import importlib
from typing import TYPE_CHECKING, Any

from generation.cards import CheckpointCard, bundled_checkpoint, describe_checkpoint
from generation.errors import GenerationError

if TYPE_CHECKING:
    from generation.checkpoints import Checkpoint, load_checkpoint
    from generation.evidence.report import write_report
    from generation.evidence.runs import evaluate, memorization, utility
    from generation.sampling.progression import progression
    from generation.sampling.redraw import redraw
    from generation.sampling.request import Progress, SampleRequest, SampleSummary, usual_steps
    from generation.sampling.run import sample

__all__ = [
    "Checkpoint",
    "CheckpointCard",
    "GenerationError",
    "Progress",
    "SampleRequest",
    "SampleSummary",
    "bundled_checkpoint",
    "describe_checkpoint",
    "evaluate",
    "load_checkpoint",
    "memorization",
    "progression",
    "redraw",
    "sample",
    "usual_steps",
    "utility",
    "write_report",
]

_LATER = {
    "Checkpoint": "generation.checkpoints",
    "load_checkpoint": "generation.checkpoints",
    "Progress": "generation.sampling.request",
    "progression": "generation.sampling.progression",
    "redraw": "generation.sampling.redraw",
    "SampleRequest": "generation.sampling.request",
    "SampleSummary": "generation.sampling.request",
    "sample": "generation.sampling.run",
    "usual_steps": "generation.sampling.request",
    "evaluate": "generation.evidence.runs",
    "memorization": "generation.evidence.runs",
    "utility": "generation.evidence.runs",
    "write_report": "generation.evidence.report",
}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(importlib.import_module(_LATER[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
