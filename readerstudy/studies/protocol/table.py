"""Take fields out of a TOML table one by one, noting what is wrong with each."""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from readerstudy.studies.protocol.asked import Asked, Kind
from readerstudy.studies.protocol.lines import Lines
from readerstudy.studies.protocol.problems import Problem

LONGEST_NAME = 80
LONGEST_TEXT = 50_000
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Report:
    """Collects problems with the lines they stand in, and every field that was asked for."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.problems: list[Problem] = []
        self.asked: dict[str, Asked] = {}

    def add(self, path: str, sentence: str) -> None:
        self.problems.append(Problem(field=path, sentence=sentence, line=self.lines.of(path)))

    def silent(self) -> "Report":
        """Notes the same fields and lets every problem pass: for a table that is not there."""
        quiet = Report(self.lines)
        quiet.asked = self.asked
        return quiet


class Table:
    """Each method takes a field by name, and returns its default (or something harmless) if it is wrong."""

    def __init__(self, values: Any, path: str, report: Report) -> None:
        self.path = path
        self.report = report
        self.values: dict[str, Any] = values if isinstance(values, dict) else {}
        self.known: list[str] = []
        if not isinstance(values, dict):
            report.add(path, f"has to be a table, written as [{path}].")

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def problem(self, name: str, sentence: str) -> None:
        self.report.add(self.at(name), sentence)

    def _take(self, name: str, *, required: bool, what: str, kind: Kind, **rules: Any) -> Any:
        self.known.append(name)
        path = self.at(name)
        self.report.asked[path] = Asked(
            path=path, kind=kind, required=required, value=self.values.get(name), **rules
        )
        if name in self.values:
            return self.values[name]
        if required:
            self.problem(name, f"is missing; it has to be {what}.")
        return None

    def text(self, name: str, default: str | None = None, *, longest: int = LONGEST_TEXT) -> str:
        what = "a text in quotation marks"
        value = self._take(name, required=default is None, what=what, kind="text", default=default)
        if value is None:
            return default or ""
        if not isinstance(value, str):
            self.problem(name, f"is {value!r}; it has to be {what}.")
            return default or ""
        if default is None and not value.strip():
            self.problem(name, "is empty; write something here.")
            return ""
        if len(value) > longest:
            self.problem(name, f"has {len(value)} characters; it can have {longest}.")
        if _UNPRINTABLE.search(value):
            self.problem(name, "has a control character, which no page can show; take it out.")
        return value

    def name(self, name: str) -> str:
        value = self.text(name, longest=LONGEST_NAME)
        if value and not all(c.isascii() and (c.isalnum() or c in "-_") for c in value):
            self.problem(name, f"is {value!r}; names have letters, digits, - and _ only.")
        return value

    def choice(self, name: str, allowed: Sequence[str], default: str | None = None) -> str:
        what = f"one of {', '.join(allowed)}"
        rules: dict[str, Any] = {"kind": "choice", "allowed": tuple(allowed), "default": default}
        value = self._take(name, required=default is None, what=what, **rules)
        if value is None:
            return default or allowed[0]
        if value not in allowed:
            self.problem(name, f"is {value!r}; allowed are {', '.join(allowed)}.")
            return default or allowed[0]
        return str(value)

    def whole(self, name: str, low: int, high: int, default: int | None = None) -> int:
        what = f"a whole number from {low} to {high}"
        value = self._take(
            name, required=default is None, what=what, kind="whole", low=low, high=high, default=default
        )
        if value is None:
            return low if default is None else default
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.problem(name, f"is {value!r}; it has to be {what}.")
            return low if default is None else default
        return value

    def one_of(self, name: str, allowed: tuple[int, ...], *, default: int) -> int:
        words = tuple(map(str, allowed))
        what = f"one of {', '.join(words)}"
        rules: dict[str, Any] = {"kind": "whole", "allowed": words, "default": default}
        value = self._take(name, required=False, what=what, **rules)
        if value is None or (type(value) is int and value in allowed):
            return default if value is None else value
        self.problem(name, f"is {value!r}; allowed are {' and '.join(words)}.")
        return default

    def number(self, name: str, low: float, high: float, default: float | None = None) -> float:
        what = f"a number from {low:g} to {high:g}"
        value = self._take(
            name, required=default is None, what=what, kind="number", low=low, high=high, default=default
        )
        if value is None:
            return low if default is None else default
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            self.problem(name, f"is {value!r}; it has to be {what}.")
            return low if default is None else default
        return float(value)

    def flag(self, name: str, *, default: bool) -> bool:
        value = self._take(name, required=False, what="true or false", kind="flag", default=default)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.problem(name, f"is {value!r}; it has to be true or false, without quotation marks.")
            return default
        return value

    def texts(self, name: str, *, required: bool = False, usual: tuple[str, ...] = ()) -> tuple[str, ...]:
        """`usual` is what goes without saying where the whole table is left out."""
        what = 'a list of texts, such as ["a", "b"]'
        value = self._take(name, required=required, what=what, kind="texts", default=usual)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.problem(name, f"is {value!r}; it has to be {what}.")
            return ()
        if len(set(value)) != len(value):
            self.problem(name, "names something twice.")
        return tuple(value)

    def wholes(self, name: str, *, usual: tuple[int, ...] = ()) -> tuple[int, ...]:
        what = "a list of whole numbers, such as [1, 2, 3, 4]"
        value = self._take(name, required=True, what=what, kind="wholes", default=usual)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(type(item) is int for item in value):
            self.problem(name, f"is {value!r}; it has to be {what}.")
            return ()
        return tuple(value)

    def counts(self, name: str, allowed: Iterable[str]) -> dict[str, int]:
        names = list(allowed)
        what = f"counts by source, such as {{ {next(iter(names), 'real')} = 1 }}"
        value = self._take(name, required=True, what=what, kind="counts", allowed=tuple(names))
        if not isinstance(value, dict):
            if value is not None:
                self.problem(name, f"is {value!r}; it has to be counts by source, such as {{ real = 1 }}.")
            return {}
        for source, count in value.items():
            if source not in names:
                self.problem(name, f"names {source!r}; the sources are {', '.join(names)}.")
            elif type(count) is not int or count < 1:
                self.problem(name, f"gives {source} {count!r}; counts are whole numbers from 1.")
        return {s: c for s, c in value.items() if s in names and type(c) is int and c > 0}

    def set_aside(self, *names: str) -> None:
        """Fields that have no place beside what the table says elsewhere; no form offers them here."""
        for name in names:
            path = self.at(name)
            self.report.asked[path] = replace(self.report.asked[path], aside=True)

    def table(self, name: str, *, required: bool) -> "Table | None":
        """A table by its name; None if it is not there."""
        what = f"a table, written as [{self.at(name)}]"
        value = self._take(name, required=required, what=what, kind="table")
        return None if value is None else Table(value, self.at(name), self.report)

    def imagined(self, name: str) -> "Table":
        """An empty table in the place of one that is not there: its fields are noted, nothing is said."""
        return Table({}, self.at(name), self.report.silent())

    def tables(self, name: str, *, required: bool) -> list["Table"]:
        what = f"one or more tables, written as [[{self.at(name)}]]"
        value = self._take(name, required=required, what=what, kind="tables")
        if value is None:
            return []
        if not isinstance(value, list) or not value:
            self.problem(name, f"has to be one or more tables, written as [[{self.at(name)}]].")
            return []
        return [Table(item, f"{self.at(name)}[{i}]", self.report) for i, item in enumerate(value)]

    def finish(self) -> None:
        """Speak of fields that nobody took."""
        for name in self.values:
            if name not in self.known:
                near = difflib.get_close_matches(name, self.known, n=1)
                hint = f"Did you mean {near[0]}?" if near else f"Known here: {', '.join(sorted(self.known))}."
                self.problem(name, f"is not a field of a protocol. {hint}")
