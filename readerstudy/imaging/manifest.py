"""A CSV file that says which files to import, whose they are and what their labels are."""

import codecs
import csv
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path, PurePosixPath
from typing import Protocol

from readerstudy.imaging.errors import BadManifest

FILE, PATIENT, SPACING = "file", "patient", "spacing_mm"
LARGEST_SPACING_MM = 1000
LONGEST_LABEL = 200


@dataclass(frozen=True, kw_only=True)
class Row:
    file: str
    patient: str = ""
    #: Millimetres between pixels; None where the manifest does not say.
    spacing_mm: float | None = None
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A file that was not imported, and why, in a sentence with the remedy.

    `line` is that of the manifest, where one of its rows was refused; then `file` is the one it names, as far
    as it can be told.
    """

    file: str
    reason: str
    line: int = 0


class Manifest:
    """Rows by file name. A file is found by its whole name below the given folder, or by its last part.

    Rows that cannot be taken are in `refused`; a file that only such rows name is not to be imported.
    """

    def __init__(self, rows: Iterable[Row], refused: Iterable[Refused] = ()) -> None:
        self.refused = tuple(refused)
        self._rows = {row.file: row for row in rows}
        self._only_refused = {row.file for row in self.refused} - self._rows.keys()
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

    def refuses(self, name: str) -> bool:
        """Whether every row that names a file was refused."""
        parts = PurePosixPath(one_spelling(name)).parts
        return any("/".join(parts[start:]) in self._only_refused for start in range(len(parts)))


def read_manifest(path: str | Path) -> Manifest:
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadManifest(f"{path.name} cannot be read. Check that it is a file.") from error
    return manifest_of(data, name=path.name)


def manifest_of(data: bytes, *, name: str) -> Manifest:
    """Read UTF-8, or the UTF-16 that spreadsheet programs write; other bytes refuse their rows alone."""
    try:
        text = data.decode(_encoding(data), errors="surrogateescape")
    except UnicodeDecodeError as error:
        raise BadManifest(f"{name} cannot be read as text. Save it as CSV in UTF-8.") from error
    return parse_manifest(text, name=name)


def _encoding(data: bytes) -> str:
    """Tell UTF-16 by its mark, or by a header whose letters are every second byte."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if data[1:2] == b"\0":
        return "utf-16-le"
    return "utf-16-be" if data[:1] == b"\0" else "utf-8-sig"


def one_spelling(text: str) -> str:
    """An ä is one sign or an a with two dots, depending on the system that wrote the name; here it is one."""
    return unicodedata.normalize("NFC", text)


def parse_manifest(text: str, *, name: str = "the manifest") -> Manifest:
    """Take every row that can be taken; a header that cannot be read refuses the whole."""
    text = one_spelling(text)
    header, _, _ = text.partition("\n")
    lines = csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=header.count))
    try:
        columns = [column.strip() for column in next(lines, [])]
    except csv.Error as error:
        raise BadManifest(f"{name}, line 1: this is no CSV ({error}).") from error
    _judge_columns(columns, name)
    rows = _Rows(columns=columns)
    rows.read(lines)
    if not rows.taken:
        if rows.refused:
            first = rows.refused[0]
            raise BadManifest(f"{name}: no row can be used. Line {first.line}: {first.reason}")
        raise BadManifest(f"{name} lists no file. Add a line for every image.")
    return Manifest((row for _, row in rows.taken.values()), rows.refused)


def _judge_columns(columns: list[str], name: str) -> None:
    if FILE not in columns:
        listed = printable(", ".join(columns)) if any(columns) else "none"
        raise BadManifest(
            f'{name}, line 1: there is no column "{FILE}" (found: {listed}). Add it to the header.'
        )
    if len(set(columns)) != len(columns) or "" in columns:
        raise BadManifest(
            f"{name}, line 1: every column needs a name of its own (found: {printable(', '.join(columns))})."
        )


def printable(text: str) -> str:
    """Return a text with a mark for each byte that is no UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


class _Lines(Protocol):
    """What csv.reader returns: rows, and the line that was read last."""

    @property
    def line_num(self) -> int: ...

    def __next__(self) -> list[str]: ...

    def __iter__(self) -> Iterator[list[str]]: ...


class _RowRefused(Exception):
    """Raised where one row cannot be used; the text says why."""


@dataclass(kw_only=True)
class _Rows:
    """The rows of a manifest as they are read: those that are taken, with their lines, and the others."""

    columns: list[str]
    taken: dict[str, tuple[int, Row]] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    disputed: set[str] = field(default_factory=set)

    def read(self, lines: "_Lines") -> None:
        while True:
            began = lines.line_num + 1
            try:
                cells = next(lines, None)
            except csv.Error as error:
                self._refuse(began, "", f"This is no CSV ({error}). Correct the row.")
                continue
            if cells is None:
                return
            if any(cell.strip() for cell in cells):
                self._take(began, cells)

    def _take(self, line: int, cells: list[str]) -> None:
        try:
            row = self._row(cells)
        except _RowRefused as error:
            self._refuse(line, self._file(cells), str(error))
            return
        if row.file in self.disputed:
            self._refuse(line, row.file, "Other rows say something else of this file. Keep one of them.")
        elif row.file in self.taken:
            self._dispute(line, row)
        else:
            self.taken[row.file] = line, row

    def _dispute(self, line: int, row: Row) -> None:
        """Refuse a second row that says the same; where two disagree, refuse both: neither is known right."""
        before, first = self.taken[row.file]
        if first == row:
            self._refuse(line, row.file, f"Line {before} says the same. Remove one of them.")
            return
        del self.taken[row.file]
        self.disputed.add(row.file)
        for at, other in ((before, line), (line, before)):
            self._refuse(at, row.file, f"Line {other} says something else of this file. Keep one of them.")

    def _row(self, cells: list[str]) -> Row:
        if printable(joined := "".join(cells)) != joined:
            raise _RowRefused("The row has letters that are no UTF-8. Save the file as CSV in UTF-8.")
        if len(cells) != len(self.columns):
            raise _RowRefused(
                f"{len(cells)} cells, but the header has {len(self.columns)} columns. Correct the row."
            )
        values = dict(zip(self.columns, (cell.strip() for cell in cells), strict=True))
        file = self._file(cells)
        del values[FILE]
        if not file:
            raise _RowRefused(f"The column {FILE} is empty. Name the file.")
        spacing_mm = _spacing(values.pop(SPACING, ""))
        patient = values.pop(PATIENT, "")
        labels = {label: _shown(label, value) for label, value in values.items()}
        return Row(file=file, patient=patient, spacing_mm=spacing_mm, labels=labels)

    def _file(self, cells: list[str]) -> str:
        """Return the file that a row names, as it is found among the files given."""
        place = self.columns.index(FILE)
        named = printable(cells[place].strip()) if place < len(cells) else ""
        file = PurePosixPath(named.replace("\\", "/")).as_posix().removeprefix("./")
        return "" if file == "." else file

    def _refuse(self, line: int, file: str, reason: str) -> None:
        self.refused.append(Refused(line=line, file=file, reason=reason))


def _shown(label: str, value: str) -> str:
    """The value of a label with plain spaces. Readers choose it, and tables and reports print it."""
    value = " ".join(value.split())
    hidden = next((sign for sign in value if not sign.isprintable()), "")
    if hidden:
        raise _RowRefused(
            f"{label} holds a character that cannot be seen (U+{ord(hidden):04X}). Type the value again."
        )
    if len(value) > LONGEST_LABEL:
        raise _RowRefused(
            f"{label} has {len(value)} characters; at most {LONGEST_LABEL} are allowed. Shorten it."
        )
    return value


def _spacing(given: str) -> float | None:
    if not given:
        return None
    try:
        spacing_mm = float(given.replace(",", "."))
    except ValueError:
        spacing_mm = 0.0
    if not 0 < spacing_mm < LARGEST_SPACING_MM:
        raise _RowRefused(f"{SPACING} is {given!r}. Write the millimetres between two pixels, such as 0.35.")
    return spacing_mm
