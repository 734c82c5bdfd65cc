"""Parsers of cells, one for each kind of column."""

import math
from collections.abc import Callable, Collection
from typing import Any

from analysis.bundle.errors import CellError, listed, quoted

Parser = Callable[[str], Any]

TEXT_LENGTH = 200
WORDS_LENGTH = 100_000


def text(raw: str, *, longest: int = TEXT_LENGTH) -> str:
    """A name: some printable characters without line breaks."""
    if len(raw) > longest:
        raise CellError(f"{quoted(raw)} has {len(raw)} characters", f"use at most {longest}")
    if not raw.isprintable():
        raise CellError(
            f"{quoted(raw)} holds a control character", "use printable characters on one line only"
        )
    stripped = raw.strip()
    if not stripped:
        raise CellError("the cell holds only spaces", "write a name, or leave out the row")
    return stripped


def printed(raw: str) -> str:
    """What does not print becomes a space."""
    return "".join(c if c.isprintable() else " " for c in raw)


def label(raw: str) -> str:
    """The value of a label. It was locked with its study: however long, it is not refused."""
    return text(printed(raw), longest=WORDS_LENGTH)


def words(raw: str) -> str:
    """What a reader wrote, in lines or not; control characters become spaces."""
    if len(raw) > WORDS_LENGTH:
        raise CellError(f"{quoted(raw)} has {len(raw)} characters", f"use at most {WORDS_LENGTH:,}")
    return "".join(c if c.isprintable() or c == "\n" else " " for c in raw).strip()


def number(raw: str) -> float:
    """A finite decimal number."""
    try:
        value = float(raw) if raw.isascii() and "_" not in raw else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise CellError(
            f"{quoted(raw)} is not a number", "write a decimal number with a point, or leave it empty"
        )
    return value


def count(raw: str) -> int:
    """A whole number from zero on."""
    value = number(raw)
    if value < 0 or value != int(value) or value > 2**53:
        raise CellError(f"{quoted(raw)} is not a whole number from 0 on", "write 0, 1, 2 and so on")
    return int(value)


def flag(raw: str) -> int:
    """0 or 1; programs that keep such a column as numbers write 1.0."""
    try:
        value = number(raw)
    except CellError:
        value = math.nan
    if value not in {0.0, 1.0}:
        raise CellError(f"{quoted(raw)} is not {listed('01')}", "write 0 for no and 1 for yes")
    return int(value)


def duration(raw: str) -> float:
    """Milliseconds, none below zero."""
    value = number(raw)
    if value < 0:
        raise CellError(f"{quoted(raw)} is below zero", "write milliseconds, or leave the cell empty")
    return value


def choice(allowed: Collection[str], remedy: str) -> Parser:
    """One of some words."""

    def parse(raw: str) -> str:
        word = raw.strip()
        if word not in allowed:
            raise CellError(f"{quoted(raw)} is not {listed(allowed)}", _spelling(word, allowed) or remedy)
        return word

    return parse


def _spelling(word: str, allowed: Collection[str]) -> str | None:
    """What to write where capitals are all that is wrong."""
    meant = [name for name in allowed if name.casefold() == word.casefold()]
    return f"write {quoted(meant[0])} in exactly these letters" if meant else None


def scale_point(points: Collection[float]) -> Parser:
    """A point of the study's rating scale."""
    allowed = {float(point) for point in points}
    shown = [f"{point:g}" for point in points]

    def parse(raw: str) -> float:
        try:
            value = number(raw)
        except CellError:
            value = math.nan
        if value not in allowed:
            raise CellError(
                f"{quoted(raw)} is off the scale {listed(shown)}",
                "correct the rating, or the points of the scale in study.json",
            )
        return value

    return parse


def alternative(sources: Collection[str]) -> Parser:
    """The label of an alternative: its source, with #2 and so on where a trial has several of it."""

    def parse(raw: str) -> str:
        label = raw.strip()
        source, mark, ordinal = label.rpartition("#")
        if label in sources or (mark and source in sources and ordinal.isdecimal()):
            return label
        raise CellError(
            f"{quoted(raw)} is no alternative of the sources {listed(sources)}",
            _spelling(label, sources)
            or "write a source of study.json, with #2 and so on where a trial has several of it",
        )

    return parse


def source_of(label: str, sources: Collection[str]) -> str:
    """The source of an alternative's label."""
    return label if label in sources else label.rpartition("#")[0]
