"""One reader's way through a case, moment by moment, for the page that replays it and for programs."""

from collections.abc import Mapping
from typing import Any

from readerstudy.imaging.canvas import Canvas
from readerstudy.results.looking import Box, Moment, OnScreen
from readerstudy.results.looks import Look

WORDS: Mapping[str, str] = {
    "painted": "Images on the screen",
    "zoom": "Zoomed",
    "actual": "Zoomed to pixels",
    "pan": "Moved",
    "window": "Window changed",
    "grey": "Window changed",
    "preset": "Window preset",
    "reset": "Reset",
    "invert": "Inverted",
    "link": "Images linked or unlinked",
    "maximise": "One image or all",
    "magnify": "Magnifier",
    "magnify_end": "Magnifier put away",
    "frame": "Frame",
    "play": "Played",
    "pause_film": "Film stopped",
    "focus": "Selected",
    "pause": "Paused",
    "idle": "Away",
    "break": "Break",
    "resume": "Back",
    "hidden": "Page hidden",
    "visible": "Page visible",
    "covered": "Images covered",
    "submit": "Answer sent",
    "answer": "Answer sent",
}
#: What says nothing by itself: how the screen was laid out, and sums at the end.
SILENT = frozenset({"place", "frames_seen", "frame_ms", "played", "window_left", "window_entered", "answer"})


def said_of(moment: Moment) -> str:
    """What happened, in words; an answer by the name that the browser gave it."""
    words = WORDS.get(moment.kind) or moment.kind.replace("_", " ").capitalize()
    return f"{words}, {moment.slot}" if moment.slot else words


def replay_of(look: Look, canvas: Canvas) -> dict[str, Any]:
    """Everything that the page needs to show the screen again as it was."""
    return {
        "canvas": {
            "width": canvas.width,
            "height": canvas.height,
            "white": canvas.white,
            "frames": canvas.frames,
        },
        "letters": list(look.images),
        "moments": [
            {
                "t_ms": round(moment.at_ms),
                "t_s": f"{(moment.at_ms - look.moments[0].at_ms) / 1000:.1f} s",
                "kind": moment.kind,
                "said": "" if moment.kind in SILENT else said_of(moment),
                "away": moment.away,
                "images": {letter: _shown(image) for letter, image in moment.images.items()},
            }
            for moment in look.moments
        ],
        "gaze": [[round(point.at_ms), point.letter, point.x, point.y] for point in look.gaze],
    }


def _shown(image: OnScreen) -> dict[str, Any]:
    return {
        "part": _box(image.part),
        "lens": _box(image.lens),
        "window": list(image.window) if image.window else None,
        "inverted": image.inverted,
        "frame": image.frame,
    }


def _box(box: Box | None) -> list[float] | None:
    return [round(side, 2) for side in (box.x, box.y, box.width, box.height)] if box else None
