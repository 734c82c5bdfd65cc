"""The rows of each table of answers."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from readerstudy.results.bundle.walk import Answer

Row = Mapping[str, Any]

COLUMNS: dict[str, tuple[str, ...]] = {
    "picks.csv": (
        "section", "reader", "trial", "order", "picked", "correct", "slot_picked", "slot_real",
        "response_ms", "repeat_of", "catch",
    ),
    "ratings.csv": (
        "section", "reader", "trial", "image", "source", "slot", "order", "rating", "repeat_of", "catch",
    ),
    "calls.csv": (
        "section", "reader", "trial", "image", "source", "call", "confidence", "order", "response_ms",
        "repeat_of", "catch",
    ),
    "checks.csv": (
        "section", "reader", "trial", "image", "source", "label", "intended", "observed", "verdict", "order",
        "response_ms", "repeat_of", "catch",
    ),
    "reasons.csv": ("section", "reader", "trial", "image", "source", "tag", "x", "y"),
}  # fmt: skip


def _common(answer: Answer) -> dict[str, Any]:
    return {
        "section": answer.section,
        "reader": answer.reader,
        "trial": answer.trial,
        "order": answer.order,
        "response_ms": answer.response.response_ms,
        "repeat_of": answer.repeat_of,
        "catch": int(answer.catch),
    }


def picks(answer: Answer, *, masked: bool) -> Iterator[Row]:
    if answer.task != "pick_real" or answer.response.pick_id is None:
        return
    slot, picked = answer.slots[answer.response.pick_id]
    real = next(number for number, shown in answer.slots.values() if shown.real)
    yield _common(answer) | {
        "picked": picked.alternative,
        "correct": None if masked else int(picked.real),
        "slot_picked": slot,
        "slot_real": None if masked else real,
    }


def ratings(answer: Answer, *, masked: bool) -> Iterator[Row]:
    for pk, (slot, shown) in answer.slots.items():
        if pk in answer.ratings:
            yield _common(answer) | {
                "image": shown.image,
                "source": shown.source,
                "slot": slot,
                "rating": answer.ratings[pk],
            }


def calls(answer: Answer, *, masked: bool) -> Iterator[Row]:
    if answer.task == "call":
        yield _common(answer) | {
            "image": answer.first.image,
            "source": answer.first.source,
            "call": answer.response.call,
            "confidence": answer.response.confidence,
        }


def checks(answer: Answer, *, masked: bool) -> Iterator[Row]:
    if answer.task != "check_label":
        return
    shown = answer.first
    seen = answer.response.observed
    for label, intended in shown.label.items():
        observed = seen.get(label, intended if answer.response.verdict == "fits" else None)
        # One verdict covers all labels of the screen; a label seen as intended fits all the same.
        fits = answer.response.verdict == "discrepant" and label not in seen and bool(seen)
        yield _common(answer) | {
            "image": shown.image,
            "source": shown.source,
            "label": label,
            "intended": intended,
            "observed": intended if fits else observed,
            "verdict": "fits" if fits else answer.response.verdict,
        }


def reasons(answer: Answer, *, masked: bool) -> Iterator[Row]:
    for reason in answer.reasons:
        _, shown = answer.slots[reason.slot_id]
        yield _common(answer) | {
            "image": shown.image,
            "source": shown.source,
            "tag": reason.tag,
            "x": reason.x,
            "y": reason.y,
        }


TABLES: dict[str, Callable[..., Iterator[Row]]] = {
    "picks.csv": picks,
    "ratings.csv": ratings,
    "calls.csv": calls,
    "checks.csv": checks,
    "reasons.csv": reasons,
}
