"""What a statistic returns: frozen values with all their parts in full precision.

A number that does not exist is None, and `reason` says why. It is never NaN and never a warning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Any, Self

import numpy as np


class Result:
    """Gives every result of this package one way into JSON."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain numbers, texts, lists and dictionaries.

        A field without a default always appears (None where the number does not exist); a field with a
        default appears where it says something.
        """
        named = ((field, getattr(self, field.name)) for field in fields(self))  # type: ignore[arg-type]
        return {
            field.name: plain(value)
            for field, value in named
            if not (
                _is_empty(value) and (field.default is not MISSING or field.default_factory is not MISSING)
            )
        }

    @classmethod
    def extending(cls, found: Any, **more: Any) -> Self:
        """Return the result `found` of a base class with the further fields of this one."""
        shared = {field.name: getattr(found, field.name) for field in fields(found)}
        return cls(**(shared | more))

    def with_(self, **changes: Any) -> Self:
        """Return a copy with some fields changed."""
        if not changes.keys() <= vars(self).keys():
            raise TypeError(f"{type(self).__name__} has no {', '.join(changes.keys() - vars(self).keys())}.")
        # dataclasses.replace takes longer than many a statistic
        copy = object.__new__(type(self))
        vars(copy).update(vars(self) | changes)
        return copy


def plain(value: Any) -> Any:
    """Turn a value into what JSON knows; an infinite number or NaN becomes None."""
    if isinstance(value, Result):
        return value.as_dict()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, tuple | dict) and not value)


@dataclass(frozen=True, kw_only=True)
class Interval(Result):
    """An estimate with its confidence interval."""

    estimate: float | None
    low: float | None
    high: float | None
    level: float
    method: str
    se: float | None = None
    df: float | None = None
    n: int | None = None
    n_readers: int | None = None
    n_cases: int | None = None
    assumptions: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Test(Result):
    """A test: its statistic, its p-value, and the method that says what was done with zeros and ties."""

    # pytest collects classes by this name
    __test__ = False

    statistic: float | None
    p: float | None
    method: str
    df: float | None = None
    df2: float | None = None
    z: float | None = None
    estimate: float | None = None
    n: int | None = None
    n_zero: int | None = None
    n_readers: int | None = None
    n_cases: int | None = None
    alternative: str | None = None
    assumptions: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Equivalence(Result):
    """Two one-sided tests (Schuirmann 1987) against a margin, and the smallest margin that would pass.

    `low` and `high` are the interval at 1 - 2 alpha whose inclusion in the margin is the same test.
    """

    estimate: float | None
    null: float
    margin: float | None
    p: float | None
    p_low: float | None
    p_high: float | None
    within: bool | None
    smallest_margin: float | None
    low: float | None
    high: float | None
    alpha: float
    method: str
    df: float | None = None
    se: float | None = None
    assumptions: tuple[str, ...] = ()
    reason: str | None = None
