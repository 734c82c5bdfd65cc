"""What one version of a protocol changed in the one before: by chapter and field, and line by line."""

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from readerstudy.desk.protocol.builder.wording import CHAPTERS, words_of

_TITLES = {chapter.many: chapter.one for chapter in CHAPTERS if chapter.many}


@dataclass(frozen=True, kw_only=True)
class Change:
    """`before` or `after` is empty where nothing was or is said."""

    where: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        if not self.before:
            return f"{self.where} added"
        if not self.after:
            return f"{self.where} taken out"
        short = len(self.before) + len(self.after) < LONGEST_IN_SHORT
        return f"{self.where}: {self.before} → {self.after}" if short else f"{self.where} changed"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the comparison of two texts; `sign` is +, - or a space."""

    sign: str
    text: str


LONGEST_IN_SHORT = 60


def changes_between(old: str, new: str) -> list[Change]:
    """What the later text says differently; comments, order of fields and spaces say nothing."""
    before, after = tomllib.loads(old), tomllib.loads(new)
    return [change for name in _names(before, after) for change in _in_table(name, before, after)]


def lines_between(old: str, new: str) -> list[Line]:
    """The changed lines with three lines around each."""
    found = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=3))[2:]
    shown = (" …" if line.startswith("@@") else line for line in found)
    return [Line(sign=line[:1], text=line[1:]) for line in shown]


def _names(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys([*before, *after]))


def _in_table(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    old, new = before.get(name, {}), after.get(name, {})
    if isinstance(old, list) or isinstance(new, list):
        yield from _in_list(name, _by_name(old), _by_name(new))
    else:
        yield from _fields(f"{name}.", "", old, new)


def _by_name(tables: Any) -> dict[str, Any]:
    return {str(table.get("name")): table for table in tables}


def _in_list(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    title = _TITLES.get(name, name)
    for one in _names(old, new):
        if one not in new:
            yield Change(where=f"{title} {one}", before=_said(old[one]))
        elif one not in old:
            yield Change(where=f"{title} {one}", after=_said(new[one]))
        else:
            yield from _fields(f"{name}[0].", f"{title} {one}, ", old[one], new[one])
    stayed = [one for one in old if one in new]
    moved = [one for one in new if one in old]
    if stayed != moved:
        yield Change(where=f"Order of {name}", before=", ".join(stayed), after=", ".join(moved))


def _fields(prefix: str, where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for key in _names(old, new):
        if old.get(key) == new.get(key):
            continue
        words = words_of(prefix + key)
        label = words.label if words else key
        if where:
            label = label[0].lower() + label[1:]
        yield Change(where=where + label, before=_said(old.get(key)), after=_said(new.get(key)))


def _said(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_said(one)}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(map(_said, value)) or "none"
    return str(value) or "nothing"
