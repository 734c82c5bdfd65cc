"""Classes for the wording of the form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: The chapters of what stands on the reader's screen.
SEEN = frozenset({"study", "canvas", "sections", "scale", "scales", "labels", "values", "reading", "presets"})


@dataclass(frozen=True)
class Words:
    """`choices` are the words for allowed values; `rows` asks for a field of that many lines.

    A `seldom` field is folded away until it says something.
    """

    label: str
    help: str = ""
    rows: int = 0
    wide: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)
    seldom: bool = False


@dataclass(frozen=True)
class Starter:
    """A button that adds a table to the list of a chapter, and what it begins with."""

    label: str
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """`fields` in their order; `many` is a list of tables whose fields follow.

    What a chapter says is on the reader's screen if it is `seen`, and is previewed then.
    """

    name: str
    title: str
    lede: str = ""
    fields: Mapping[str, Words] = field(default_factory=dict)
    many: str = ""
    one: str = ""
    each: Mapping[str, Words] = field(default_factory=dict)
    starters: tuple[Starter, ...] = ()

    @property
    def seen(self) -> bool:
        return self.name in SEEN
