"""An answer: what a reader says of one presentation. Whether it answers what was asked is for `checks`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from readerstudy.audit.chain import canonical, digest_of_json

MOST_REASONS = 60
#: The keys of one entry of `items`.
SAID = ("item", "slot", "value", "other", "confidence", "points", "missing")


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Why an image was doubted: a tag, a spot in image coordinates, or both."""

    slot: str
    tag: str = ""
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True, kw_only=True)
class Point:
    """A point on an image, in its pixels, and how sure the reader is of it."""

    x: float
    y: float
    frame: int | None = None
    confidence: int | None = None


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a reader says to one item: of an image by its letter, of the whole screen without one.

    `value` is null where `other`, `points` or `missing` say it all. `missing` is "skip" or "time".
    """

    item: str
    slot: str | None = None
    value: Any = None
    other: str | None = None
    confidence: int | None = None
    points: tuple[Point, ...] | None = None
    missing: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """As it travels and is stored: every key is there."""
        points = None if self.points is None else [asdict(point) for point in self.points]
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {**{name: getattr(self, name) for name in SAID}, "value": value, "points": points}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Self:
        """Return what `as_dict` made a dictionary of, or a browser sent."""
        value, points = given.get("value"), given.get("points")
        return cls(
            item=given["item"],
            slot=given.get("slot"),
            value=tuple(value) if isinstance(value, list) else value,
            other=given.get("other"),
            confidence=given.get("confidence"),
            points=None if points is None else tuple(Point(**point) for point in points),
            missing=given.get("missing"),
        )


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a reader says of one presentation, by the letters on the screen.

    `items` holds what no field of a task holds.
    """

    pick: str | None = None
    ratings: Mapping[str, int] = field(default_factory=dict)
    call: str | None = None
    confidence: int | None = None
    verdict: str | None = None
    observed: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[Spot, ...] = ()
    items: tuple[Said, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As it travels to and from the browser."""
        return {
            "pick": self.pick,
            "ratings": dict(self.ratings) or None,
            "call": self.call,
            "confidence": self.confidence,
            "verdict": self.verdict,
            "observed": dict(self.observed) or None,
            "reasons": [asdict(reason) for reason in self.reasons],
            "items": [said.as_dict() for said in self.items],
        }

    def as_recorded(self) -> dict[str, Any]:
        """As digests cover it. Without items this, and the digest, is what it was before there were any."""
        said = self.as_dict()
        items = said.pop("items")
        return {**said, "items": canonical({"items": items})["items"]} if items else said

    def digest(self, token: str) -> str:
        """Names the answer to a presentation: two answers are the same if their digests are."""
        return digest_of_json({"presentation": token, **self.as_recorded()})
