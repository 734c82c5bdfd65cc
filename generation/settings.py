"""Settings from a file or a command line, checked against the types that a configuration states."""

from dataclasses import fields, is_dataclass, replace
from math import inf
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from generation.errors import RequestError

Config = TypeVar("Config")


def with_changes(value: Config, changes: dict[str, Any]) -> Config:
    """A copy of a configuration with the entries of a mapping, tables within tables."""
    kinds = get_type_hints(type(value))
    known = [entry.name for entry in fields(value)]  # type: ignore[arg-type]
    unknown = sorted(set(changes) - set(known))
    if unknown:
        raise RequestError(
            f"unknown setting {', '.join(unknown)} in {type(value).__name__}: "
            f"known are {', '.join(sorted(known))}"
        )
    new = {name: _fitted(name, kinds[name], getattr(value, name), to) for name, to in changes.items()}
    return replace(value, **new)  # type: ignore[type-var]


def _fitted(name: str, kind: Any, old: Any, to: Any) -> Any:
    if is_dataclass(old):
        if not isinstance(to, dict):
            raise RequestError(f"{name} is {to!r}: it is a table of settings, such as {name}.KEY=VALUE")
        return with_changes(old, to)
    to = tuple(to) if isinstance(to, list) else to
    if not _is_of(kind, to):
        raise RequestError(f"{name} is {to!r}: choose {_wanted(kind)}")
    return float(to) if kind is float else to


def _is_of(kind: Any, to: Any) -> bool:
    if get_origin(kind) is Literal:
        return to in get_args(kind)
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        whole = inner[-1] is Ellipsis or len(inner) == len(to) if isinstance(to, tuple) else False
        return whole and all(_is_of(inner[0], one) for one in to)
    if kind in (int, float) and isinstance(to, bool):
        return False
    return isinstance(to, int | float if kind is float else kind)


def _wanted(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return " or ".join(map(repr, get_args(kind)))
    if get_origin(kind) is tuple:
        return "a list such as [1, 2]"
    words = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}
    return words[kind]


def refuse_below(config: Any, least: float, *names: str) -> None:
    for name in names:
        value = getattr(config, name)
        if not least <= value < inf:
            raise RequestError(f"{name} is {value}: choose {least} or more")


def refuse_beyond_share(config: Any, *names: str) -> None:
    for name in names:
        value = getattr(config, name)
        if not 0 <= value < 1:
            raise RequestError(f"{name} is {value}: choose 0 or more, and less than 1")


def refuse_not_positive(config: Any, *names: str) -> None:
    for name in names:
        value = getattr(config, name)
        if not 0 < value < inf:
            raise RequestError(f"{name} is {value}: choose more than 0")
