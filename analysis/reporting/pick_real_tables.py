"""The tables of picks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from analysis.document.pick_real import ChoiceModel, Detection, MaskedDetection, Position
from analysis.reporting.columns import CHOICE, DETECTION_READERS, PICKS, SLOTS, TRIALS
from analysis.reporting.readers import starting
from analysis.reporting.words import chi_squared

Make = Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class _Picks:
    """How often an alternative was picked."""

    alternative: str
    picks: int


@dataclass(frozen=True, kw_only=True)
class _Slot:
    """How often a place on the screen was picked, and held the real image."""

    slot: int
    picks: int
    real: int | None


def pick_tables(part: Detection | MaskedDetection, make: Make, target: str = "real image") -> Iterator[Any]:
    """Readers, trials, the choice model, picks by alternative and by place."""
    if isinstance(part, Detection):
        title = f"{starting(target)}s found, by reader, with Wilson intervals"
        yield make("readers", "detection", title, DETECTION_READERS, part.by_reader)
        title = "Trials, from those that fooled most readers"
        yield make("trials", "detection", title, TRIALS, part.by_trial, most=12)
        yield from _choice(part, make)
        rows = [_Picks(alternative=name, picks=n) for name, n in part.by_alternative.items()]
        yield make("picks", "detection", "Picks, by alternative", PICKS, rows)
    if part.position.counts:
        slots, note = list(_slots(part.position)), _position_note(part.position, target)
        columns = tuple(
            replace(column, heading=f"{target} stood here") if column.key == "real" else column
            for column in SLOTS
        )
        yield make("positions", "detection", "Picks, by position on the screen", columns, slots, note=note)


def _choice(part: Detection, make: Make) -> Iterator[Any]:
    choice = part.choice_model
    if isinstance(choice, ChoiceModel):
        title = f"Choice model: log odds of being picked against {choice.reference}"
        note = f"{starting(choice.method)}, t over readers; these trials alone."
        yield make("choice", "detection", title, CHOICE, choice.coefficients, note=note)


def _slots(position: Position) -> Iterator[_Slot]:
    for place, picks in enumerate(position.counts or ()):
        real = position.real_slots[place] if position.real_slots else None
        yield _Slot(slot=place + 1, picks=picks, real=real)


def _position_note(position: Position, target: str) -> str:
    picks = f"Picks against equal counts: {chi_squared(position)}"
    if position.correctness is None or position.correctness.p is None:
        return f"{picks}, assuming independent answers."
    correct = chi_squared(position.correctness)
    return (
        f"{picks}; correct picks over the places of the {target}: {correct}. Both assume independent answers."
    )
