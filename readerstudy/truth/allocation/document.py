"""The plan as a document: what is shown where, to which place, in what order; and its digest."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """An image a source offers: named by its digest, grouped by patient."""

    digest: str
    group: str = ""
    labels: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class PlannedImage:
    source: str
    digest: str
    alternative: str
    label: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class PlannedTrial:
    images: tuple[PlannedImage, ...]
    catch: bool = False


@dataclass(frozen=True, kw_only=True)
class PlannedPresentation:
    """A trial at one place: `slots` are image numbers from left to right, `repeats` an earlier order."""

    trial: int
    slots: tuple[int, ...]
    repeats: int | None = None


@dataclass(frozen=True, kw_only=True)
class PlannedSection:
    name: str
    task: str
    practice: bool
    trials: tuple[PlannedTrial, ...]
    places: tuple[tuple[PlannedPresentation, ...], ...]


@dataclass(frozen=True, kw_only=True)
class PlanDocument:
    protocol_digest: str
    seed: int
    sections: tuple[PlannedSection, ...]

    @property
    def digest(self) -> str:
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()
