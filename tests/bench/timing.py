"""Timing a call, and a row that says how it compares."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measurement; `theirs_s` is a peer's time for the same, in the same run."""

    what: str
    ours_s: float
    theirs: str = ""
    theirs_s: float | None = None
    wanted: str = ""

    def text(self) -> str:
        ratio = "" if self.theirs_s is None else f"{self.theirs_s / self.ours_s:10.1f} x {self.theirs}"
        return f"{self.what:58s} {self.ours_s * 1e3:10.3f} ms  {ratio}  {self.wanted}"


def best(function: Callable[[], Any], repeats: int = 5, number: int = 1) -> float:
    """Shortest time of one call in seconds: what else the machine does only ever adds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        for _ in range(number):
            function()
        times.append((time.perf_counter() - start) / number)
    return min(times)
