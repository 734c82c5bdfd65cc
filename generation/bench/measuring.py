"""Carrying out the parts of the benchmark: one figure after the other, within the time of each part."""

import gc
import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from generation.bench.deadline import Deadline, TimeIsUp
from generation.bench.results import FAILED, Results, Row
from generation.errors import GenerationError, StoppedError
from generation.memory import is_out_of_memory

DOES_NOT_FIT = "does not fit"


@dataclass(frozen=True, kw_only=True)
class Task:
    """One figure: what it is about, which no other figure of the part is, and how it is measured.

    What follows from other figures is found `again` each time.
    """

    about: Mapping[str, Any]
    measure: Callable[[], Sequence[Row]]
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class Part:
    """Figures with one deadline; `kind` is the list of the JSON that they go to."""

    kind: str
    size: int | None = None
    tasks: Callable[[Deadline], Iterable[Task]]

    @property
    def name(self) -> str:
        return f"{self.kind} {self.size} px" if self.size else self.kind


def carry_out(part: Part, results: Results, minutes: float) -> None:
    """What is missing of a part; what its time does not suffice for is named."""
    started, deadline = time.monotonic(), Deadline(60 * minutes)
    missed = []
    for task in part.tasks(deadline):
        if not task.again and results.has(part.kind, task.about):
            continue
        rows = None if deadline.passed() else _measured(task, deadline)
        if rows is None:
            missed.append(" ".join(f"{name} {value}" for name, value in task.about.items()))
            continue
        results.put(part.kind, task.about, rows)
        for row in rows:
            sys.stderr.write(f"{part.name}: {json.dumps({**task.about, **row})}\n")
    results.leave_out(part.name, _too_late(part, minutes, missed) if missed else None)
    results.took(part.name, time.monotonic() - started)


def _too_late(part: Part, minutes: float, missed: Sequence[str]) -> str:
    return (
        f"{part.name}: {minutes:g} minutes were over before these were measured: {'; '.join(missed)}. "
        "Run the same command again to go on with them."
    )


def _measured(task: Task, deadline: Deadline) -> Sequence[Row] | None:
    """Rows, or None when time was up. One figure that cannot be had must not cost the others."""
    try:
        with deadline.enforced():
            return task.measure()
    except (TimeIsUp, StoppedError):
        return None
    except (RuntimeError, AssertionError, MemoryError, GenerationError) as error:
        if is_out_of_memory(error):
            return [{"note": DOES_NOT_FIT}]
        first = next(iter(str(error).splitlines()), "")
        return [{"note": f"{FAILED}: {type(error).__name__}: {first[:200]}"}]
    finally:
        free()


def free() -> None:
    """Leaves nothing of one figure to the next: memory, compiled code, recorded graphs."""
    torch.compiler.reset()
    torch.backends.cudnn.benchmark = False
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def largest_that_fits(batches: Sequence[int], measure: Callable[[int], Row]) -> Row:
    """The figure at the largest batch whose memory suffices: where a peer, too, is at its best."""
    for batch in sorted(batches, reverse=True)[:-1]:
        try:
            return measure(batch)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
        free()
    return measure(min(batches))
