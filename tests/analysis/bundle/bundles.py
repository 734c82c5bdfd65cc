"""Small bundles for the tests, written as a third party would."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.document import Document
from analysis.reporting.outline import PART_TITLES
from analysis.reporting.prose import part_results

Rows = Sequence[Sequence[Any]]

STUDY: dict[str, Any] = {
    "title": "A small study",
    "sources": [
        {"name": "real", "kind": "real"},
        {"name": "a", "kind": "synthetic"},
        {"name": "b", "kind": "synthetic"},
    ],
    "scale": {"points": [1, 2, 3]},
    "margins": {"detection": 0.1, "realism": 0.25},
    "sections": [
        {"name": "trios", "task": "pick_real", "alternatives": 3},
        {"name": "singles", "task": "call"},
        {"name": "labels", "task": "check_label"},
    ],
}
PICKED = ("real", "a", "real", "b", "a", "real", "b", "real", "a")
TABLES: dict[str, str] = {
    "picks.csv": "section,reader,trial,picked,correct\n"
    + "".join(
        f"trios,R{r},T{t},{PICKED[(r * 4 + t) % 9]},{int(PICKED[(r * 4 + t) % 9] == 'real')}\n"
        for r in range(1, 4)
        for t in range(1, 7)
    ),
    "ratings.csv": "section,reader,trial,image,source,rating\n"
    + "".join(
        f"trios,R{r},T{t},{source}-{t},{source},{1 + (r * t + len(source)) % 3}\n"
        for r in range(1, 4)
        for t in range(1, 7)
        for source in ("real", "a", "b")
    ),
    "calls.csv": "section,reader,image,source,call\n"
    + "".join(
        f"singles,R{r},{source}-{10 + i},{source},{('real', 'synthetic')[(r + i * len(source)) % 2]}\n"
        for r in range(1, 4)
        for i in range(4)
        for source in ("real", "a", "b")
    ),
    "checks.csv": "section,reader,image,source,label,intended,observed,verdict\n"
    + "".join(
        f"labels,R{r},a-{20 + i},a,grade,{i % 3},{i % 3 if (i + r) % 4 else 0},"
        f"{('discrepant', 'fits')[int(bool((i + r) % 4))]}\n"
        for r in range(1, 3)
        for i in range(8)
    ),
}


def write_bundle(
    folder: Path, *, study: Mapping[str, Any] | None = None, tables: Mapping[str, str] | None = None
) -> Path:
    """Write a valid bundle, with what is given in the place of its own."""
    folder.mkdir(exist_ok=True)
    (folder / "study.json").write_text(json.dumps(STUDY if study is None else study))
    for name, text in {**TABLES, **(tables or {})}.items():
        (folder / name).write_bytes(text.encode("utf-8"))
    return folder


def with_column(text: str, name: str, *cells: str) -> str:
    """A table with one more column, its cells given in turn."""
    header, *rows = text.splitlines()
    filled = [f"{row},{cells[place % len(cells)]}" for place, row in enumerate(rows)]
    return "\n".join([f"{header},{name}", *filled]) + "\n"


def every_column() -> dict[str, str]:
    """The tables with all their optional columns filled, slots where the picks say they were."""
    more = {
        "picks.csv": {"slot_picked": "123", "slot_real": "", "order": "123456", "response_ms": "57986"},
        "ratings.csv": {"slot": "123", "order": "123456"},
        "calls.csv": {"trial": "", "confidence": "12345", "order": "123456789", "response_ms": "4865"},
        "checks.csv": {"trial": "", "order": "12345678", "response_ms": "9753"},
    }
    tables = {}
    for name, columns in more.items():
        text = TABLES[name]
        for column, cells in columns.items():
            text = with_column(text, column, *(cells or [""]))
        tables[name] = with_column(with_column(text, "repeat_of", ""), "catch", "0")
    lines = tables["picks.csv"].splitlines()
    place = lines[0].split(",").index("slot_real")
    for i, line in enumerate(lines[1:], start=1):
        row = line.split(",")
        right, picked = row[4] == "1", int(row[place - 1])
        row[place] = str(picked if right else picked % 3 + 1)
        lines[i] = ",".join(row)
    readers = "reader,virtual,specialty,years,site\n"
    readers += "".join(f"R{r},0,radiology,{r},east\n" for r in range(1, 4))
    return tables | {"picks.csv": "\n".join(lines) + "\n", "readers.csv": readers}


def edited(name: str, row: int, column: str, value: str) -> dict[str, str]:
    """A table with one cell changed; rows are counted as in the file."""
    lines = TABLES[name].splitlines()
    place = lines[0].split(",").index(column)
    cells = lines[row - 1].split(",")
    cells[place] = value
    lines[row - 1] = ",".join(cells)
    return {name: "\n".join(lines) + "\n"}


def section_results(document: Document, name: str) -> Iterator[str]:
    """Every sentence on the results of a section's task."""
    for part in PART_TITLES:
        yield from part_results(document, name, part)
