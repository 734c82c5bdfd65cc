"""A CSV file that says which files to import, whose they are and what their labels are."""

import csv
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path, PurePosixPath

from readerstudy.imaging.errors import BadManifest

FILE, PATIENT = "file", "patient"


@dataclass(frozen=True, kw_only=True)
class Row:
    file: str
    patient: str = ""
    labels: dict[str, str] = field(default_factory=dict)


class Manifest:
    """Rows by file name. A file is found by its whole name below the given folder, or by its last part."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = {row.file: row for row in rows}
        self._by_last_part: dict[str, list[Row]] = {}
        for row in self._rows.values():
            self._by_last_part.setdefault(PurePosixPath(row.file).name, []).append(row)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def files(self) -> list[str]:
        return list(self._rows)

    def row_of(self, name: str) -> Row | None:
        """The row of a file: the one that shares the longest end of the name, if it is the only one."""
        name = one_spelling(name)
        parts = PurePosixPath(name).parts
        for start in range(len(parts)):
            row = self._rows.get("/".join(parts[start:]))
            if row is not None:
                return row
        candidates = self._by_last_part.get(parts[-1], []) if parts else []
        ending = [row for row in candidates if f"/{row.file}".endswith(f"/{name}")]
        return ending[0] if len(ending) == 1 else None


def read_manifest(path: str | Path) -> Manifest:
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadManifest(f"{path.name} cannot be read as text in UTF-8. Save it as CSV in UTF-8.") from error
    return parse_manifest(text, name=path.name)


def one_spelling(text: str) -> str:
    """An ä is one sign or an a with two dots, depending on the system that wrote the name; here it is one."""
    return unicodedata.normalize("NFC", text)


def parse_manifest(text: str, *, name: str = "the manifest") -> Manifest:
    text = one_spelling(text)
    header, _, _ = text.partition("\n")
    delimiter = max(",;\t", key=header.count)
    lines = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        columns = [column.strip() for column in next(lines, [])]
        _judge_columns(columns, name)
        rows: dict[str, Row] = {}
        for cells in lines:
            if any(cell.strip() for cell in cells):
                row = _row(cells, columns, f"{name}, line {lines.line_num}")
                if row.file in rows:
                    raise BadManifest(
                        f"{name}, line {lines.line_num}: {row.file} is listed twice. Remove one."
                    )
                rows[row.file] = row
    except csv.Error as error:
        raise BadManifest(f"{name}, line {lines.line_num}: this is no CSV ({error}).") from error
    if not rows:
        raise BadManifest(f"{name} lists no file. Add a line for every image.")
    return Manifest(rows.values())


def _judge_columns(columns: list[str], name: str) -> None:
    if FILE not in columns:
        listed = ", ".join(columns) if any(columns) else "none"
        raise BadManifest(
            f'{name}, line 1: there is no column "{FILE}" (found: {listed}). Add it to the header.'
        )
    if len(set(columns)) != len(columns) or "" in columns:
        raise BadManifest(
            f"{name}, line 1: every column needs a name of its own (found: {', '.join(columns)})."
        )


def _row(cells: list[str], columns: list[str], where: str) -> Row:
    if len(cells) != len(columns):
        raise BadManifest(f"{where}: {len(cells)} cells, but the header has {len(columns)} columns.")
    values = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
    file = PurePosixPath(values.pop(FILE).replace("\\", "/")).as_posix().removeprefix("./")
    if file in (".", ""):
        raise BadManifest(f"{where}: the column {FILE} is empty. Name the file.")
    return Row(file=file, patient=values.pop(PATIENT, ""), labels=values)
