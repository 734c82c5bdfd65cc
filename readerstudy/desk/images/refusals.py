"""What an import refused: by reason to read, and as a table to work through."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from readerstudy.results.spreadsheet import csv_text, defused

#: Of one reason, so many files or lines are named; the CSV has them all.
MOST_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class RefusedAlike:
    """Files and lines of the manifest that were refused for the same reason; `named` are the first."""

    reason: str
    count: int
    named: Sequence[Mapping[str, Any]]

    @property
    def unnamed(self) -> int:
        return self.count - len(self.named)


def refusals_by_reason(refused: Iterable[Mapping[str, Any]]) -> list[RefusedAlike]:
    """Group what an import refused, in the order in which the reasons came up."""
    groups: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for one in refused:
        groups[one["reason"]].append(one)
    return [
        RefusedAlike(reason=reason, count=len(rows), named=rows[:MOST_NAMED])
        for reason, rows in groups.items()
    ]


def refusals_as_csv(refused: Iterable[Mapping[str, Any]]) -> str:
    """Write what an import refused: the line of the manifest (empty for a file), the file, and why.

    Rows are named by their lines and not repeated: they may hold identifiers of patients, which are not kept.
    """
    rows = ((one.get("line") or "", defused(one["file"]), one["reason"]) for one in refused)
    return csv_text([("line", "file", "reason"), *rows])
