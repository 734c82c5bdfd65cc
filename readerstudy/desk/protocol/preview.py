"""The reader's screen of a protocol that is being written: the page itself, with phantoms for images."""

from dataclasses import replace
from typing import Any

from readerstudy.imaging.canvas import Canvas
from readerstudy.reading.models.presentation import LETTERS
from readerstudy.reading.told import canvas_told, section_told, words_told
from readerstudy.studies.language import spoken
from readerstudy.studies.protocol import ProtocolDocument, SectionDocument

#: A preview is no place for large images: those are made smaller, in the same shape.
LARGEST_PX = 320
MOST_FRAMES = 12
NOBODY = "preview"
PRESENTATION = "p1"


def preview_page(document: ProtocolDocument, at: int) -> dict[str, Any]:
    """What the template of the reading page takes, and the state that a script answers with."""
    section = document.sections[at]
    return {
        "study": {"slug": NOBODY},
        "protocol": document,
        "task": section.task,
        "words": words_told(section),
        "own_keys": {},
        "reader": NOBODY,
        "shelf": NOBODY,
        "left": {},
        "api_root": f"/{NOBODY}/",
        "finish_url": "#",
        "sign_in_url": "#",
        "tour_url": "#",
        "preview": preview_state(document, section, at),
    }


def preview_state(document: ProtocolDocument, section: SectionDocument, at: int) -> dict[str, Any]:
    """The state of a reader at the second trial of a section: before the first one it would be introduced."""
    choices = {
        item.truth: item.values or ("…",) for item in section.items if item.name.startswith("observed-")
    }
    start_ms = section.staircase.start_ms if section.staircase else section.exposure_ms
    told = section_told(
        document, section, choices=choices, seed=NOBODY, exposure_ms=start_ms, lets_undo=False
    )
    images = _images(document.canvas, section)
    return {
        "study": {"title": spoken(document.public_title)},
        "section": told
        | {
            "name": NOBODY,
            "briefing": "",
            "index": at + 1,
            "answered": 1,
            "total": max(section.read_by_each, 2),
        },
        "progress": [],
        "current": {
            "token": PRESENTATION,
            "kind": "screen" if images else "questions",
            "number": 2,
            "images": images,
            "draft": None,
            "previous": None,
            "back": None,
        },
        "ahead": [],
        "sealed": [],
        "finished": False,
        "hand_in": None,
        "disclosure": None,
        "sitting": None,
        "practice": section.practice,
        "finish_url": None,
    }


def _images(canvas: Canvas, section: SectionDocument) -> list[dict[str, Any]]:
    """As many as the first kind of screen shows, a reference first."""
    if not section.shown_screens:
        return []
    number = section.draw or section.shown_screens[0].images
    letters = [*(LETTERS[-1:] if section.reference else ""), *LETTERS[:number]]
    labels = [{"name": name, "value": "…"} for name in section.labels] or None
    tells = [{"name": name, "value": "…"} for name in section.tells] or None
    share = min(1.0, LARGEST_PX / max(canvas.width, canvas.height))
    small = replace(
        canvas,
        width=max(1, round(canvas.width * share)),
        height=max(1, round(canvas.height * share)),
        frames=min(canvas.frames, MOST_FRAMES),
    )
    return [
        {
            "slot": letter,
            "reference": letter == LETTERS[-1],
            "url": f"/{NOBODY}/{letter}",
            "packed": None,
            "seal": None,
            **canvas_told(small),
            "label": None if letter == LETTERS[-1] else labels,
            "tells": tells,
        }
        for letter in letters
    ]
