"""What went into weights, those that a run began with included: steps, images, hours of processor cores."""

import json
import time
from dataclasses import dataclass
from typing import Any

from generation.cards import CheckpointCard


@dataclass(frozen=True, kw_only=True)
class Effort:
    """`core_hours` is None where what a run began with does not say its own."""

    steps: int = 0
    images: int = 0
    core_hours: float | None = 0.0

    def plus(self, *, steps: int, images: int, core_seconds: float) -> "Effort":
        hours = None if self.core_hours is None else self.core_hours + core_seconds / 3600
        return Effort(steps=self.steps + steps, images=self.images + images, core_hours=hours)

    def counted(self) -> dict[str, int]:
        """What is the same however often a run is cut: fit for a checkpoint that must be the same, too."""
        return {"total_steps": self.steps, "total_images": self.images}

    def clocked(self) -> dict[str, float | None]:
        return {"core_hours": None if self.core_hours is None else round(self.core_hours, 2)}


def effort_of(card: CheckpointCard) -> Effort:
    """Of a checkpoint. Hours are read from the card that lies beside it, if it is that of the same file."""
    facts = card.manifest
    steps, images = (int(facts.get(key, 0)) for key in ("step", "images_seen"))
    return Effort(
        steps=int(facts.get("total_steps", steps)),
        images=int(facts.get("total_images", images)),
        core_hours=_hours_beside(card),
    )


def _hours_beside(card: CheckpointCard) -> float | None:
    try:
        beside: dict[str, Any] = json.loads(card.path.with_suffix(".json").read_text(encoding="utf-8"))
        return float(beside["core_hours"]) if beside["sha256"] == card.digest else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


class CoreClock:
    """Processor seconds of a run's processes, over all of its interruptions."""

    def __init__(self, before: float, processes: int) -> None:
        self.before, self.processes, self.started = before, processes, time.process_time()

    @property
    def seconds(self) -> float:
        return self.before + (time.process_time() - self.started) * self.processes
