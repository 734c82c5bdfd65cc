"""Sections and their items as the platform's API tells them to the reading page."""

from types import SimpleNamespace
from typing import Any

from readerstudy.reading.asking import items_of, limits_of
from readerstudy.studies.protocol import Scale
from readerstudy.studies.protocol.shorthands import shorthand_items
from readerstudy.studies.protocol.words import Words

SCALE = {
    "points": [1, 2, 3, 4],
    "labels": ["unrealistic", "rather unrealistic", "rather realistic", "fully realistic"],
}


def item(name: str, kind: str, ask: str, **more: Any) -> dict[str, Any]:
    """An item as the state names it; what is not said is empty."""
    of = "trial" if kind in ("pick", "prefer", "rank") else "image"
    return {
        "name": name,
        "kind": kind,
        "of": of,
        "ask": ask,
        "help": "",
        "required": True,
        "skip": "",
        "confidence": 0,
        "when": [],
        "scale": None,
        "options": [],
        "other": "",
        "least": 0,
        "most": None,
        "none": "",
        "min": None,
        "max": None,
        "step": None,
        "unit": "",
        "limits": limits_of(*(more.get(name) for name in ("min", "max", "step"))),
        "slider": False,
        "what": "",
        "task": "",
    } | more


def options(*values: str) -> list[dict[str, str]]:
    return [{"value": value.lower(), "text": value} for value in values]


def task_items(section: dict[str, Any]) -> list[dict[str, Any]]:
    """What a task asks, as the platform tells it."""
    choices, scale = section["label_choices"] or {}, section["scale"]
    asked: Any = SimpleNamespace(
        task=section["task"],
        confidence=section["require_confidence"],
        rate=section["rate"] and section["task"] != "check_label",
        labels=tuple(choices),
        shuffle_items=False,
    )
    words = Scale(points=tuple(scale["points"]), labels=tuple(map(Words, scale["labels"])))
    setting: Any = SimpleNamespace(scale=words, values={}, labels={})
    asked.items = shorthand_items(asked, setting)
    return items_of(asked, "", lambda one: choices.get(one.truth, ()))


def screen(**more: Any) -> dict[str, Any]:
    """How a section shows its images; what is not said has no limit."""
    return {
        "arrange": "grid",
        "reference": False,
        "exposure_ms": 0,
        "mask": "noise",
        "preview": True,
        "min_view_ms": 0,
        "answer_within_ms": 0,
        "feedback": False,
    } | more
