"""Take fields out of a TOML table one by one, noting what is wrong with each."""

import difflib
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from readerstudy.studies.protocol.asked import Asked, Kind
from readerstudy.studies.protocol.lines import Lines
from readerstudy.studies.protocol.problems import Problem
from readerstudy.studies.protocol.words import UNSAID, Words

LONGEST_NAME = 80
LONGEST_TEXT = 50_000
MOST_TABLES = 100
TEXTS = 'a list of texts, such as ["a", "b"]'
#: Of how many unknown fields of one table the nearest known one is looked for.
MOST_HINTS = 20
MOST_TRIALS = 100_000
#: The largest whole number of a list; the analysis counts in 64 bits.
FARTHEST_WHOLE = 10**9
#: How many characters of a wrong value are quoted.
MOST_QUOTED = 60
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def shown(value: Any) -> str:
    """Return a wrong value as the file has it, or the beginning of it."""
    if isinstance(value, dict):
        pairs = (f"{key} = {_brief(one)}" for key, one in islice(value.items(), MOST_QUOTED))
        quoted = f"{{ {', '.join(pairs)} }}" if value else "{}"
    elif isinstance(value, list):
        quoted = f"[{', '.join(map(_brief, value[:MOST_QUOTED]))}]"
    else:
        quoted = _brief(value)
    return quoted if len(quoted) <= MOST_QUOTED else f"{quoted[:MOST_QUOTED]}…"


def _brief(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | dict):
        return "[…]" if isinstance(value, list) else "{…}"
    return repr(value) if isinstance(value, str) else str(value)


class Report:
    """Collects problems with the lines they stand in, and every field that was asked for."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.problems: list[Problem] = []
        self.asked: dict[str, Asked] = {}
        #: None where they are wrong themselves: no text can be held against them.
        self.languages: tuple[str, ...] | None = ("en",)

    def add(self, path: str, sentence: str) -> None:
        self.problems.append(Problem(field=path, sentence=sentence, line=self.lines.of(path)))

    def silent(self) -> "Report":
        """Notes the same fields and lets every problem pass: for a table that is not there."""
        quiet = Report(self.lines)
        quiet.asked = self.asked
        quiet.languages = self.languages
        return quiet


class Table:
    """Each method takes a field by name, and returns its default (or something harmless) if it is wrong."""

    def __init__(self, values: Any, path: str, report: Report) -> None:
        self.path = path
        self.report = report if isinstance(values, dict) else report.silent()
        self.values: dict[str, Any] = values if isinstance(values, dict) else {}
        self.known: list[str] = []
        self.wrong: set[str] = set()
        if not isinstance(values, dict):
            example = "{ name = … }" if path.endswith("]") else f"[{path}]"
            report.add(path, f"is {shown(values)}; it has to be a table, written as {example}.")

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def has(self, name: str) -> bool:
        return name in self.values

    def is_right(self, *names: str) -> bool:
        """Whether nothing is wrong with these fields, so that more can be said of what they lead to."""
        return not self.wrong.intersection(names)

    def problem(self, name: str, sentence: str) -> None:
        self.wrong.add(re.split(r"[.\[]", name)[0])
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
            self.problem(name, f"is {shown(value)}; it has to be {what}.")
            return default or ""
        if default is None and not value.strip():
            self.problem(name, "is empty; write something here.")
            return ""
        self._check_text(name, value, longest)
        return value

    def _check_text(self, name: str, value: str, longest: int) -> None:
        if len(value) > longest:
            self.problem(name, f"has {len(value)} characters; it can have {longest}.")
        if _UNPRINTABLE.search(value):
            self.problem(name, "has a control character, which no page can show; take it out.")

    def words(self, name: str, default: Words | None = None, *, longest: int = LONGEST_TEXT) -> Words:
        """A text that readers see: one for all languages, or a table with one in each."""
        what = "a text in quotation marks"
        value = self._take(
            name,
            required=default is None,
            what=what,
            kind="words",
            default=None if default is None else str(default),
        )
        if value is None:
            return default or UNSAID
        if default is None and isinstance(value, str) and not value.strip():
            self.problem(name, "is empty; write something here.")
            return UNSAID
        said = self.as_words(name, value, longest=longest)
        return said or default or UNSAID if isinstance(value, dict) else said

    def as_words(self, name: str, value: Any, *, longest: int = LONGEST_TEXT) -> Words:
        """Read a text or a table of texts that stands somewhere in a field."""
        if isinstance(value, str):
            self._check_text(name, value, longest)
            return Words(value)
        if not isinstance(value, dict):
            self.problem(
                name, f"is {shown(value)}; it has to be a text, or a table with one in each language."
            )
            return UNSAID
        languages = self.report.languages
        if languages is None:
            return UNSAID
        listed = f"the study's languages are {', '.join(languages)}"
        for code in (code for code in value if code not in languages):
            self.problem(name, f"has a text in {code!r}; {listed}.")
        for code in languages:
            if code not in value:
                self.problem(name, f"lacks a text in {code!r}; {listed}.")
            elif not isinstance(value[code], str) or not value[code].strip():
                self.problem(
                    f"{name}.{code}", f"is {shown(value[code])}; it has to be a text in quotation marks."
                )
            else:
                self._check_text(f"{name}.{code}", value[code], longest)
        said = {code: value[code] for code in languages if isinstance(value.get(code), str)}
        return Words(said.get(languages[0], ""), said)

    def wordlist(
        self, name: str, *, required: bool = False, usual: tuple[str, ...] = ()
    ) -> tuple[Words, ...]:
        """A list of texts that readers see; `usual` is what holds where the field is left out."""
        value = self._list(name, required, usual, "wordlist", TEXTS, (str, dict))
        if value is None:
            return tuple(Words(text) for text in usual)
        said = tuple(self.as_words(f"{name}[{i}]", item) for i, item in enumerate(value))
        if self.is_right(name):
            self.check_entries(name, said)
        return said

    def name(self, name: str) -> str:
        value = self.text(name, longest=LONGEST_NAME)
        if value and not all(c.isascii() and (c.isalnum() or c in "-_") for c in value):
            self.problem(name, f"is {shown(value)}; names have letters, digits, - and _ only.")
        return value

    def choice(self, name: str, allowed: Sequence[str], default: str | None = None) -> str:
        what = f"one of {', '.join(allowed)}"
        rules: dict[str, Any] = {"kind": "choice", "allowed": tuple(allowed), "default": default}
        value = self._take(name, required=default is None, what=what, **rules)
        if value is None:
            return default or allowed[0]
        if value not in allowed:
            self.problem(name, f"is {shown(value)}; allowed are {', '.join(allowed)}.")
            return default or allowed[0]
        return str(value)

    def whole(self, name: str, low: int, high: int, default: int | None = None) -> int:
        return int(self._within(name, low, high, default, "whole", f"a whole number from {low} to {high}"))

    def one_of(self, name: str, allowed: tuple[int, ...], *, default: int) -> int:
        words = tuple(map(str, allowed))
        what = f"one of {', '.join(words)}"
        rules: dict[str, Any] = {"kind": "whole", "allowed": words, "default": default}
        value = self._take(name, required=False, what=what, **rules)
        if value is None or (type(value) is int and value in allowed):
            return default if value is None else value
        self.problem(name, f"is {shown(value)}; allowed are {' and '.join(words)}.")
        return default

    def number(self, name: str, low: float, high: float, default: float | None = None) -> float:
        return float(
            self._within(name, low, high, default, "number", f"a number from {low:.10g} to {high:.10g}")
        )

    def _within(
        self, name: str, low: float, high: float, default: float | None, kind: Kind, what: str
    ) -> float:
        value = self._take(
            name, required=default is None, what=what, kind=kind, low=low, high=high, default=default
        )
        allowed = (int,) if kind == "whole" else (int, float)
        if value is not None and type(value) in allowed and low <= value <= high:
            return float(value) if kind == "number" else value
        if value is not None:
            self.problem(name, f"is {shown(value)}; it has to be {what}.")
        return low if default is None else default

    def maybe_number(self, name: str, low: float, high: float) -> float | None:
        """A number, or None where nothing is said."""
        found = self.number(name, low, high, default=low)
        return found if self._is_said(name) else None

    def maybe_whole(self, name: str, low: int, high: int) -> int | None:
        """A whole number, or None where nothing is said."""
        found = self.whole(name, low, high, default=low)
        return found if self._is_said(name) else None

    def _is_said(self, name: str) -> bool:
        """Whether a field without a default is there; the form is not to show the one it was read with."""
        self.report.asked[self.at(name)] = replace(self.report.asked[self.at(name)], default=None)
        return name in self.values

    def flag(self, name: str, *, default: bool) -> bool:
        value = self._take(name, required=False, what="true or false", kind="flag", default=default)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.problem(name, f"is {shown(value)}; it has to be true or false, without quotation marks.")
            return default
        return value

    def texts(self, name: str, *, required: bool = False, usual: tuple[str, ...] = ()) -> tuple[str, ...]:
        """`usual` is what goes without saying where the whole table is left out."""
        value = self._list(name, required, usual, "texts", TEXTS, (str,)) or []
        self.check_entries(name, value)
        return tuple(value)

    def _list(
        self, name: str, required: bool, usual: Sequence[Any], kind: Kind, what: str, of: tuple[type, ...]
    ) -> list[Any] | None:
        """A list of values of these types; empty if it is none, None if it is not there."""
        value = self._take(name, required=required, what=what, kind=kind, default=usual)
        if value is None or (isinstance(value, list) and all(type(item) in of for item in value)):
            return value
        self.problem(name, f"is {shown(value)}; it has to be {what}.")
        return []

    def refuse_namesakes(self, many: str, names: Iterable[str]) -> None:
        """Report tables of a list that have the same name."""
        for name, count in Counter(names).items():
            if count > 1 and name:
                one = many.removesuffix("s")
                self.problem(many, f"names {name!r} {count} times; every {one} needs a name of its own.")

    def check_entries(self, name: str, entries: Sequence[str]) -> None:
        """Report an entry that says nothing, or stands there twice."""
        for number, entry in enumerate(entries, 1):
            if not entry.strip():
                self.problem(name, f"has nothing as number {number}; write something there, or take it out.")
                return
        self.refuse_twice(name, entries)

    def refuse_twice(self, name: str, entries: Sequence[Hashable]) -> None:
        """Report the first entry of a list that stands in it again."""
        first: dict[Hashable, int] = {}
        for number, entry in enumerate(entries, 1):
            if first.setdefault(entry, number) != number:
                self.problem(name, f"has the same entry twice, as numbers {first[entry]} and {number}.")
                return

    def wholes(self, name: str, *, required: bool = True, usual: tuple[int, ...] = ()) -> tuple[int, ...]:
        what = "a list of whole numbers, such as [1, 2, 3, 4]"
        value = self._list(name, required, usual, "wholes", what, (int,)) or []
        if any(abs(item) > FARTHEST_WHOLE for item in value):
            self.problem(name, f"is {shown(value)}; each can be {FARTHEST_WHOLE} at most.")
        return tuple(value)

    def counts(self, name: str, allowed: Iterable[str], *, required: bool = True) -> dict[str, int]:
        names = list(allowed)
        what = f"counts by source, such as {{ {next(iter(names), 'real')} = 1 }}"
        value = self._take(name, required=required, what=what, kind="counts", allowed=tuple(names))
        if not isinstance(value, dict):
            if value is not None:
                self.problem(name, f"is {shown(value)}; it has to be {what}.")
            return {}
        return self.as_counts(name, value, names)

    def as_counts(self, name: str, value: Mapping[str, Any], names: Sequence[str]) -> dict[str, int]:
        """Read counts by source that stand somewhere in a field."""
        found = {}
        for source, count in value.items():
            if source not in names:
                self.problem(name, f"names {shown(source)}; the sources are {', '.join(names)}.")
            elif type(count) is not int or not 1 <= count <= MOST_TRIALS:
                allowed = f"counts are whole numbers from 1 to {MOST_TRIALS}"
                self.problem(name, f"gives {source} {shown(count)}; {allowed}.")
            else:
                found[source] = count
        return found

    def anything(self, name: str, *, kind: Kind, what: str, required: bool = False, **rules: Any) -> Any:
        """What a field says, whatever it is; None if it says nothing."""
        return self._take(name, required=required, what=what, kind=kind, **rules)

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

    def tables(self, name: str, *, required: bool, most: int = MOST_TABLES) -> list["Table"]:
        what = f"one or more tables, written as [[{self.at(name)}]]"
        value = self._take(name, required=required, what=what, kind="tables")
        if value is None:
            return []
        if not isinstance(value, list) or not value:
            self.problem(name, f"has to be one or more tables, written as [[{self.at(name)}]].")
            return []
        if len(value) > most:
            self.problem(name, f"has {len(value)} tables; there can be {most}.")
        return [Table(item, f"{self.at(name)}[{i}]", self.report) for i, item in enumerate(value[:most])]

    def finish(self) -> None:
        """Report fields that nothing has read."""
        unknown = [name for name in self.values if name not in self.known]
        for name in unknown[:MOST_HINTS]:
            near = difflib.get_close_matches(name, self.known, n=1)
            hint = (
                f"Did you mean {near[0]}?" if near else f"Known here: {', '.join(sorted(set(self.known)))}."
            )
            self.problem(name, f"is not a field of a protocol. {hint}")
        if len(unknown) > MOST_HINTS:
            self.report.add(self.path, f"has {len(unknown)} unknown fields; fix the first, then look again.")
