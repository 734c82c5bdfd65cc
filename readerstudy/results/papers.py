"""Results printed in papers whose studies the published protocols repeat, for comparison."""

import csv
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from readerstudy.results.shares import percent, rounded
from readerstudy.studies.models import Study
from readerstudy.studies.protocol import ProtocolDocument

FILE = "paper.csv"
PAPERS = Path(__file__).with_name("papers.toml")


@dataclass(frozen=True, kw_only=True)
class Paper:
    """`title`, `seed` and `sources` are those of the published protocol, `printed` what the paper says.

    `here` names the places in `report.json` that hold the same measure.
    """

    title: str
    seed: int
    sources: frozenset[str]
    printed: Mapping[str, str]
    here: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def is_repeated_by(self, document: ProtocolDocument) -> bool:
        """The same sources, and the title or the seed: either may be changed, and it is the study still."""
        sources = {source.name for source in document.sources}
        return sources == self.sources and (document.title == self.title or document.seed == self.seed)


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A measure as the paper printed it, and as this study found it: with its interval, or nothing."""

    measure: str
    printed: str
    here: str


@cache
def papers() -> tuple[Paper, ...]:
    return tuple(
        Paper(**{**paper, "sources": frozenset(paper["sources"])})
        for paper in tomllib.loads(PAPERS.read_text(encoding="utf-8"))["papers"]
    )


def beside_the_paper(study: Study, report: Mapping[str, Any] | None) -> list[Compared]:
    """What the paper printed that this study repeats beside what its report found; [] for any other study."""
    document = study.protocol.document
    paper = next((paper for paper in papers() if paper.is_repeated_by(document)), None)
    if paper is None:
        return []
    return [
        Compared(
            measure=measure,
            printed=printed,
            here=", ".join(_found(report or {}, paper.here.get(measure, ()))),
        )
        for measure, printed in paper.printed.items()
    ]


def _found(report: Mapping[str, Any], places: Sequence[str]) -> Iterator[str]:
    for place in places:
        at: Any = report
        for step in place.split("/"):
            at = at.get(step) if isinstance(at, dict) else _named(at or (), step)
        if at:
            yield _in_words(at)


def _named(rows: Sequence[Mapping[str, Any]], name: str) -> Mapping[str, Any] | None:
    return next((row for row in rows if name in (row.get("name"), row.get("source"))), None)


def _in_words(found: Mapping[str, Any]) -> str:
    """An estimate with its interval: for random readers and cases where the report has that one."""
    is_share = "rate" in found or found.get("what") in ("accuracy", "share", "sensitivity", "specificity")
    number = percent if is_share else rounded
    interval = found.get("crossed") or found
    estimate = interval.get("estimate", found.get("rate"))
    if estimate is None:
        return "not estimated"
    if interval.get("low") is None:
        return number(estimate)
    return f"{number(estimate)} ({number(interval['low'])} to {number(interval['high'])})"


def write_paper(study: Study, folder: Path, report: Mapping[str, Any]) -> None:
    """`paper.csv` in the folder of a report, where there is a paper."""
    rows = beside_the_paper(study, report)
    if rows:
        with (folder / FILE).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("measure", "printed by the paper", "found here, with the interval"))
            writer.writerows((row.measure, row.printed, row.here) for row in rows)
