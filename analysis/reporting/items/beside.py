"""Sentences and tables on changes between sections, thresholds of exposure, and programs beside people."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from analysis.document import Document, SectionResult
from analysis.document.changes import Change
from analysis.document.common import NotComputed
from analysis.document.programs import ProgramRow
from analysis.document.staircase import Staircase
from analysis.reporting.columns import Column, Kind, columns_of
from analysis.reporting.words import (
    because,
    interval,
    level_text,
    levelled,
    listed,
    number,
    p_phrase,
    percent,
)

Make = Callable[..., Any]
SHARES = ("accuracy", "share", "net")
IN_POINTS = "Differences of shares are in percentage points."


def _value(row: Any) -> Kind:
    return "percent" if row.what in SHARES else "number"


def _apart(row: Any) -> Kind:
    return "points" if row.what in SHARES else "number"


CHANGES = columns_of(
    ("ask", "Question", "text"),
    ("what", "of", "text", lambda row: f"{row.what}: {row.option}" if row.option else row.what),
    ("before", "before", _value),
    ("after", "after", _value),
    ("difference", "change", _apart),
    ("se", "SE", _apart),
    ("low", "low", _apart),
    ("high", "high", _apart),
    ("p", "p", "p"),
    ("p_holm", "Holm", "p"),
    ("paired", "paired", "yes"),
    ("period", "period", _apart, "period.estimate"),
    ("period_p", "p", "p", "period.p"),
)
THRESHOLDS = columns_of(
    ("reader", "Reader", "text"),
    ("n", "answers", "count"),
    ("correct", "correct", "count"),
    ("threshold", "threshold, ms", "number"),
    ("low", "low", "number"),
    ("high", "high", "number"),
)
PROGRAMS: tuple[Column, ...] = columns_of(
    ("program", "Program", "text"),
    ("asked", "question", "text"),
    ("what", "of", "text"),
    ("source", "images", "text"),
    ("n", "n", "count"),
    ("estimate", "program", _value),
    ("low", "low", _value),
    ("high", "high", _value),
    ("people", "people", _value),
    ("difference", "difference", _apart, "difference.estimate"),
    ("difference_low", "low", _apart, "difference.low"),
    ("difference_high", "high", _apart, "difference.high"),
    ("p", "p", "p", "difference.p"),
    ("p_holm", "Holm", "p"),
)
OVERLAP = columns_of(
    ("program", "Program", "text"),
    ("asked", "question", "text"),
    ("both_right", "both right", "count", "overlap.both_right"),
    ("only_program_wrong", "program wrong", "count", "overlap.only_program_wrong"),
    ("only_people_wrong", "people wrong", "count", "overlap.only_people_wrong"),
    ("both_wrong", "both wrong", "count", "overlap.both_wrong"),
    ("kappa", "kappa with people", "number", "overlap.kappa"),
    ("people_kappa", "kappa of people", "number", "overlap.people_kappa"),
)


def changes_into(document: Document, section: str) -> list[Change]:
    """The changes whose later section this is."""
    return [change for change in document.changes or () if change.to == section]


def change_sentences(document: Document, section: str) -> list[str]:
    """What changed since an earlier section that asked the same."""
    rows = changes_into(document, section)
    said = [_change(document, row, several=len(rows) > 1) for row in rows]
    arms = _arms(rows)
    return [*said, arms] if arms else said


def _change(document: Document, row: Change, *, several: bool) -> str:
    scale, unit = (100, " points") if row.what in SHARES else (1, "")
    digits = 1 if row.what in SHARES else 3
    what = f"{row.what} of {row.option}" if row.option else row.what
    shown = percent if row.what in SHARES else number
    values = f"{shown(row.before)} in {row.section} and {shown(row.after)} in {row.to}"
    ends = interval(*(None if end is None else scale * end for end in (row.low, row.high)), digits=digits)
    change = number(None if row.difference is None else scale * row.difference, digits)
    held = f", Holm {p_phrase(row.p_holm)}" if several else ""
    paired = "paired by case" if row.paired else "other cases"
    return (
        f"{row.ask.rstrip('.:')}, {what}: {values}, a change of {change}{unit} "
        f"({levelled(document, ends)}, {paired}; {p_phrase(row.p)}{held})."
    )


def _arms(rows: Sequence[Change]) -> str:
    """What was averaged over, where arms read the sections in different orders."""
    crossed = [row for row in rows if row.orders and min(row.orders) > 0]
    if not crossed:
        return ""
    later, earlier = crossed[0].orders or (0, 0)
    return (
        f"{earlier} readers read {crossed[0].section} first and {later} read {crossed[0].to} first: changes "
        "are the mean of both orders, each counting alike, so that an effect of the period falls out of them."
    )


def staircase_sentences(document: Document, part: SectionResult) -> list[str]:
    """The threshold of exposure."""
    found = part.staircase
    if isinstance(found, NotComputed):
        return [f"There is no threshold of exposure: {because(found.reason)}."]
    if found is None:
        return []
    mean = found.threshold
    at, ends = number(mean.estimate, 0), interval(mean.low, mean.high, digits=0)
    said = (
        f"Readers were right {percent(found.target)} of the time at an exposure of {at} ms "
        f"({level_text(document)} interval over readers {ends}), from {found.n:,} answers; guessing gives "
        f"{percent(found.guess)}."
    )
    how = (
        "The threshold is the geometric mean of the readers’ own, each from a logistic curve in the "
        "logarithm of the exposure, with one slope for all."
    )
    return [said, how]


def program_sentences(document: Document, part: SectionResult) -> list[str]:
    """Programs beside people; no number of people holds an answer of theirs."""
    rows = [row for row in part.programs or () if row.source == "all"]
    if not rows:
        return []
    names = listed(list(dict.fromkeys(row.program for row in rows)))
    several = len({row.program for row in rows}) > 1
    said = (
        f"{names} answered as {'programs' if several else 'a program'}. No number of people holds an answer "
        "of theirs; differences are paired by case, with readers and cases random."
    )
    return [said, *(_program(document, row, several=len(part.programs or ()) > 1) for row in rows)]


def _program(document: Document, row: ProgramRow, *, several: bool) -> str:
    share = row.what in SHARES
    shown = percent if share else number
    said = f"{row.asked.rstrip('.:?')}, {row.what}: {row.program} {shown(row.estimate)}"
    said += f" ({interval(row.low, row.high, as_percent=share)})"
    if row.people is None or row.difference is None or row.difference.estimate is None:
        return f"{said}; no person answered these cases."
    d, scale = row.difference, 100 if share else 1
    ends = interval(*(None if e is None else scale * e for e in (d.low, d.high)), digits=1 if share else 3)
    held = f", Holm {p_phrase(row.p_holm)}" if several else ""
    said += (
        f", people {shown(row.people)}; program minus people "
        f"{number(scale * row.difference.estimate, 1 if share else 3)}{' points' if share else ''} "
        f"({levelled(document, ends)}; {p_phrase(d.p)}{held})."
    )
    overlap = row.overlap
    if overlap:
        wrong = overlap.both_wrong + overlap.only_people_wrong
        right = overlap.both_right + overlap.only_program_wrong
        said += (
            f" Of {wrong} cases that most people got wrong the program got {overlap.both_wrong} wrong, "
            f"and of {right} that most got right {overlap.only_program_wrong}."
        )
    return said


def beside_tables(document: Document, section: str, part: SectionResult, make: Make) -> Iterator[Any]:
    """The tables of changes, thresholds and programs."""
    rows = changes_into(document, section)
    if rows:
        earlier = listed(list(dict.fromkeys(row.section for row in rows)))
        yield make("changes", "changes", f"Changes since {earlier}", CHANGES, rows, note=IN_POINTS)
    if isinstance(part.staircase, Staircase):
        title = "Thresholds of exposure, by reader"
        yield make("thresholds", "staircase", title, THRESHOLDS, part.staircase.by_reader)
    if part.programs:
        title = "Programs beside people"
        yield make("programs", "programs", title, PROGRAMS, part.programs, note=IN_POINTS)
        judged = [row for row in part.programs if row.overlap and row.source == "all"]
        if judged:
            note = (
                "People: the majority of those who answered; ties are left out. Kappas are means over pairs."
            )
            title = "Where programs and people were wrong"
            yield make("overlap", "programs", title, OVERLAP, judged, note=note)
