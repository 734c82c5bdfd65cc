"""The rows of each table of answers."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from readerstudy.results.bundle.walk import Answer

Row = Mapping[str, Any]

COLUMNS: dict[str, tuple[str, ...]] = {
    "picks.csv": (
        "section", "reader", "trial", "order", "picked", "correct", "slot_picked", "slot_real",
        "response_ms", "repeat_of", "catch", "disclosed",
    ),
    "ratings.csv": (
        "section", "reader", "trial", "image", "source", "slot", "order", "rating", "repeat_of", "catch",
        "disclosed",
    ),
    "calls.csv": (
        "section", "reader", "trial", "image", "source", "call", "confidence", "order", "response_ms",
        "repeat_of", "catch", "disclosed",
    ),
    "checks.csv": (
        "section", "reader", "trial", "image", "source", "label", "intended", "observed", "verdict", "order",
        "response_ms", "repeat_of", "catch", "disclosed",
    ),
    "reasons.csv": ("section", "reader", "trial", "image", "source", "tag", "x", "y"),
}  # fmt: skip
#: What a masked bundle has: no truth, and nothing that comes from the plan.
MASKED: dict[str, tuple[str, ...]] = {
    "picks.csv": ("section", "reader", "trial", "picked", "response_ms", "repeat_of"),
    "ratings.csv": ("section", "reader", "trial", "image", "rating", "repeat_of"),
    "calls.csv": ("section", "reader", "trial", "image", "call", "confidence", "response_ms", "repeat_of"),
    "checks.csv": (
        "section", "reader", "trial", "image", "label", "observed", "verdict", "response_ms", "repeat_of",
    ),
    "reasons.csv": ("section", "reader", "trial", "image", "tag", "x", "y"),
}  # fmt: skip


def columns_of(table: str, *, masked: bool, arms: bool = False) -> tuple[str, ...]:
    """The columns of a table of answers; `arms` adds the letters of the sources to masked ratings."""
    if not masked:
        return COLUMNS[table]
    return (*MASKED[table], "source") if arms and table == "ratings.csv" else MASKED[table]


def _common(answer: Answer) -> dict[str, Any]:
    return {
        "section": answer.section,
        "reader": answer.reader,
        "trial": answer.trial,
        "order": answer.order,
        "response_ms": answer.response.response_ms,
        "repeat_of": answer.repeat_of,
        "catch": int(answer.catch),
        "disclosed": int(answer.disclosed),
    }


def picks(answer: Answer, *, masked: bool) -> Iterator[Row]:
    if answer.task != "pick_real" or answer.response.pick_id is None:
        return
    slot, picked = answer.slots[answer.response.pick_id]
    row = _common(answer) | {"picked": picked.alternative}
    if not masked:
        real = next(number for number, shown in answer.slots.values() if shown.real)
        row |= {"correct": int(bool(picked.real)), "slot_picked": slot, "slot_real": real}
    yield row


def ratings(answer: Answer, *, masked: bool) -> Iterator[Row]:
    slots = answer.slots.items()
    for pk, (slot, shown) in sorted(slots, key=lambda at: at[1][1].image) if masked else slots:
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
    given = [(reason, answer.slots[reason.slot_id][1]) for reason in answer.reasons]
    if masked:
        given.sort(key=lambda one: (one[1].image, one[0].tag, one[0].x or 0.0, one[0].y or 0.0))
    for reason, shown in given:
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
