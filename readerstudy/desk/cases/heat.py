"""Where readers pointed on an image, with their names set so that none lies over another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from readerstudy.imaging.canvas import Canvas
from readerstudy.results.case_items import Given
from readerstudy.results.cases import SeenImage

#: Of a letter, as a share of the type's size: wide enough for the digits and capitals of pseudonyms.
LETTER_WIDE, LINE_HIGH = 0.66, 1.1
#: From one place to the next, in names.
STEP = 1.08


@dataclass(frozen=True, kw_only=True)
class Name:
    """A reader's name, its middle at x and y, and the spot that it belongs to; in pixels of the image."""

    reader: str
    x: float
    y: float
    spot: Given
    size: float

    @property
    def is_aside(self) -> bool:
        """Whether the name had to leave its spot, so that a line has to lead back to it."""
        return hypot(self.x - (self.spot.x or 0.0), self.y - (self.spot.y or 0.0)) > LINE_HIGH * self.size

    def overlaps(self, other: "Name") -> bool:
        wide = LETTER_WIDE * self.size * (len(self.reader) + len(other.reader)) / 2
        return abs(self.x - other.x) < wide and abs(self.y - other.y) < LINE_HIGH * self.size


def heat_map(image: SeenImage, canvas: Canvas, names: Sequence[Name] = ()) -> SafeString:
    """The spots of an image as SVG over it: where many readers pointed, it glows."""
    spots = image.spots
    if not spots:
        return SafeString("")
    glow = format_html_join(
        "",
        '<circle cx="{}" cy="{}" r="9%" fill="url(#heat)"><title>{}: {}</title></circle>',
        ((spot.x, spot.y, spot.reader, spot.tag or "a spot") for spot in spots),
    )
    lines = format_html_join(
        "",
        '<line x1="{}" y1="{}" x2="{}" y2="{}"/>',
        ((name.spot.x, name.spot.y, f"{name.x:.1f}", f"{name.y:.1f}") for name in names if name.is_aside),
    )
    words = format_html_join(
        "",
        '<text x="{}" y="{}" font-size="{}">{}</text>',
        ((f"{name.x:.1f}", f"{name.y:.1f}", f"{name.size:.1f}", name.reader) for name in names),
    )
    return format_html(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{} spot{}">{}{}{}</svg>',
        canvas.width,
        canvas.height,
        len(spots),
        "" if len(spots) == 1 else "s",
        glow,
        lines,
        words,
    )


def names_of(spots: Iterable[Given], canvas: Canvas, size: float) -> list[Name]:
    """Each name above its spot, or at the nearest free line above or below it.

    Where the image is full of names the rest are left out: every answer stands in the table below it.
    """
    placed: list[Name] = []
    for spot in sorted(spots, key=lambda spot: (spot.y or 0.0, spot.x or 0.0, spot.reader)):
        for name in _places(spot, canvas.width, canvas.height, size):
            if not any(name.overlaps(other) for other in placed):
                placed.append(name)
                break
    return placed


def _places(spot: Given, width: int, height: int, size: float) -> list[Name]:
    """Where a name may stand, the nearest first; never beyond the edge of the image."""
    half_wide, half_high = LETTER_WIDE * size * len(spot.reader) / 2, LINE_HIGH * size / 2
    x0 = _within(spot.x or 0.0, half_wide, width)
    y0 = _within((spot.y or 0.0) - half_high, half_high, height)
    across = [x0 + step * STEP * 2 * half_wide for step in (0, 1, -1, 2, -2)]
    lines = int(height / size)
    down = [y0 + step * STEP * LINE_HIGH * size for step in range(lines, -lines - 1, -1)]
    places = [
        Name(reader=spot.reader, x=x, y=y, spot=spot, size=size)
        for x in across
        for y in down
        if half_wide <= x <= width - half_wide or x == x0
        if half_high <= y <= height - half_high or y == y0
    ]
    return sorted(places, key=lambda name: (name.x - x0) ** 2 + (name.y - y0) ** 2)


def _within(value: float, half: float, whole: float) -> float:
    """Moved so that it reaches over neither edge, if there is room at all."""
    return max(half, min(whole - half, value)) if whole > 2 * half else whole / 2
