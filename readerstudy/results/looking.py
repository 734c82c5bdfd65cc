"""Replay a trial after the unblinding: what was on the reader's screen, from the browser's events."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any

from readerstudy.imaging.canvas import Canvas

#: The browser notes no more; whatever is larger is no place on a screen.
FARTHEST = 1e6
#: What is zoomed out further has no size that could be reckoned with.
LEAST_ZOOM = 1e-6
AWAY = frozenset({"pause", "idle", "break"})


@dataclass(frozen=True, kw_only=True)
class Box:
    """A part of an image, or of what lies beside it, in pixels of the image."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class OnScreen:
    """How one image stood on the screen: the part in sight, none where another had the whole room.

    `window` is its centre and width in grey levels, None while it is the one of the protocol.
    """

    part: Box | None
    lens: Box | None = None
    window: tuple[float, float] | None = None
    inverted: bool = False
    frame: int | None = None

    @property
    def looked_at(self) -> Box | None:
        return self.lens or self.part


@dataclass(frozen=True, kw_only=True)
class Moment:
    """From here to the next moment nothing changed. `away`: nobody could see the images.

    `linked`: all images were zoomed and moved together, by the hand at the one in `focus`.
    """

    at_ms: float
    kind: str
    slot: str
    away: bool
    focus: str
    images: Mapping[str, OnScreen]
    linked: bool = False


@dataclass(kw_only=True)
class Place:
    """One viewport while the notes are followed; `view` is zoom and middle, None while the image fills it."""

    width: float = 0.0
    height: float = 0.0
    left: float = 0.0
    top: float = 0.0
    is_known: bool = False
    view: tuple[float, float, float] | None = None
    shown: OnScreen = field(default_factory=lambda: OnScreen(part=None))

    def part(self, canvas: Canvas) -> Box | None:
        whole = Box(x=0.0, y=0.0, width=float(canvas.width), height=float(canvas.height))
        if not self.is_known:
            return whole
        if self.width < 1 or self.height < 1:
            return None
        fitted = min(self.width / canvas.width, self.height / canvas.height)
        zoom, x, y = self.view or (fitted, canvas.width / 2, canvas.height / 2)
        width, height = self.width / zoom, self.height / zoom
        return Box(x=x - width / 2, y=y - height / 2, width=width, height=height)


class Follower:
    """Follows the notes of one trial, from the first sight of its images to the answer."""

    def __init__(self, letters: Sequence[str], canvas: Canvas) -> None:
        self.places = {letter: Place() for letter in letters}
        self.focus = ""
        self._canvas = canvas
        self._linked = True
        self._away: set[str] = set()
        self._single = ""
        self._takers: Mapping[str, Callable[[str, Any], None]] = {
            "place": self._place,
            **dict.fromkeys(("zoom", "pan", "actual"), self._view),
            **dict.fromkeys(("window", "grey", "preset"), self._window),
            "reset": self._reset,
            "invert": self._invert,
            "link": self._link,
            "maximise": self._maximise,
            "magnify": self._magnify,
            "magnify_end": self._magnify,
            "frame": self._frame,
            "focus": self._focus,
            "resumed": self._resumed,
        }

    def take(self, kind: str, slot: str, value: Any) -> None:
        if kind in AWAY:
            self._away.add("pause")
        elif kind == "resume":
            self._away.discard("pause")
        elif kind in ("hidden", "covered"):
            self._away.add(kind)
        elif kind == "visible":
            self._away.discard("hidden")
        elif kind in self._takers:
            self._takers[kind](slot, value)

    def moment(self, at_ms: float, kind: str, slot: str) -> Moment:
        shown = {
            letter: replace(place.shown, part=self._part(letter)) for letter, place in self.places.items()
        }
        return Moment(
            at_ms=at_ms,
            kind=kind,
            slot=slot,
            away=bool(self._away),
            focus=self.focus,
            images=shown,
            linked=self._linked and len(self.places) > 1,
        )

    def image_at(self, x: float, y: float) -> tuple[str, float, float] | None:
        """On which image a place of the screen lies now, and where on it; None beside all of them."""
        if self._away:
            return None
        for letter, place in self.places.items():
            part = self._part(letter) if place.is_known else None
            if part is None or not (0 <= x - place.left < place.width and 0 <= y - place.top < place.height):
                continue
            across = part.x + (x - place.left) / place.width * part.width
            down = part.y + (y - place.top) / place.height * part.height
            inside = 0 <= across < self._canvas.width and 0 <= down < self._canvas.height
            return (letter, across, down) if inside else None
        return None

    def _part(self, letter: str) -> Box | None:
        return self.places[letter].part(self._canvas) if self._single in ("", letter) else None

    def _together(self, slot: str) -> list[Place]:
        """The viewports that change with this one."""
        if self._linked:
            return list(self.places.values())
        return [self.places[slot]] if slot in self.places else []

    def _place(self, slot: str, value: Any) -> None:
        box = _numbers(value, 4)
        if slot in self.places and box:
            place = self.places[slot]
            place.left, place.top, place.width, place.height = box
            place.is_known = True

    def _view(self, slot: str, value: Any) -> None:
        view = _numbers(value, 3)
        if view and view[0] >= LEAST_ZOOM:
            for place in self._together(slot):
                place.view = (view[0], view[1], view[2])

    def _window(self, slot: str, value: Any) -> None:
        window = _numbers(value, 2, "/")
        if window and window[1] > 0:
            for place in self._together(slot):
                place.shown = replace(place.shown, window=(window[0], window[1]))

    def _reset(self, slot: str, _: Any) -> None:
        for place in self._together(slot):
            place.view = None
            place.shown = replace(place.shown, window=None, inverted=False)

    def _invert(self, slot: str, value: Any) -> None:
        for place in self._together(slot):
            place.shown = replace(place.shown, inverted=value == "on")

    def _link(self, _: str, value: Any) -> None:
        self._linked = value != "separate"

    def _maximise(self, slot: str, value: Any) -> None:
        self._single = slot if value == "one" and slot in self.places else ""

    def _magnify(self, slot: str, value: Any) -> None:
        """One magnifier is on the screen at a time; what is noted without a place is none."""
        found = _numbers(value, 3)
        for letter, place in self.places.items():
            lens = None
            if found and letter == slot:
                x, y, side = found
                lens = Box(x=x - side / 2, y=y - side / 2, width=side, height=side)
            place.shown = replace(place.shown, lens=lens)

    def _frame(self, slot: str, value: Any) -> None:
        frame = _numbers(value, 1)
        for place in self._together(slot) if frame else ():
            place.shown = replace(place.shown, frame=int(frame[0]) if frame else None)

    def _resumed(self, _: str, __: Any) -> None:
        """A page that comes again shows whole images, side by side."""
        self._away &= {"covered"}
        self._single, self._linked = "", True
        for place in self.places.values():
            place.view, place.shown = None, OnScreen(part=None)

    def _focus(self, slot: str, _: Any) -> None:
        self.focus = slot if slot in self.places else self.focus


def moments_of(
    timing: Mapping[str, Any], end_ms: float, letters: Sequence[str], canvas: Canvas
) -> list[Moment]:
    """The moments of one trial in order; the last is the answer. What a browser notes may be anything."""
    follower = Follower(letters, canvas)
    notes = notes_of(timing, end_ms)
    painted = timing.get("first_paint_ms")
    start = float(painted) if isinstance(painted, int | float) and 0 <= painted <= end_ms else 0.0
    if notes and notes[0][1] == "resumed":
        # What was noted before stayed in another browser.
        start = max(start, notes[0][0])
    moments = [follower.moment(start, "painted", "")]
    for at, kind, slot, value in notes:
        follower.take(kind, slot, value)
        moments.append(follower.moment(max(start, at), kind, slot))
    return [*moments, follower.moment(end_ms, "answer", "")]


def notes_of(timing: Mapping[str, Any], end_ms: float) -> list[tuple[float, str, str, Any]]:
    """When, what, of which slot, with which value, in order of time."""
    found = []
    for event in timing.get("events") or ():
        at, kind, slot = event.get("t_ms"), event.get("kind"), event.get("slot", "")
        if isinstance(kind, str) and isinstance(at, int | float) and 0 <= at <= end_ms:
            found.append((float(at), kind, slot if isinstance(slot, str) else "", event.get("value")))
    return sorted(found, key=lambda note: note[0])


def _numbers(value: Any, count: int, between: str | None = None) -> tuple[float, ...] | None:
    try:
        numbers = tuple(float(part) for part in str(value).split(between))
    except ValueError:
        return None
    fine = len(numbers) == count and all(isfinite(number) and abs(number) <= FARTHEST for number in numbers)
    return numbers if fine else None
