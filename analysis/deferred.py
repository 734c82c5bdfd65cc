"""Fields of a result that are computed when the first of them is read.

A coefficient is often wanted alone, and its errors take several times as long as it does. A result with
deferred fields behaves in every other way as one that was computed at once: it prints, compares, copies,
pickles and turns into JSON whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING
from typing import Any, ClassVar, Self

from analysis.result import Result

REST = "_rest"


class _DeferredField:
    """Stands where a dataclass's field has its default; a value in the instance goes before it."""

    def __init__(self, default: Any) -> None:
        self.default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Deferring | None, owner: type) -> Any:
        if instance is not None:
            return instance.settled()[self.name]
        if self.default is MISSING:
            # how a dataclass is told that a field has no default
            raise AttributeError(self.name)
        return self.default


def deferred(default: Any = MISSING) -> Any:
    """A field that may come later; it is required where it has no default."""
    return _DeferredField(default)


class Deferring(Result):
    """A result some of whose fields may be computed later."""

    _later: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._later |= {name for name, value in vars(cls).items() if isinstance(value, _DeferredField)}

    def later(self, rest: Callable[[], Self]) -> Self:
        """Return a copy that takes its deferred fields from `rest()`, when the first of them is read."""
        copy = object.__new__(type(self))
        known = vars(copy)
        known.update(vars(self))
        for name in self._later:
            del known[name]
        known[REST] = rest
        return copy

    def settled(self) -> dict[str, Any]:
        """Compute what is still to come, and return all fields by name.

        Two threads that ask at once compute the same twice; the fields appear together.
        """
        fields = vars(self)
        rest = fields.get(REST)
        if rest is not None:
            fields.update(vars(rest()))
            fields.pop(REST, None)
        return fields

    def with_(self, **changes: Any) -> Self:
        self.settled()
        return super().with_(**changes)

    def __getstate__(self) -> dict[str, Any]:
        return self.settled()
