"""Staircases: how long images are shown, from what was right before. Pure, so that anybody can replay them.

A section interleaves two staircases. Which of them a trial belongs to is drawn from the plan secret, for each
place and pair of trials, so that nobody can hold the next trial to be the easier one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from readerstudy.studies.protocol import Staircase
from readerstudy.truth.allocation.shuffle import shuffled

STAIRCASES = 2


@dataclass(frozen=True, kw_only=True)
class Step:
    """Where one staircase stands. `falls` is its last direction, None before the first step."""

    exposure_ms: int
    right: int = 0
    wrong: int = 0
    falls: bool | None = None
    reversals: int = 0


def which(section: str, place: int, order: int, key: bytes) -> int:
    """Return the staircase, from 0, that a trial at a place belongs to: each has one of every pair."""
    pair, within = divmod(order - 1, STAIRCASES)
    return shuffled(range(STAIRCASES), key, section, "staircases", place, pair)[within]


def after(step: Step, rule: Staircase, is_right: bool) -> Step:
    """Return where a staircase stands after an answer: only answers in a row count together."""
    right, wrong = (step.right + 1, 0) if is_right else (0, step.wrong + 1)
    if right >= rule.down:
        return _turned(step, max(step.exposure_ms - rule.down_ms, rule.min_ms), falls=True)
    if wrong >= rule.up:
        return _turned(step, min(step.exposure_ms + rule.up_ms, rule.max_ms), falls=False)
    return replace(step, right=right, wrong=wrong)


def _turned(step: Step, exposure_ms: int, *, falls: bool) -> Step:
    turned = step.falls is not None and step.falls != falls
    return Step(exposure_ms=exposure_ms, falls=falls, reversals=step.reversals + turned)


def exposures(rule: Staircase, whose: Sequence[int], right: Iterable[bool | None]) -> list[int]:
    """Return the exposure of each answered trial, and of the one after them unless the staircases have ended.

    `whose` names the staircase of each trial, the next one included. `right` is None for obvious fakes, which
    move nothing.
    """
    steps = [Step(exposure_ms=rule.start_ms) for _ in range(STAIRCASES)]
    shown = []
    for one, is_right in zip(whose, right, strict=False):
        shown.append(steps[one].exposure_ms)
        if is_right is not None:
            steps[one] = after(steps[one], rule, is_right)
    have_ended = rule.reversals > 0 and all(step.reversals >= rule.reversals for step in steps)
    if not have_ended and len(shown) < len(whose):
        shown.append(steps[whose[len(shown)]].exposure_ms)
    return shown
