"""A study that asks every kind of item, and answers to all of it."""

from typing import Any

from tests.readerstudy.factory import protocol_text

LOOKS = """
[[sections]]
name = "looks"
title = "A first look"
compose = { hospital-canary = 2, checkpoint-canary = 2 }
briefing = "Take your time."
help = "Look at the edges too."
[[sections.items]]
name = "quality"
kind = "scale"
points = [1, 2, 3, 4, 5]
labels = ["poor", "excellent"]
ask = { en = "Quality", de = "Bildqualität" }
skip = "Cannot judge"
[[sections.items]]
name = "finding"
kind = "choice"
ask = "Finding"
options = ["none", "effusion", { value = "4A", text = "Category 4A" }]
other = "Other, please specify"
confidence = 5
[[sections.items]]
name = "where"
kind = "mark"
ask = "Mark it"
most = 2
none = true
confidence = 3
when = { item = "finding", is = ["effusion", "4A"] }
[[sections.items]]
name = "signs"
kind = "choices"
ask = "Signs"
options = ["a", "b", "c"]
least = 2
most = 2
none = "None of these"
other = "Another"
[[sections.items]]
name = "age"
kind = "number"
ask = "Age"
min = 20
max = 90
step = 0.5
unit = "years"
[[sections.items]]
name = "width"
kind = "measure"
ask = "Width of the joint"
what = "distance"
[[sections.items]]
name = "tilt"
kind = "measure"
ask = "Tilt"
what = "angle"
[[sections.items]]
name = "report"
kind = "text"
ask = "Report"
most = 40
required = false
[[sections.items]]
name = "odd"
of = "trial"
kind = "choice"
ask = "Anything odd?"
options = ["yes", "no"]
[[sections.items]]
name = "why"
of = "trial"
kind = "text"
ask = "What is odd?"
when = { item = "odd", is = ["yes"] }
"""
PAIRS = """
[[sections]]
name = "pairs"
show = { hospital-canary = 1, checkpoint-canary = 1, gan-canary = 1 }
trials = 3
[[sections.items]]
name = "better"
kind = "prefer"
ask = "Which would you rather read?"
none = "No preference"
[[sections.items]]
name = "order"
kind = "rank"
ask = "Order them"
[[sections.items]]
name = "target"
kind = "pick"
ask = "Which one is from the hospital?"
target = "hospital-canary"
confidence = 4
[[sections.items]]
name = "blur"
kind = "scale"
points = [1, 2, 3]
labels = ["none", "some", "much"]
ask = "Blur"
"""
AT_THE_END = """
[[sections.items]]
name = "unusual"
of = "section"
kind = "text"
ask = "Did you notice anything unusual?"
required = false
[[sections.items]]
name = "ease"
of = "section"
kind = "scale"
points = [1, 2, 3]
labels = ["easy", "hard"]
ask = "How easy was it?"
"""


def asking(*sections: str, study: str = 'languages = ["en", "de"]', **more: str) -> str:
    """A protocol of these sections."""
    return protocol_text(sections="".join(sections), study=study, **more)  # type: ignore[arg-type]


def said(item: str, value: Any = None, slot: str | None = "A", **more: Any) -> dict[str, Any]:
    return {"item": item, "slot": slot, "value": value, **more}


#: A whole answer to a screen of LOOKS.
LOOKED = (
    said("quality", 4),
    said("finding", "none", confidence=2),
    said("signs", ["c", "a"]),
    said("age", 43.5),
    said("width", points=[{"x": 1, "y": 2}, {"x": 4, "y": 6}]),
    said("tilt", points=[{"x": 5, "y": 0}, {"x": 0, "y": 0}, {"x": 0, "y": 7}]),
    said("odd", "no", slot=None),
)
#: The same of PAIRS.
COMPARED = (
    said("better", "none", slot=None),
    said("order", ["C", "A", "B"], slot=None),
    said("target", "B", slot=None, confidence=1),
    *(said("blur", 2, slot=letter) for letter in "ABC"),
)


def changed(answer: tuple[dict[str, Any], ...], item: str, **changes: Any) -> list[dict[str, Any]]:
    """The answer with one entry that says something else; with `drop` without it."""
    if changes.pop("drop", False):
        return [entry for entry in answer if entry["item"] != item]
    return [{**entry, **changes} if entry["item"] == item else entry for entry in answer]
