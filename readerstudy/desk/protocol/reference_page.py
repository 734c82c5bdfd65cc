"""The reference of the protocol's grammar as a page, written from what the parser asks for."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from readerstudy.desk.protocol.published import NAMES, published
from readerstudy.studies.protocol import Asked, examine
from readerstudy.studies.protocol.document import ASKED
from readerstudy.studies.protocol.endpoints import WHAT
from readerstudy.studies.protocol.items import KINDS
from readerstudy.studies.protocol.parse_items import FIELDS
from readerstudy.studies.protocol.written import as_toml

FOLDER = Path(__file__).parent / "reference"
#: What limits that are only there for safety would tell nobody.
ENDLESS = 1e6
_WORDS: dict[str, dict[str, str]] = tomllib.loads((FOLDER / "page.toml").read_text(encoding="utf-8"))
CHAPTERS, NOTES, TYPES = _WORDS["chapters"], _WORDS["notes"], _WORDS["types"]
ANSWERS, TASKS = _WORDS["answers"], _WORDS["tasks"]
#: Limits that depend on what the protocol says elsewhere.
DEPENDING = {("margins", "realism"), ("item", "target"), ("study", "places")}


@dataclass(frozen=True, kw_only=True)
class Known:
    """A field as the parser asks for it in all examples; of items also by their kind."""

    chapter: str
    name: str
    asked: Asked
    by_kind: Mapping[str, Asked] = field(default_factory=dict)


def reference_page() -> str:
    return "\n".join([*_intro(), *_chapters(), *_kinds(), *_tasks(), *_whole()]) + "\n"


@cache
def known_fields() -> tuple[Known, ...]:
    """Every field that the parser asks for in any example, in the order of the chapters."""
    found: dict[tuple[str, str], dict[str, Asked]] = {}
    for text in example_texts():
        asked = examine(text).asked
        for one in asked.values():
            chapter, name = _place(one.path)
            kinds = found.setdefault((chapter, name), {}) if name else {}
            for kind in {"", _kind_of_item(one.path, asked) if chapter == "item" else ""}:
                kinds[kind] = _merged(kinds[kind], one) if kind in kinds else one
    fields = [
        Known(chapter=chapter, name=name, asked=kinds[""], by_kind=kinds)
        for (chapter, name), kinds in found.items()
    ]
    order = list(CHAPTERS)
    return tuple(sorted(fields, key=lambda known: (order.index(known.chapter), known.name != "name")))


def example_texts() -> list[str]:
    """The protocol that says everything, then the published ones."""
    every = (FOLDER / "every-field.toml").read_text(encoding="utf-8")
    return [every, *(published(name).text for name in NAMES)]


@cache
def meanings() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((FOLDER / "meanings.toml").read_text(encoding="utf-8"))


def _place(path: str) -> tuple[str, str]:
    """The chapter and the name of a field, by its path in an example."""
    plain = re.sub(r"\[\d+\]", "[]", path).replace("when[]", "when")
    table, _, name = plain.partition(".")
    table = table.removesuffix("[]")
    if table == "values" and name:
        return "values", "LABEL"
    if name.startswith("items[]."):
        return "item", name.removeprefix("items[].")
    if name.startswith("staircase."):
        return "staircase", name.removeprefix("staircase.")
    return table, name


def _kind_of_item(path: str, asked: Mapping[str, Asked]) -> str:
    item = re.match(r"sections\[\d+\]\.items\[\d+\]", path)
    return str(asked[f"{item[0]}.kind"].value) if item else ""


def _merged(one: Asked, other: Asked) -> Asked:
    """What holds in both examples: a limit or default that differs depends on something else."""
    return replace(
        one,
        value=other.value if one.value is None else one.value,
        default=one.default if one.default == other.default else None,
        low=one.low if one.low == other.low else None,
        high=one.high if one.high == other.high else None,
        allowed=tuple(name for name in one.allowed if name in other.allowed),
        required=one.required and other.required,
    )


def _intro() -> Iterator[str]:
    yield "# Protocol reference"
    yield ""
    yield "<!-- Written by `manage.py protocol_reference`: change the parser, not this page. -->"
    yield ""
    yield (
        "A protocol is one TOML file: what is asked of whom, in what order, and how it will be analysed. "
        "A section shows screens and asks items. This page lists every field with its type, default, "
        "meaning and an example."
    )
    yield ""
    yield "- Start from a published design: `manage.py published_protocols NAME > protocol.toml`."
    yield "- Check: `manage.py create_study protocol.toml --check`. It names every problem with its line."
    yield (
        "- Any text that readers see is a plain text, or a table with one text in each of the study's "
        'languages: `{ en = "Quality", de = "Qualität" }`.'
    )
    yield "- Names have letters, digits, `-` and `_`."
    yield ""


def _chapters() -> Iterator[str]:
    by_chapter = defaultdict(list)
    for known in known_fields():
        by_chapter[known.chapter].append(known)
    for chapter, title in CHAPTERS.items():
        yield f"## `{title}`"
        yield ""
        fields = by_chapter[chapter]
        if chapter == "item":
            special = {name for names in FIELDS.values() for name in names}
            fields = [known for known in fields if known.name.partition("[")[0] not in special]
        yield from _table(fields)
        if chapter in NOTES:
            yield NOTES[chapter]
            yield ""


def _table(fields: Iterable[Known]) -> Iterator[str]:
    yield "| field | type | default | meaning | example |"
    yield "|---|---|---|---|---|"
    for known in fields:
        if known.name in ("items", "staircase") and known.chapter == "sections":
            yield f"| `{known.name}` | {TYPES[known.asked.kind]} |  | {_meaning(known)} |  |"
            continue
        cells = (f"`{known.name}`", _type(known), _default(known), _meaning(known), _example(known))
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""


def _meaning(known: Known) -> str:
    return meanings()[known.chapter][known.name]


def _type(known: Known) -> str:
    asked, said = known.asked, TYPES[known.asked.kind]
    if (known.chapter, known.name) in DEPENDING:
        return "text" if asked.kind == "choice" else said
    if asked.kind == "choice" or (asked.kind == "whole" and asked.allowed):
        return " · ".join(f"`{name}`" for name in asked.allowed)
    if asked.kind not in ("whole", "number"):
        return said
    low, high = (
        None if one is None or abs(one) >= ENDLESS else f"{one:g}" for one in (asked.low, asked.high)
    )
    if low is not None and high is not None:
        return f"{said}, {low} to {high}"
    return f"{said} from {low}" if low is not None else f"{said} up to {high}" if high is not None else said


def _default(known: Known) -> str:
    asked = known.asked
    if asked.required:
        return "" if known.chapter == "item" and known.name in ("points", "labels") else "required"
    if asked.default is None or asked.default in ("", (), {}):
        return ""
    default = list(asked.default) if isinstance(asked.default, tuple) else asked.default
    if isinstance(default, list):
        default = [one if isinstance(one, int) else str(one) for one in default]
    return f"`{as_toml(str(default) if isinstance(default, str) else default)}`"


def _example(known: Known) -> str:
    name = known.name.rpartition(".")[2]
    name = "diagnosis" if name == "LABEL" else name
    if known.asked.value is None:
        return ""
    return f"`{name} = {as_toml(known.asked.value)}`"


def _kinds() -> Iterator[str]:
    fields = [known for known in known_fields() if known.chapter == "item"]
    yield "## Kinds of item"
    yield ""
    for kind, called in KINDS.items():
        decided = ", ".join(f"`{what}`" for what in WHAT[kind]) or "nothing"
        yield f"### {kind}: {called}"
        yield ""
        yield f"{ANSWERS[kind]} Endpoints can decide: {decided}."
        yield ""
        own = [
            replace(known, asked=known.by_kind.get(kind, known.asked))
            for known in fields
            if known.name.partition("[")[0] in FIELDS[kind]
        ]
        yield from _table(own) if own else ()


def _tasks() -> Iterator[str]:
    yield "## Tasks"
    yield ""
    yield "A task is short for items, which stand before those that the section lists itself."
    yield ""
    yield "| task | asks | short for |"
    yield "|---|---|---|"
    for task, called in ASKED.items():
        yield f"| `{task}` | {called} | {TASKS[task]} |"
    yield ""


def _whole() -> Iterator[str]:
    yield "## A protocol that says everything"
    yield ""
    yield "```toml"
    yield example_texts()[0].rstrip()
    yield "```"
