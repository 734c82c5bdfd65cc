"""Whether what a reader said of an item is right. Pure: what is true comes in as text, as labels hold it."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from readerstudy.studies.protocol.document import ProtocolDocument
from readerstudy.studies.protocol.item_checks import NUMBERS
from readerstudy.studies.protocol.items import KNOWN_TRUTHS, Item

#: How a label says that there is nothing to mark and no option holds.
NOTHING = "none"


class Location(NamedTuple):
    """Where something is, in pixels of the canvas; `frame` counts from 1 and is None on stills."""

    x: float
    y: float
    frame: int | None = None


class ImageTruth(NamedTuple):
    """What an image really is, as far as a truth can ask for it."""

    source: str
    kind: str
    screen: str
    labels: Mapping[str, str]

    def says(self, truth: str) -> str | None:
        """The text of a truth: a label, "kind", "source" or "screen"; None if nothing is known."""
        if truth in KNOWN_TRUTHS:
            return str(getattr(self, truth))
        return self.labels.get(truth)


class NoSuchTruth(ValueError):
    """A label holds what no answer to its item can be. The text says what is allowed."""


def truth_in(item: Item, text: str, protocol: ProtocolDocument) -> Any:
    """Return the truth of an item as its answers are: a number, a value, a set of values, or points."""
    if item.kind in NUMBERS:
        return _number(item, text)
    if item.kind == "choices":
        values = frozenset(part.strip() for part in text.split(";") if part.strip())
        if values == {NOTHING} and NOTHING not in item.values:
            return frozenset()
        if not values <= set(item.values):
            raise NoSuchTruth(f"values from {', '.join(item.values)}, separated by semicolons, or {NOTHING}")
        return values
    if item.kind == "mark":
        return _points(text, protocol)
    known = item.truth in KNOWN_TRUTHS or text in item.values
    # The options of a label that is checked may be those of the images.
    if item.kind == "choice" and item.values and not known:
        raise NoSuchTruth(", ".join(item.values))
    return text


def _number(item: Item, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if item.kind == "scale" and item.scale is not None:
        if number not in item.scale.points:
            raise NoSuchTruth(", ".join(map(str, item.scale.points)))
        return number
    low = -math.inf if item.low is None else item.low
    high = math.inf if item.high is None else item.high
    if not (low <= number <= high and math.isfinite(number)):
        limits = [
            f"{word} {limit:g}"
            for word, limit in (("from", item.low), ("to", item.high))
            if limit is not None
        ]
        raise NoSuchTruth(" ".join(["a number", *limits]))
    return number


def _points(text: str, protocol: ProtocolDocument) -> tuple[Location, ...]:
    canvas = protocol.canvas
    length = 3 if canvas.frames > 1 else 2
    allowed = (
        f'"x y{" frame" if length == 3 else ""}" within the canvas, separated by semicolons, or {NOTHING}'
    )
    if text.strip() == NOTHING:
        return ()
    found = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        try:
            numbers = [float(word) for word in part.split()]
        except ValueError:
            raise NoSuchTruth(allowed) from None
        if len(numbers) != length or not (
            0 <= numbers[0] <= canvas.width and 0 <= numbers[1] <= canvas.height
        ):
            raise NoSuchTruth(allowed)
        frame = int(numbers[2]) if length == 3 else None
        if frame is not None and (frame != numbers[2] or not 1 <= frame <= canvas.frames):
            raise NoSuchTruth(allowed)
        found.append(Location(numbers[0], numbers[1], frame))
    return tuple(found)


def is_target(item: Item, origin: ImageTruth) -> bool:
    """Whether an image is what a pick asks for: a kind, or a source."""
    return item.target in (origin.kind, origin.source)


def is_right(item: Item, said: Mapping[str, Any], truth: Any) -> bool:
    """Whether an answer agrees with the truth, as `truth_in` returned it."""
    value = said["value"]
    if item.kind in NUMBERS:
        # Half a millionth forgives what decimal fractions lose in binary.
        return value is not None and abs(value - truth) <= item.within + 5e-7
    if item.kind == "choices":
        return not said.get("other") and frozenset(value or ()) == truth
    if item.kind == "mark":
        points = [Location(one["x"], one["y"], one.get("frame")) for one in said["points"] or ()]
        return len(points) == len(truth) == hits(points, truth, item.within)
    return bool(value == truth)


def hits(points: Sequence[Location], truth: Sequence[Location], within: float) -> int:
    """How many marks find a target of their own: the most pairs that are no further apart than `within`."""
    taken: dict[int, int] = {}

    def finds(mark: int, tried: set[int]) -> bool:
        for target, place in enumerate(truth):
            near = math.dist(points[mark][:2], place[:2]) <= within and points[mark].frame == place.frame
            if near and target not in tried:
                tried.add(target)
                if target not in taken or finds(taken[target], tried):
                    taken[target] = mark
                    return True
        return False

    return sum(finds(mark, set()) for mark in range(len(points)))
