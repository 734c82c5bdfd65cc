"""Write the tables of answers, holding at most one reader's answers in memory."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from io import BufferedWriter, TextIOWrapper
from itertools import groupby
from pathlib import Path
from typing import Any

from django.db import connection

from readerstudy.results.bundle.item_tables import write_items
from readerstudy.results.bundle.mask import Mask
from readerstudy.results.bundle.names import Names
from readerstudy.results.bundle.selects import SELECTS, columns_of
from readerstudy.results.bundle.staging import Staged, staged
from readerstudy.results.spreadsheet import defused, defused_cell
from readerstudy.studies.models import Study

Row = dict[str, Any]
WITH_ANSWERS = """SELECT e.id FROM bundle_reader e WHERE EXISTS (
    SELECT 1 FROM reading_response r JOIN reading_presentation p ON p.id = r.presentation_id
    JOIN bundle_trial t ON t.id = p.trial_id WHERE r.enrolment_id = e.id)"""


def write_answers(study: Study, folder: Path, names: Names | Mask) -> list[int]:
    """Write the tables that have rows, and return the enrolments that have answers."""
    arms = isinstance(names, Mask) and bool(names.arms)
    with staged(study, names) as stage:
        for table in SELECTS:
            columns = columns_of(table, masked=names.masked, arms=arms)
            _write(folder / table, columns, stage, masked=names.masked)
        write_items(study, folder, names, stage)
        with connection.cursor() as cursor:
            cursor.execute(WITH_ANSWERS)
            return [pk for (pk,) in cursor.fetchall()]


def _write(path: Path, columns: tuple[str, ...], stage: Staged, *, masked: bool) -> None:
    header = ",".join(columns).encode() + b"\n"
    with path.open("wb") as file:
        file.write(header)
        if path.name in EXPANDED:
            with _text(file) as text:
                writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
                writer.writerows(EXPANDED[path.name](stage, masked=masked))
        elif connection.vendor == "postgresql":
            file.writelines(_copied(_select(path.name, columns, stage, stage.readers, masked=masked)))
        else:
            with _text(file) as text:
                rows = _rows(path.name, columns, stage, masked=masked)
                csv.writer(text, lineterminator="\n").writerows(rows)
    if path.stat().st_size == len(header):
        path.unlink()


def _text(file: BufferedWriter) -> TextIOWrapper:
    return TextIOWrapper(file, encoding="utf-8", newline="")


def _select(
    table: str, columns: tuple[str, ...], stage: Staged, readers: Sequence[int], *, masked: bool
) -> str:
    return SELECTS[table].sql(columns, readers, stage.sections, masked=masked)


def _copied(select: str) -> Iterator[bytes]:
    """The database writes the CSV; its rules for quotes and missing values are those of Python's csv."""
    with connection.cursor() as cursor, cursor.copy(f"COPY ({select}) TO STDOUT (FORMAT csv)") as copy:
        yield from map(bytes, copy)


def _rows(table: str, columns: tuple[str, ...], stage: Staged, *, masked: bool) -> Iterator[Sequence[Any]]:
    """The rows one after another; PostgreSQL gives every value as text, and an empty one for none."""
    if connection.vendor == "postgresql":
        select = _select(table, columns, stage, stage.readers, masked=masked)
        yield from csv.reader(row.decode() for row in _copied(select))
        return
    for reader in stage.readers:
        with connection.cursor() as cursor:
            cursor.execute(_select(table, columns, stage, [reader], masked=masked))
            yield from cursor


def _named_rows(table: str, extra: str, stage: Staged, *, masked: bool) -> Iterator[Row]:
    columns = (*columns_of(table, masked=masked), extra)
    for row in _rows(table, columns, stage, masked=masked):
        yield dict(zip(columns, row, strict=True))


def _checks(stage: Staged, *, masked: bool) -> Iterator[Row]:
    """One answer about several labels becomes a row for each."""
    for row in _named_rows("checks.csv", "trial_image", stage, masked=masked):
        seen, verdict = json.loads(row["observed"]), row["verdict"]
        for label, intended in stage.shown[int(row["trial_image"])].label.items():
            observed = seen.get(label, intended if verdict == "fits" else None)
            # One verdict covers all labels of the screen; a label seen as intended fits all the same.
            fits = verdict == "discrepant" and label not in seen and bool(seen)
            yield row | {
                "label": defused(label),
                "intended": defused_cell(intended),
                "observed": defused_cell(intended if fits else observed),
                "verdict": "fits" if fits else verdict,
            }


def _reasons(stage: Staged, *, masked: bool) -> Iterator[Row]:
    """The reasons of an answer as they were given, but in a masked bundle sorted by what they say."""
    rows = _named_rows("reasons.csv", "answer", stage, masked=masked)
    for _, given in groupby(rows, key=lambda row: row["answer"]):
        told = [row | {"x": _float(row["x"]), "y": _float(row["y"])} for row in given]
        if masked:
            told.sort(key=lambda row: (row["image"], row["tag"], row["x"] or 0.0, row["y"] or 0.0))
        for row in told:
            yield row | {"tag": defused(row["tag"])}


def _float(value: str | float | None) -> float | None:
    return None if value is None or value == "" else float(value)


EXPANDED: dict[str, Callable[..., Iterator[Row]]] = {"checks.csv": _checks, "reasons.csv": _reasons}
