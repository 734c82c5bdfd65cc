"""Points on an image: marks, and what is measured between them."""

import math
from dataclasses import replace

from django.utils.translation import gettext as _

from readerstudy.reading.answer import Point, Said
from readerstudy.reading.checks.asked import Asked, check_count

#: How many points a measure has, by what it measures.
POINTS_OF = {"distance": (2,), "angle": (3, 4)}


def check_mark(asked: Asked, said: Said) -> Said:
    """Marks inside the image, each with its frame and its confidence where those are asked for."""
    if said.points is None:
        raise asked.incomplete(_("{question}: mark the points."))
    check_count(asked, len(said.points))
    steps = asked.item.confidence
    for point in said.points:
        _check_inside(asked, point)
        _check_sure(asked, point, steps)
    return replace(said, points=tuple(map(_kept, said.points)))


def check_measure(asked: Asked, said: Said) -> Said:
    """Two points are a distance, three or four an angle; the number is computed here, whatever was sent."""
    counts = POINTS_OF[asked.item.what]
    points = said.points or ()
    if len(points) not in counts:
        needed = (
            _("{question}: set two points.") if counts == (2,) else _("{question}: set three or four points.")
        )
        raise asked.incomplete(needed)
    for point in points:
        _check_inside(asked, point)
        _check_sure(asked, point, 0)
    if len({point.frame for point in points}) > 1:
        raise asked.refused(_("{question}: set all points on one frame."))
    return replace(said, value=_measured(asked, points), points=tuple(map(_kept, points)))


def _check_inside(asked: Asked, point: Point) -> None:
    canvas = asked.canvas
    if not (0 <= point.x <= canvas.width and 0 <= point.y <= canvas.height):
        raise asked.off_scale(
            _("{question}: a point is outside the image of {width} × {height} pixels."),
            width=canvas.width,
            height=canvas.height,
        )
    if canvas.frames > 1 and (point.frame is None or not 1 <= point.frame <= canvas.frames):
        raise asked.off_scale(
            _("{question}: give the frame of each point, from 1 to {last}."), last=canvas.frames
        )
    if canvas.frames == 1 and point.frame is not None:
        raise asked.refused(_("{question} takes no “{field}”; leave it out."), field="frame")


def _check_sure(asked: Asked, point: Point, steps: int) -> None:
    if not steps and point.confidence is not None:
        raise asked.refused(_("{question} takes no “{field}”; leave it out."), field="confidence")
    if steps and point.confidence is None:
        raise asked.incomplete(_("{question}: say how sure you are of each point."))
    if steps and point.confidence is not None and not 1 <= point.confidence <= steps:
        sentence = _("{question}: the confidence is {given}; it goes from 1 to {most}.")
        raise asked.off_scale(sentence, given=point.confidence, most=steps)


def _kept(point: Point) -> Point:
    return replace(point, x=float(point.x), y=float(point.y))


def _measured(asked: Asked, points: tuple[Point, ...]) -> float:
    """Return the distance in the item's unit, or the angle in degrees.

    Three points are an angle at the second of them, from 0 to 180 degrees. Four are two lines, which have no
    direction, so that their angle is from 0 to 90.
    """
    if asked.item.what == "distance":
        one, other = points
        pixels = math.hypot(other.x - one.x, other.y - one.y)
        spacing_mm = asked.canvas.spacing_mm if str(asked.item.unit) == "mm" else None
        return round(pixels * (spacing_mm or 1.0), 6)
    if len(points) == 3:
        return _between(asked, (points[1], points[0]), (points[1], points[2]))
    angle = _between(asked, (points[0], points[1]), (points[2], points[3]))
    return min(angle, round(180 - angle, 6))


def _between(asked: Asked, one: tuple[Point, Point], other: tuple[Point, Point]) -> float:
    (ax, ay), (bx, by) = ((end.x - start.x, end.y - start.y) for start, end in (one, other))
    if not (ax or ay) or not (bx or by):
        raise asked.refused(_("{question}: two points of a line are the same; move one."))
    return round(abs(math.degrees(math.atan2(ax * by - ay * bx, ax * bx + ay * by))), 6)
