"""What a new section, source or question begins with: something whole, to be changed."""

from collections.abc import Mapping
from typing import Any

from readerstudy.desk.protocol.builder.wording import CHAPTERS
from readerstudy.studies.errors import ChangeItInTheText
from readerstudy.studies.protocol import Asked, Examination

MOST_ON_A_SCREEN = 4
TRIALS = 20
_SECTION_NAMES = {"pick_real": "quartets", "call": "calls", "rate": "ratings", "check_label": "labels"}


def starter_for(many: str, which: int, found: Examination) -> dict[str, Any]:
    """The values of a new table in a list; which of its buttons was pressed says which."""
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
