"""Figures and tables by their numbers."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Numbered:
    """A figure or table with its number in the report."""

    number: int
    of: Any
