"""Read a table in chunks; every distinct text of a column is checked once."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.arrays import Floats, Ints
from analysis.bundle.cells import printed
from analysis.bundle.columns import Column
from analysis.bundle.errors import BundleError, CellError, quoted, unreadable
from analysis.spreadsheet import restored

MAX_BYTES = 2 * 2**30
MAX_COLUMNS = 1000
CHUNK_ROWS = 65_536
EMPTY = -1
SEPARATORS = {";": "semicolons", "\t": "tabs"}


def read_table(path: Path, columns: Mapping[str, Column]) -> pd.DataFrame:
    """Read a table of a bundle.

    Parameters
    ----------
    path
        The file. Text with a byte-order mark is read too.
    columns
        What may stand in the columns that have a meaning; others are kept as text.

    Returns
    -------
    DataFrame
        Indexed by the row in the file (the header is row 1). Names are categories in natural order,
        numbers are float with NaN where a cell is empty.

    Raises
    ------
    BundleError
        For the first cell that is not allowed.
    """
    _check_size(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return _read(path.name, stream, columns)
    except UnicodeDecodeError:
        raise _encoding_error(path) from None
    except csv.Error as error:
        raise BundleError(
            path.name, f"the rows cannot be told apart ({error})", "save the table as comma-separated UTF-8"
        ) from None
    except OSError as error:
        raise unreadable(path, error) from None


def _check_size(path: Path) -> None:
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise BundleError(path.name, "it is no ordinary file", "put the file itself there")
    size = path.stat().st_size if path.exists() else 0
    if size > MAX_BYTES:
        raise BundleError(
            path.name,
            f"the file has {size / 2**30:.1f} GiB, more than the {MAX_BYTES / 2**30:.0f} GiB that are read",
            "split the study by section and analyse each part",
        )


def _encoding_error(path: Path) -> BundleError:
    with path.open("rb") as stream:
        row = next((row for row, line in enumerate(stream, start=1) if not _is_utf8(line)), 1)
    return BundleError(
        path.name, "the text is not UTF-8", "save the table as UTF-8 (in Excel: CSV UTF-8)", row=row
    )


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _read(file: str, stream: Iterator[str], columns: Mapping[str, Column]) -> pd.DataFrame:
    rows = csv.reader(stream, strict=True)
    header = _header(file, rows, columns)
    gathered = [_Gathered(file, name, columns.get(name)) for name in header]
    index: list[Ints] = []
    first = 2
    while chunk := list(islice(rows, CHUNK_ROWS)):
        numbers = np.arange(first, first + len(chunk))
        first += len(chunk)
        if not all(map(len, chunk)):
            keep = np.array([bool(row) for row in chunk])
            numbers, chunk = numbers[keep], [row for row in chunk if row]
        if set(map(len, chunk)) - {len(header)}:
            _refuse_ragged(file, chunk, numbers, header)
        if chunk:
            index.append(numbers)
            for column, cells in zip(gathered, zip(*chunk, strict=True), strict=True):
                column.add(cells, numbers)
    if not index:
        raise BundleError(
            file, "the table has a header and no rows", "write the answers, or leave out the file"
        )
    data = {column.name: column.series() for column in gathered}
    return pd.DataFrame(data, index=pd.Index(np.concatenate(index), name="row"))


def _header(file: str, rows: Iterator[list[str]], columns: Mapping[str, Column]) -> list[str]:
    header = [restored(name).strip() for name in next(rows, [])]
    if not any(header):
        raise BundleError(
            file, "the file is empty", "write the header and the answers, or leave out the file"
        )
    if len(header) > MAX_COLUMNS:
        raise BundleError(file, f"there are {len(header)} columns", f"keep at most {MAX_COLUMNS}", row=1)
    _refuse_missing(file, header, [name for name, column in columns.items() if column.needed or column.there])
    for position, name in enumerate(header):
        what = _wrong_name(name, position, header)
        if what:
            raise BundleError(file, what, "give each column a name of its own, or delete it", row=1)
    return header


def _refuse_missing(file: str, header: Sequence[str], needed: Sequence[str]) -> None:
    missing = next((name for name in needed if name not in header), None)
    if missing is None:
        return
    separator = next(
        (word for mark, word in SEPARATORS.items() if len(header) == 1 and mark in header[0]), ""
    )
    if separator:
        what = f"the cells are separated by {separator}"
        raise BundleError(file, what, "save the table separated by commas", row=1)
    alike = [name for name in header if name.casefold() == missing.casefold()]
    remedy = f"rename {quoted(alike[0])}" if alike else "add it; needed are " + ", ".join(needed)
    raise BundleError(file, "the column is missing", remedy, row=1, column=missing)


def _wrong_name(name: str, position: int, header: Sequence[str]) -> str | None:
    first = header.index(name)
    if not name:
        return f"column {position + 1} has no name"
    if not name.isprintable():
        return f"the name of column {position + 1}, {quoted(name)}, holds a control character"
    if first < position:
        return f"columns {first + 1} and {position + 1} are both named {quoted(name)}"
    return None


def _refuse_ragged(file: str, chunk: Sequence[Sequence[str]], numbers: Ints, header: Sequence[str]) -> None:
    for row, number in zip(chunk, numbers, strict=True):
        if len(row) != len(header):
            raise BundleError(
                file,
                f"the row has {len(row)} cell{'' if len(row) == 1 else 's'} and the header {len(header)}",
                "write one cell for each column, quoted where it holds a comma",
                row=int(number),
            )


class _Gathered:
    """The cells of one column, held as codes of the distinct texts that were seen and checked."""

    def __init__(self, file: str, name: str, column: Column | None) -> None:
        self.file = file
        self.name = name
        self.column = column
        self.code_of: dict[str, int] = {}
        self.values: list[Any] = []
        # half of what Python's numbers take: a million rows of twenty columns are 80 MB
        self.codes: list[npt.NDArray[np.int32]] = []

    def add(self, cells: Sequence[str], numbers: Ints) -> None:
        """Check the texts not seen before, and keep the codes."""
        known, code_of = len(self.code_of), self.code_of
        codes = np.fromiter((code_of.setdefault(cell, len(code_of)) for cell in cells), np.int32, len(cells))
        for offset, raw in enumerate(islice(code_of, known, None)):
            try:
                self.values.append(self._parse(raw))
            except CellError as error:
                row = int(numbers[int(np.argmax(codes == known + offset))])
                raise BundleError(self.file, error.what, error.remedy, row=row, column=self.name) from None
        self.codes.append(codes)

    def _parse(self, raw: str) -> Any:
        if not raw.strip():
            if self.column is not None and not self.column.may_be_empty:
                raise CellError("the cell is empty", "write a value, or leave out the row")
            return None
        if self.column is None:
            return printed(restored(raw))
        return self.column.parse(restored(raw) if self.column.text else raw)

    def series(self) -> Floats | pd.Categorical:
        """All cells: numbers as float, texts as categories in natural order."""
        codes = np.concatenate(self.codes)
        self.codes.clear()
        if self.column is not None and not self.column.text:
            numbers = np.array(
                [np.nan if value is None else value for value in self.values], dtype=np.float64
            )
            return numbers[codes]
        names = sorted({value for value in self.values if value is not None}, key=natural_key)
        place = {name: position for position, name in enumerate(names)}
        positions = np.array(
            [EMPTY if value is None else place[value] for value in self.values], dtype=np.int64
        )
        return pd.Categorical.from_codes(positions[codes], categories=pd.Index(names, dtype=object))


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key in which R2 stands before R10."""
    runs = ("".join(run) for _, run in groupby(name, str.isdecimal))
    return tuple(
        (0, len(run.lstrip("0")), run.lstrip("0")) if run.isdecimal() else (1, 0, run) for run in runs
    )
