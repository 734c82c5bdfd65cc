"""What a browser is told of a section and of an image, from the protocol alone: for readers and previews."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from readerstudy.imaging.canvas import Canvas
from readerstudy.reading.asking import items_of, scale_of
from readerstudy.reading.viewer_words import Text, viewer_words
from readerstudy.studies.language import spoken
from readerstudy.studies.protocol import Item, ProtocolDocument, SectionDocument
from readerstudy.studies.protocol.staircase import has_truth


def section_told(
    protocol: ProtocolDocument,
    section: SectionDocument,
    *,
    choices: Mapping[str, Sequence[str]],
    seed: str,
    exposure_ms: int,
    lets_undo: bool,
) -> dict[str, Any]:
    """What holds for all of a section; `choices` are the values of labels that the protocol leaves open."""

    def values_of(item: Item) -> Iterable[str]:
        return choices.get(item.truth, ())

    return {
        "title": spoken(section.title),
        "briefing": spoken(section.briefing),
        "help": spoken(section.help),
        "task": section.task,
        "allow_back": section.allow_back or lets_undo,
        "rate": section.rate or section.task == "rate",
        "require_confidence": section.confidence,
        "items": items_of(section, seed, values_of),
        "screen": _screen(protocol, section, exposure_ms),
        "view": _view(protocol),
        "scale": _scale(protocol, section),
        "reasons": {"tags": [spoken(tag) for tag in section.reasons], "spot": section.spots},
        "label_choices": {name: list(values) for name, values in choices.items()} or None,
        "break_after": section.break_after,
        "show_clock": protocol.reading.show_clock,
        "idle_after_s": protocol.reading.idle_after_s,
    }


def words_told(section: SectionDocument) -> dict[str, Text]:
    """The words of the section that is read: what it asks and nothing else."""
    rated = any(item.task == "rate" for item in section.items)
    return viewer_words(section.task, {item.kind for item in section.items}, rated=rated)


def _scale(protocol: ProtocolDocument, section: SectionDocument) -> dict[str, Any]:
    """The scale, in a section that asks for ratings: elsewhere its words would tell of a later one."""
    if not (section.rate or section.task == "rate"):
        return {"points": [], "labels": []}
    return scale_of(protocol.scale)


def _screen(protocol: ProtocolDocument, section: SectionDocument, exposure_ms: int) -> dict[str, Any]:
    """How screens of the section are shown, and for how long the open one is."""
    return {
        "arrange": section.arrange,
        "reference": bool(section.reference),
        "exposure_ms": exposure_ms,
        "mask": section.mask,
        "preview": protocol.reading.preview,
        "min_view_ms": section.min_view_ms,
        "answer_within_ms": section.answer_within_ms,
        "feedback": tells(section),
    }


def _view(protocol: ProtocolDocument) -> dict[str, Any]:
    """The windows on a key, in stored values, and what of the view stays over trials."""
    white = protocol.canvas.white
    return {
        "presets": [
            {"name": spoken(each.name), "center": white * each.center, "width": white * each.width}
            for each in protocol.presets
        ],
        "keep_window": protocol.reading.keep_window,
        "keep_zoom": protocol.reading.keep_zoom,
    }


def tells(section: SectionDocument) -> bool:
    """Whether there is something to be told after an answer."""
    is_task = section.practice and section.task != "ask"
    told = section.practice and any(map(has_truth, section.items))
    return section.feedback or is_task or told


def canvas_told(canvas: Canvas) -> dict[str, Any]:
    """What is equal for every image of a study."""
    return {
        "width": canvas.width,
        "height": canvas.height,
        "bits": canvas.bits,
        "channels": canvas.channels,
        "frames": canvas.frames,
        "play": canvas.play if canvas.frames > 1 else None,
        "rate_hz": canvas.rate_hz or None,
        "spacing_mm": canvas.spacing_mm,
        "window": {"center": canvas.white / 2, "width": canvas.white},
    }
