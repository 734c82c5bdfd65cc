"""What a test allows to say: shown, or not shown, and never more."""

from typing import Protocol

from analysis.crossed import CrossedMean
from analysis.reporting.words import ALPHA, because, number, p_phrase
from analysis.result import Equivalence


class Share(Protocol):
    """A share with its interval over readers and cases, and the share that guessing would give."""

    @property
    def rate(self) -> float | None: ...

    @property
    def chance(self) -> float: ...

    @property
    def crossed(self) -> CrossedMean: ...


def against_chance(o: Share) -> str:
    """Whether a share differs from chance; a p above the level never says that it does not."""
    crossed = o.crossed
    p = crossed.p
    if p is None:
        why = because(crossed.reason)
        return f"Whether this differs from chance cannot be tested over readers and cases: {why}."
    if p < ALPHA:
        side = "above" if o.rate is not None and o.rate > o.chance else "below"
        return f"This is {side} chance ({p_phrase(p)})."
    return (
        f"A difference from chance was not shown ({p_phrase(p)}); "
        "this alone does not show that there is none."
    )


def equivalence(e: Equivalence, what: str, *, points: bool, measured: str = "points of the scale") -> str:
    """Whether equivalence was shown within the protocol's margin, and the smallest margin that would do.

    `points`: the numbers are shares; else they are `measured` in this unit.
    """
    unit = "percentage points" if points else measured
    scale = 100 if points else 1
    digits = 1 if points else 3
    smallest = e.smallest_margin
    if smallest is None:
        return f"Equivalence{what} cannot be judged: {because(e.reason)}."
    reach = f"the smallest margin that would pass is ±{number(scale * smallest, digits)} {unit}".strip()
    if e.margin is None:
        return f"The study fixed no margin, so equivalence{what} is not decided; {reach}."
    margin = f"±{number(scale * e.margin, 1 if points else 2)} {unit}".strip()
    if e.within:
        return f"Equivalence{what} was shown within the margin of {margin} ({p_phrase(e.p)}); {reach}."
    return f"Equivalence{what} was not shown within the margin of {margin} ({p_phrase(e.p)}); {reach}."
