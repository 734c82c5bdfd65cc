"""The tables as tidy CSV files: one row an observation, full precision, empty where there is no number.

No text in them is taken for a formula: see `analysis/spreadsheet.py`.
"""

import csv
from pathlib import Path

from analysis.reporting.outline import Outline
from analysis.spreadsheet import defused


def write_tables(report: Outline, folder: Path) -> None:
    """Write one file a table, and an index of them."""
    folder.mkdir()
    index = []
    for entry in report.all_tables:
        table = entry.of
        rows = [[_cell(column.value(row)) for column in table.columns] for row in table.rows]
        _write(folder / f"{table.name}.csv", [column.key for column in table.columns], rows)
        index.append([str(entry.number), f"{table.name}.csv", table.section, table.part, table.title])
    _write(folder / "index.csv", ["table", "file", "section", "part", "title"], index)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return repr(value) if isinstance(value, float) else str(value)


def _write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerows([defused(cell) for cell in row] for row in (header, *rows))
