"""The eighth criterion, human-based evaluation: what the readers of a study made of the images.

Read from the bundle that a study exports. Rates carry Wilson intervals, which treat answers as independent;
the study's own report has the intervals over readers and cases.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import binomtest

from generation.errors import OutputError
from generation.evidence.interval import Interval

_ABSENT = {"", "0"}


@dataclass(frozen=True, kw_only=True)
class SectionResult:
    """One section: how often readers found the synthetic images, or rated them how high."""

    section: str
    asked: str
    n_readers: int
    n: int
    rate: Interval
    chance: float | None


@dataclass(frozen=True, kw_only=True)
class ReaderStudy:
    """A study's result, in the words of the scorecard."""

    title: str
    rows: tuple[SectionResult, ...]


def read_study(bundle: Path, *, level: float = 0.95) -> ReaderStudy:
    """The detection tables of an unmasked bundle."""
    try:
        facts = json.loads((bundle / "study.json").read_text(encoding="utf-8"))
        kinds = {source["name"]: source["kind"] for source in facts["sources"]}
        rows = [*_picks(bundle, facts, level), *_calls(bundle, kinds, level), *_ratings(bundle, level)]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise OutputError(
            f"{bundle} is no unmasked bundle of a study ({error}). Name a folder that `export_bundle` wrote."
        ) from error
    if not rows:
        raise OutputError(f"{bundle} holds no picks, calls or ratings. Name the bundle of a finished study.")
    return ReaderStudy(title=str(facts.get("title", bundle.name)), rows=tuple(rows))


def _table(bundle: Path, name: str) -> dict[str, list[dict[str, str]]]:
    """Answers by section, without catch trials and hidden repeats."""
    path = bundle / name
    found: dict[str, list[dict[str, str]]] = {}
    if path.is_file():
        with path.open(newline="", encoding="utf-8-sig") as file:
            for row in csv.DictReader(file):
                if row.get("catch", "") in _ABSENT and not row.get("repeat_of"):
                    found.setdefault(row["section"], []).append(row)
    return found


def _picks(bundle: Path, facts: dict[str, Any], level: float) -> Iterator[SectionResult]:
    alternatives = {one["name"]: one.get("alternatives") for one in facts.get("sections", [])}
    for section, rows in _table(bundle, "picks.csv").items():
        right = [row["correct"] == "1" for row in rows]
        choices = alternatives.get(section)
        yield _result(section, "the real image picked", rows, right, 1 / choices if choices else None, level)


def _calls(bundle: Path, kinds: dict[str, str], level: float) -> Iterator[SectionResult]:
    for section, rows in _table(bundle, "calls.csv").items():
        right = [row["call"] == kinds[row["source"]] for row in rows]
        shares = Counter(kinds[row["source"]] for row in rows)
        chance = 0.5 if len(shares) == 2 else None
        yield _result(section, "real and synthetic called right", rows, right, chance, level)


def _ratings(bundle: Path, level: float) -> Iterator[SectionResult]:
    """The mean rating of each source, with the interval of a mean over answers."""
    for section, rows in _table(bundle, "ratings.csv").items():
        for source in dict.fromkeys(row["source"] for row in rows):
            own = [row for row in rows if row["source"] == source and row["rating"] != ""]
            values = np.array([float(row["rating"]) for row in own])
            if len(values) < 2:
                continue
            reach = 1.96 * float(values.std(ddof=1)) / len(values) ** 0.5
            mean = float(values.mean())
            interval = Interval(
                estimate=mean, low=mean - reach, high=mean + reach, level=level, method="normal, by answer"
            )
            yield SectionResult(
                section=section,
                asked=f"mean rating of {source}",
                n_readers=len({row["reader"] for row in own}),
                n=len(own),
                rate=interval,
                chance=None,
            )


def _result(
    section: str,
    asked: str,
    rows: Sequence[dict[str, str]],
    right: Sequence[bool],
    chance: float | None,
    level: float,
) -> SectionResult:
    found = binomtest(sum(right), len(right))
    low, high = found.proportion_ci(level, method="wilson")
    interval = Interval(
        estimate=sum(right) / len(right), low=float(low), high=float(high), level=level, method="Wilson"
    )
    return SectionResult(
        section=section,
        asked=asked,
        n_readers=len({row["reader"] for row in rows}),
        n=len(rows),
        rate=interval,
        chance=chance,
    )
