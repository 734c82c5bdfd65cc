"""Looks at a study that was still running: which the protocol planned, and what became of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from analysis.bundle.errors import listed
from analysis.bundle.study_json import is_number, refused
from analysis.result import Result

METHODS = ("lan-demets-obrien-fleming", "lan-demets-pocock")
DECISIONS = ("continue", "stop")


@dataclass(frozen=True, kw_only=True)
class Look(Result):
    """A look that was taken: at which share of the planned answers, and what it decided."""

    information: float
    answers: int
    decision: Literal["continue", "stop"]
    estimate: float | None = None
    p: float | None = None
    nominal_p: float | None = None


@dataclass(frozen=True, kw_only=True)
class Looks:
    """`information` is the share that this bundle has; `last` whether no look follows it."""

    method: str
    planned: tuple[float, ...]
    taken: tuple[Look, ...]
    information: float
    last: bool

    @property
    def stopped(self) -> bool:
        return any(look.decision == "stop" for look in self.taken)


def read_looks(document: Mapping[str, Any]) -> Looks | None:
    """Read the looks of study.json; None where the protocol planned none."""
    found = document.get("looks")
    if found is None:
        return None
    if not isinstance(found, dict) or found.get("method") not in METHODS:
        raise refused(found, "looks", f"write an object whose method is {listed(METHODS)}")
    taken = found.get("taken", [])
    if not isinstance(taken, list):
        raise refused(taken, "looks.taken", "list the looks that were taken")
    looks = Looks(
        method=found["method"],
        planned=tuple(_share(share, "looks.planned") for share in found.get("planned") or ()),
        taken=tuple(_look(entry, f"looks.taken[{place}]") for place, entry in enumerate(taken)),
        information=_share(found.get("information"), "looks.information"),
        last=found.get("last", True) is True,
    )
    shares = [look.information for look in looks.taken]
    if sorted(set(shares)) != shares:
        raise refused(shares, "looks.taken", "their shares of information have to rise")
    return looks


def _look(entry: Any, column: str) -> Look:
    if not isinstance(entry, dict) or entry.get("decision") not in DECISIONS:
        raise refused(entry, column, f"write an object whose decision is {listed(DECISIONS)}")
    answers = entry.get("answers")
    if type(answers) is not int or answers < 1:
        raise refused(answers, f"{column}.answers", "write how many answers there were")
    numbers = {key: _maybe(entry.get(key), f"{column}.{key}") for key in ("estimate", "p", "nominal_p")}
    return Look(
        information=_share(entry.get("information"), f"{column}.information"),
        answers=answers,
        decision=entry["decision"],
        **numbers,
    )


def _share(found: Any, column: str) -> float:
    value = _maybe(found, column)
    if value is None or not 0 < value < 1e6:
        raise refused(found, column, "write a share of the planned answers above 0")
    return value


def _maybe(found: Any, column: str) -> float | None:
    if found is None:
        return None
    if not is_number(found):
        raise refused(found, column, "write a number")
    return float(found)
