"""The plan as a document: what is shown where, to which place, in what order; and its digest."""

import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """An image that a source offers. `image` and `group`, its patient, are pseudonyms."""

    image: str
    group: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


def pool_digest(pools: Mapping[str, Sequence[Pooled]], key: bytes) -> str:
    """HMAC-SHA256 of everything that the plan was drawn from, used in it or not."""
    lines = (
        [source, one.image, one.group, dict(one.labels)]
        for source in sorted(pools)
        for one in sorted(pools[source], key=lambda pooled: pooled.image)
    )
    return _keyed(lines, key)


@dataclass(frozen=True, kw_only=True)
class PlannedImage:
    source: str
    image: str
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
    pool: str
    sections: tuple[PlannedSection, ...]

    def digest(self, key: bytes) -> str:
        """HMAC-SHA256 of the plan line by line. Without the key, no guess at the plan can be tested on it."""
        return _keyed(self._lines(), key)

    def _lines(self) -> Iterator[list[Any]]:
        yield ["protocol", self.protocol_digest]
        yield ["pool", self.pool]
        for section in self.sections:
            yield ["section", section.name, section.task, section.practice]
            for trial in section.trials:
                images = [[one.source, one.image, one.alternative, dict(one.label)] for one in trial.images]
                yield ["trial", trial.catch, images]
            for walk in section.places:
                yield ["place", [[shown.trial, shown.slots, shown.repeats] for shown in walk]]


def _keyed(lines: Iterable[list[Any]], key: bytes) -> str:
    hasher = hmac.new(key, digestmod="sha256")
    for line in lines:
        text = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        hasher.update(text.encode() + b"\n")
    return hasher.hexdigest()
