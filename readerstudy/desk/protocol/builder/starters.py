"""What a new section, source or question begins with: something whole, to be changed."""

from collections.abc import Mapping
from typing import Any

from readerstudy.desk.protocol.builder.wording import CHAPTERS
from readerstudy.desk.protocol.builder.wording_items import KINDS
from readerstudy.studies.errors import ChangeItInTheText
from readerstudy.studies.protocol import Asked, Examination

MOST_ON_A_SCREEN = 4
TRIALS = 20
_SECTION_NAMES = {
    "pick_real": "quartets",
    "call": "calls",
    "rate": "ratings",
    "check_label": "labels",
    "ask": "questions",
}


#: What a new item of a kind needs beside its name, kind and question.
_NEEDED: Mapping[str, Mapping[str, Any]] = {
    "choice": {"options": ["yes", "no"]},
    "choices": {"options": ["one", "another"]},
    "measure": {"what": "distance"},
    "text": {"required": False},
}


def starter_for(many: str, which: int, found: Examination) -> dict[str, Any]:
    """The values of a new table in a list; which of its buttons was pressed says which."""
    if many.endswith(".items"):
        return _item(list(KINDS)[which], found) if which < len(KINDS) else {}
    chapter = next((chapter for chapter in CHAPTERS if chapter.many == many), None)
    if chapter is None or which >= len(chapter.starters):
        raise ChangeItInTheText
    values = dict(chapter.starters[which].values)
    if many == "sections":
        values = _section(values["task"], found.asked)
    taken = {
        one.value for path, one in found.asked.items() if path.startswith(many) and path.endswith("].name")
    }
    return values | {"name": _free(values["name"], taken)}


def first_staircase(path: str, found: Examination) -> dict[str, Any]:
    """A staircase on the first item of the section that can be right or wrong."""
    section = path.removesuffix(".staircase")
    task = found.asked.get(f"{section}.task")
    names = [
        found.asked[one.path.replace("].truth", "].name")].value
        for one in found.asked.values()
        if one.path.startswith(f"{section}.items[") and one.path.endswith("].truth") and one.value
    ]
    item = task.value if task is not None and task.value == "call" else next(iter(names), "")
    steps = {"down": 3, "down_ms": 50, "up": 1, "up_ms": 50, "reversals": 8}
    return {"item": item, "start_ms": 500, "min_ms": 50, "max_ms": 2000, **steps}


def _item(kind: str, found: Examination) -> dict[str, Any]:
    """An item whose name is free in all sections: elsewhere one name is the same question."""
    taken = {one.value for path, one in found.asked.items() if ".items[" in path and path.endswith("].name")}
    of = {"of": "section"} if kind == "text" else {}
    return {"name": _free(kind, taken), "kind": kind, "ask": "Your question", **of, **_NEEDED.get(kind, {})}


def _free(name: str, taken: set[Any]) -> str:
    number, candidate = 1, name
    while candidate in taken:
        number += 1
        candidate = f"{name}-{number}"
    return candidate


def _section(task: str, asked: Mapping[str, Asked]) -> dict[str, Any]:
    kinds = {
        one.value: asked[path.replace("].name", "].kind")].value
        for path, one in asked.items()
        if path.startswith("sources[") and path.endswith("].name") and isinstance(one.value, str)
    }
    section: dict[str, Any] = {"name": _SECTION_NAMES[task], "task": task, "trials": TRIALS}
    section["compose"] = _screen(kinds) if task == "pick_real" else _shares(list(kinds))
    if task == "ask":
        section |= {"items": [{"name": "quality", "kind": "scale", "ask": "How good is this image?"}]}
        del section["task"]
    if task == "pick_real":
        section["rate"] = True
    if task == "check_label":
        section["labels"] = ["grade"]
    return section


def _screen(kinds: Mapping[str, Any]) -> dict[str, int]:
    """One real image and the synthetic ones beside it."""
    real = [name for name, kind in kinds.items() if kind == "real"][:1]
    synthetic = [name for name, kind in kinds.items() if kind == "synthetic"][: MOST_ON_A_SCREEN - 1]
    return dict.fromkeys(real + synthetic, 1)


def _shares(names: list[str]) -> dict[str, int]:
    """The trials dealt out evenly."""
    return {
        name: TRIALS // len(names) + (position < TRIALS % len(names)) for position, name in enumerate(names)
    }
