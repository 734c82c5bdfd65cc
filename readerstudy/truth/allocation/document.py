"""The plan as a document: what is shown where, to which place, in what order; and its digest."""

import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: The alternative of an image that is shown as the reference.
REFERENCE = "reference"


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """An image that a source offers. `image` and `group`, its patient, are pseudonyms."""

    image: str
    group: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def case(self) -> str:
        """What the image shows: its label `case`, else its patient; "" if neither is known."""
        return self.labels.get("case") or self.group


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
    """`label` is what a reader checks, `tells` what stands beside the image."""

    source: str
    image: str
    alternative: str
    label: Mapping[str, str]
    tells: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_reference(self) -> bool:
        return self.alternative == REFERENCE


@dataclass(frozen=True, kw_only=True)
class PlannedTrial:
    """The images of one screen, a reference last; none where the section asks about itself.

    `screen` is its kind, "" where the section has one kind, or kinds of one image each.
    """

    images: tuple[PlannedImage, ...]
    catch: bool = False
    screen: str = ""

    @property
    def compared(self) -> tuple[PlannedImage, ...]:
        """The images that something is asked of."""
        return tuple(image for image in self.images if not image.is_reference)


@dataclass(frozen=True, kw_only=True)
class PlannedPresentation:
    """A trial at one place: `slots` are image numbers from left to right, `repeats` an earlier order.

    A reference is the last of the slots.
    """

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
                # Kinds of screen and labels beside images are younger than plans: said where there are some.
                yield ["trial", trial.catch, [*map(_said, trial.images)], *filter(None, [trial.screen])]
            for walk in section.places:
                yield ["place", [[shown.trial, shown.slots, shown.repeats] for shown in walk]]


def _said(image: PlannedImage) -> list[Any]:
    said = [image.source, image.image, image.alternative, dict(image.label)]
    return [*said, dict(image.tells)] if image.tells else said


def _keyed(lines: Iterable[list[Any]], key: bytes) -> str:
    hasher = hmac.new(key, digestmod="sha256")
    for line in lines:
        text = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        hasher.update(text.encode() + b"\n")
    return hasher.hexdigest()
