"""Reading a CSV that people made: with commas, semicolons or tabs, and in UTF-8."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from generation.errors import DatasetError

Line = tuple[int, dict[str, str]]


def read_table(path: Path, wanted: Sequence[str] = ("file",)) -> Iterator[Line]:
    """Each row with its line in the file. The columns `wanted` must be there and filled in."""
    text = _text_of(path)
    separator = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.DictReader(text.splitlines(), delimiter=separator)
    missing = [name for name in wanted if name not in (rows.fieldnames or [])]
    if missing:
        raise DatasetError(
            f"{path} has no column `{missing[0]}`; it has {', '.join(rows.fieldnames or ['nothing'])}."
        )
    for row in rows:
        filled = {name: value or "" for name, value in row.items() if name is not None}
        empty = [name for name in wanted if not filled[name]]
        if empty:
            raise DatasetError(f"{path} line {rows.line_num}: nothing stands in the column `{empty[0]}`.")
        yield rows.line_num, filled


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetError(
            f"{path} is no table in UTF-8 (byte {error.start} is not). Save it as CSV in UTF-8."
        ) from error
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror}.") from error
