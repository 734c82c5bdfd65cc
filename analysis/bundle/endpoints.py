"""Endpoints that a protocol declared: which question, which quantity, against what, by which test."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from analysis.bundle.study_json import is_number, refused

ROLES = ("primary", "secondary")
TESTS = ("difference", "superiority", "non_inferiority", "equivalence")
MARGINS = ("non_inferiority", "equivalence")
TEXTS = ("name", "of", "what")

Role = Literal["primary", "secondary"]
EndpointTest = Literal["difference", "superiority", "non_inferiority", "equivalence"]


@dataclass(frozen=True, kw_only=True)
class DeclaredEndpoint:
    """An endpoint as the protocol has it: `of` names section and item, such as ``quartets.pick``."""

    name: str
    role: Role
    of: str
    what: str
    test: EndpointTest = "difference"
    compare: tuple[str, str] | None = None
    against: float | None = None
    margin: float | None = None
    better: Literal["higher", "lower"] = "higher"
    option: str = ""

    @property
    def section(self) -> str:
        return self.of.rpartition(".")[0]

    @property
    def item(self) -> str:
        return self.of.rpartition(".")[2]


def read_endpoints(document: Mapping[str, Any]) -> tuple[DeclaredEndpoint, ...]:
    """Read and check the endpoints of study.json."""
    found = document.get("endpoints", [])
    if not isinstance(found, list):
        raise refused(found, "endpoints", "write a list of objects")
    return tuple(_endpoint(entry, f"endpoints[{place}]") for place, entry in enumerate(found))


def _endpoint(entry: Any, column: str) -> DeclaredEndpoint:
    if not isinstance(entry, dict):
        raise refused(entry, column, "write an object with name, of, what and test")
    for key in TEXTS:
        if not isinstance(entry.get(key), str) or not entry[key].isprintable() or not entry[key]:
            raise refused(entry.get(key), f"{column}.{key}", "write a line of text")
    role = _choice(entry, "role", ROLES, "secondary", column)
    test = _choice(entry, "test", TESTS, "difference", column)
    compare, against = entry.get("compare"), entry.get("against")
    if compare is not None and not _is_pair(compare):
        raise refused(compare, f"{column}.compare", "name two: the first minus the second")
    for key in ("against", "margin"):
        if entry.get(key) is not None and not is_number(entry[key]):
            raise refused(entry[key], f"{column}.{key}", "write a number")
    if test in MARGINS and (entry.get("margin") is None or entry["margin"] <= 0):
        raise refused(entry.get("margin"), f"{column}.margin", f"{test} needs a margin above 0")
    return DeclaredEndpoint(
        name=entry["name"],
        role=cast("Role", role),
        of=entry["of"],
        what=entry["what"],
        test=cast("EndpointTest", test),
        compare=(compare[0], compare[1]) if compare else None,
        against=against,
        margin=entry.get("margin") if test in MARGINS else None,
        better="lower" if entry.get("better") == "lower" else "higher",
        option=_choice_of(entry, column),
    )


def _choice(entry: Mapping[str, Any], key: str, allowed: tuple[str, ...], default: str, column: str) -> str:
    found = entry.get(key, default)
    if found not in allowed:
        raise refused(found, f"{column}.{key}", f"choose from {', '.join(allowed)}")
    return str(found)


def _choice_of(entry: Mapping[str, Any], column: str) -> str:
    found = entry.get("option") or ""
    if not isinstance(found, str):
        raise refused(found, f"{column}.option", "name an option of the item")
    return found


def _is_pair(found: object) -> bool:
    return isinstance(found, list) and len(found) == 2 and all(isinstance(name, str) for name in found)
