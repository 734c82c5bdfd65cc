"""The fields that the validator reads. Forms are generated from them, so both ask for the same."""

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal[
    "text", "words", "choice", "whole", "number", "flag", "texts", "wordlist", "wholes", "counts",
    "screens", "values", "options", "none", "table", "tables",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A field that the validator looked for: where, what it found, and what it would have allowed.

    `value` is None where the text says nothing. `aside` marks a field that something else in the text
    rules out.
    """

    path: str
    kind: Kind
    required: bool
    value: Any = None
    default: Any = None
    low: float | None = None
    high: float | None = None
    allowed: tuple[str, ...] = ()
    aside: bool = False
