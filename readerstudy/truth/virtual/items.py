"""How a virtual reader answers items, of every kind."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from readerstudy.reading.answer import Point, Said
from readerstudy.reading.checks.conditions import is_asked
from readerstudy.reading.checks.kinds import NOTHING
from readerstudy.reading.checks.shorthands import as_entries
from readerstudy.reading.options import answer_from
from readerstudy.studies.protocol import Item
from readerstudy.truth.judged import true_of
from readerstudy.truth.judging import Location, is_target
from readerstudy.truth.virtual.reader import Screen, Seen, VirtualReader, expit

SEES = 0.8
TELLS_REAL = 0.62
LEAVES_OPEN = 0.3
SKIPS = 0.02
SAYS_OTHER = 0.03
PREFERS_NONE = 0.1
READS_OFF = 0.03
MARKS_WRONGLY = 0.5
TEXTS = ("Nothing unusual.", "Slightly blurred edges.", "Texture looks smooth in places.", "Good quality.")
Where = tuple[str, str | None]


def answer(reader: VirtualReader, screen: Screen) -> dict[str, Any]:
    """A whole answer to a screen in the form that browsers send: of its task, and of its items."""
    said = reader.answer(screen) if screen.images else {}
    entries = as_entries(answer_from(said), screen.section, tuple(screen.images))
    given: dict[Where, Said] = {(one.item, one.slot): one for one in entries}
    return {**said, "items": [one.as_dict() for one in _Items(reader, screen, given).answers()]}


class _Items:
    """One reader at one screen. `given` is what was said so far."""

    def __init__(self, reader: VirtualReader, screen: Screen, given: dict[Where, Said]) -> None:
        self._reader, self._screen, self._given = reader, screen, given
        self._rng = reader.rng
        self._letters = tuple(screen.images)

    def answers(self) -> Iterator[Said]:
        section = self._screen.section
        items = section.trial_items if self._letters else section.section_items
        for item in items:
            for slot in self._letters if item.of == "image" else (None,):
                if item.task or not is_asked(item, slot, self._given, self._letters):
                    continue
                said = self._said(item, slot)
                if said is not None:
                    self._given[item.name, slot] = said
                    yield said

    def _said(self, item: Item, slot: str | None) -> Said | None:
        if not item.required and self._rng.random() < LEAVES_OPEN:
            return None
        if item.skip and self._rng.random() < SKIPS:
            return Said(item=item.name, slot=slot, missing="skip")
        say = getattr(self, item.kind)  # a method for each kind of item
        return Said(item=item.name, slot=slot, **say(item, slot))

    def _truth(self, item: Item, slot: str | None) -> Any:
        if not item.truth or not self._letters:
            return None
        origins = {letter: seen.origin for letter, seen in self._screen.images.items()}
        return true_of(item, slot, origins, self._screen.protocol)

    def _is_right(self, item: Item, slot: str | None) -> bool:
        if item.truth != "kind":
            return self._reader.is_right(self._screen, usual=SEES)
        seen = self._seen(slot)
        bias = self._reader.skill.bias
        shift = -bias if seen is not None and seen.real else bias
        return self._reader.is_right(self._screen, shift=shift, usual=TELLS_REAL)

    def _seen(self, slot: str | None) -> Seen | None:
        """The image asked of, or the only one."""
        if slot is None and len(self._letters) == 1:
            slot = self._letters[0]
        return self._screen.images[slot] if slot is not None else None

    def _share(self, slot: str | None) -> float:
        """A feeling between 0 and 1, of an image or of the section."""
        seen = self._seen(slot)
        felt = float(self._rng.normal(0.2, 1)) if seen is None else self._reader.felt(seen)
        return expit(1.3 * felt)

    def _size(self, slot: str | None) -> float:
        """How large a thing looks, between 0 and 1: on one image nearly alike to all readers."""
        seen = self._seen(slot)
        shared = 0.0 if seen is None else self._reader.difficulty(seen.image)
        return float(np.clip(expit(4 * shared) + self._rng.normal(0, READS_OFF), 0.0, 1.0))

    def _sure(self, item: Item, *, right: bool) -> dict[str, Any]:
        return {"confidence": self._reader.sure(item.confidence, right=right)} if item.confidence else {}

    def scale(self, item: Item, slot: str | None) -> dict[str, Any]:
        points = item.scale.points if item.scale else (0,)
        truth = self._truth(item, slot)
        if truth is None:
            return {"value": points[min(int(self._share(slot) * len(points)), len(points) - 1)]}
        at = points.index(int(truth))
        if not self._is_right(item, slot):
            at = int(np.clip(at + self._rng.choice((-1, 1)), 0, len(points) - 1))
        return {"value": points[at]}

    def choice(self, item: Item, slot: str | None) -> dict[str, Any]:
        values, truth = self._options(item), self._truth(item, slot)
        if item.other and self._rng.random() < SAYS_OTHER:
            return {"other": "something else", **self._sure(item, right=False)}
        if truth is None or truth not in values:
            value = values[min(int(self._share(slot) * len(values)), len(values) - 1)]
            return {"value": value, **self._sure(item, right=True)}
        right = self._is_right(item, slot)
        others = [value for value in values if value != truth]
        return {"value": truth if right else str(self._rng.choice(others)), **self._sure(item, right=right)}

    def _options(self, item: Item) -> tuple[str, ...]:
        return item.values or tuple(sorted(self._screen.choices.get(item.truth, ())))

    def choices(self, item: Item, slot: str | None) -> dict[str, Any]:
        truth = self._truth(item, slot)
        if truth is not None and self._is_right(item, slot):
            chosen = [value for value in item.values if value in truth]
        else:
            chosen = [value for value in item.values if self._rng.random() < 1 / len(item.values)]
        return {"value": self._as_many(item, chosen, item.values)}

    def _as_many(self, item: Item, chosen: list[Any], allowed: tuple[Any, ...]) -> tuple[Any, ...]:
        """As many as the item takes: none where that is an answer, else no fewer than it asks for."""
        if not chosen and item.none:
            return ()
        rest = [value for value in allowed if value not in chosen]
        while len(chosen) < item.least and rest:
            chosen.append(rest.pop(int(self._rng.integers(len(rest)))))
        return tuple(chosen[: item.most])

    def number(self, item: Item, slot: str | None) -> dict[str, Any]:
        low = 0.0 if item.low is None else item.low
        high = low + 100 if item.high is None else item.high
        truth = self._truth(item, slot)
        value = low + self._size(slot) * (high - low) if truth is None else self._near(item, slot, truth)
        value = min(max(value, low), high)
        if item.step:
            steps = min(round((value - low) / item.step), math.floor((high - low) / item.step))
            value = low + steps * item.step
        return {"value": round(value, 6)}

    def _near(self, item: Item, slot: str | None, truth: float) -> float:
        """Off by as much as is still right, or by more."""
        off = item.within or max(abs(truth) * 0.05, 0.5)
        wide = 0.4 if self._is_right(item, slot) else 2.0
        return truth + float(self._rng.normal(0, off * wide))

    def text(self, item: Item, slot: str | None) -> dict[str, Any]:
        return {"value": str(self._rng.choice(TEXTS))[: item.most]}

    def pick(self, item: Item, slot: str | None) -> dict[str, Any]:
        images = self._screen.images
        targets = [letter for letter, seen in images.items() if is_target(item, seen.origin)]
        others = [letter for letter in images if letter not in targets]
        right = not others or self._reader.is_right(self._screen)
        return {"value": str(self._rng.choice(targets if right else others)), **self._sure(item, right=right)}

    def prefer(self, item: Item, slot: str | None) -> dict[str, Any]:
        if item.none and self._rng.random() < PREFERS_NONE:
            return {"value": NOTHING}
        return {"value": self._by_liking()[0]}

    def rank(self, item: Item, slot: str | None) -> dict[str, Any]:
        return {"value": tuple(self._by_liking())}

    def _by_liking(self) -> list[str]:
        liked = {letter: self._reader.felt(seen) for letter, seen in self._screen.images.items()}
        return sorted(liked, key=lambda letter: -liked[letter])

    def mark(self, item: Item, slot: str | None) -> dict[str, Any]:
        """What is there, if the reader sees it, and now and then something that is not."""
        truth, right = self._truth(item, slot), self._is_right(item, slot)
        places = [self._beside(place, item.within) for place in truth or ()] if right else []
        if truth is None or (not right and self._rng.random() < MARKS_WRONGLY):
            places.append(self._anywhere())
        while len(places) < item.least and (places or not item.none):
            places.append(self._anywhere())
        points = (replace(place, **self._sure(item, right=right)) for place in places[: item.most])
        return {"points": tuple(points)}

    def _beside(self, place: Location, within: float) -> Point:
        """A point that is near enough, inside the image."""
        canvas = self._screen.protocol.canvas
        x, y = (value + float(self._rng.uniform(-0.6, 0.6)) * within for value in place[:2])
        return Point(x=min(max(x, 0.0), canvas.width), y=min(max(y, 0.0), canvas.height), frame=place.frame)

    def _anywhere(self) -> Point:
        canvas = self._screen.protocol.canvas
        x, y = float(self._rng.uniform(0, canvas.width)), float(self._rng.uniform(0, canvas.height))
        return Point(x=x, y=y, frame=self._frame())

    def _frame(self) -> int | None:
        frames = self._screen.protocol.canvas.frames
        return int(self._rng.integers(1, frames + 1)) if frames > 1 else None

    def measure(self, item: Item, slot: str | None) -> dict[str, Any]:
        """Points that lie as far apart, or as wide, as the reader takes it to be."""
        canvas = self._screen.protocol.canvas
        truth = self._truth(item, slot)
        share = 0.1 + 0.8 * self._size(slot)
        if item.what == "angle":
            degrees = 180 * share if truth is None else self._near(item, slot, truth)
            return {"points": self._angle(math.radians(min(max(degrees, 0.0), 180.0)))}
        unit_px = 1 / (canvas.spacing_mm or 1) if str(item.unit) == "mm" else 1.0
        length = share * canvas.width if truth is None else self._near(item, slot, truth) * unit_px
        return {"points": self._line(min(max(length, 0.0), math.hypot(canvas.width, canvas.height)))}

    def _line(self, length: float) -> tuple[Point, ...]:
        """Along the diagonal, which is the longest line there is."""
        canvas = self._screen.protocol.canvas
        share, frame = length / math.hypot(canvas.width, canvas.height), self._frame()
        ends = (0.5 - share / 2, 0.5 + share / 2)
        return tuple(Point(x=at * canvas.width, y=at * canvas.height, frame=frame) for at in ends)

    def _angle(self, radians: float) -> tuple[Point, ...]:
        canvas, frame = self._screen.protocol.canvas, self._frame()
        reach = min(canvas.width, canvas.height) / 3
        turns = ((reach, 0.0), (0.0, 0.0), (reach * math.cos(radians), reach * math.sin(radians)))
        middle_x, middle_y = canvas.width / 2, canvas.height / 2
        return tuple(Point(x=middle_x + x, y=middle_y + y, frame=frame) for x, y in turns)
