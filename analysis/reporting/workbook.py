"""The report as a workbook: a sheet to read, then one sheet a table with real numbers in its cells."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from analysis.reporting.columns import Column
from analysis.reporting.numbered import Numbered
from analysis.reporting.outline import Outline

SHEET_NAME_LENGTH = 31
FORBIDDEN = set("[]:*?/\\'")
WIDEST = 40
OF_THE_COLUMN_BEFORE = {"low", "high", "SE", "p", "Holm"}
NUMBER_FORMATS = {
    "percent": "0.0%",
    "points": "0.0",
    "number": "0.000",
    "small": "0.00000",
    "p": '[<0.001]"<.001";.000',
    "count": "#,##0.##########",
    "seconds": "0.0",
}
# as print has them
SCALES = {"seconds": 1 / 1000, "points": 100}


def write_workbook(report: Outline, path: Path) -> None:
    """Write an outline as XLSX; texts are texts, so that no cell is ever read as a formula."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"title": report.title})
        styles = _styles(book)
        taken = {"report"}
        _write_text(book.add_worksheet("Report"), report, styles)
        for entry in report.all_tables:
            sheet = book.add_worksheet(_sheet_name(entry, taken))
            _write_table(sheet, entry, styles)


def _styles(book: Any) -> dict[str, Any]:
    styles = {kind: book.add_format({"num_format": code}) for kind, code in NUMBER_FORMATS.items()}
    styles["title"] = book.add_format({"bold": True, "font_size": 16})
    styles["heading"] = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
    styles["part"] = book.add_format({"bold": True, "font_size": 12})
    styles["prose"] = book.add_format({"text_wrap": True, "valign": "top"})
    styles["note"] = book.add_format({"italic": True, "font_color": "#5b6470"})
    return styles


def _sheet_name(entry: Numbered, taken: set[str]) -> str:
    name = "".join("-" if c in FORBIDDEN else c for c in f"{entry.number} {entry.of.name}")[
        :SHEET_NAME_LENGTH
    ]
    # the number at the start keeps the names apart; Excel compares them without regard to case
    taken.add(name.lower())
    return name


def _write_text(sheet: Any, report: Outline, styles: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 110)
    sheet.hide_gridlines(2)
    lines: list[tuple[str, str]] = [(report.title, "title")]
    lines += [(report.notice, "prose")] if report.notice else []
    lines += [("In brief", "part"), *((sentence, "prose") for sentence in report.brief)]
    lines += [("Methods", "part"), *((paragraph, "prose") for paragraph in report.methods)]
    lines += [("Endpoints", "part"), *((sentence, "prose") for sentence in report.endpoints.sentences)]
    for section in report.sections:
        for part in section.parts:
            lines.append((f"{section.name}: {part.title}", "part"))
            lines += [(sentence, "prose") for sentence in part.sentences]
        lines.append((f"{section.name}: how it was run", "part"))
        lines += [(sentence, "prose") for sentence in section.conduct.sentences]
    lines.append(("Provenance", "part"))
    lines += [(f"{word}: {value}", "prose") for word, value in report.provenance]
    for row, (text, style) in enumerate(lines):
        sheet.write_string(row, 0, text, styles[style])


def _headings(columns: Sequence[Column]) -> list[str]:
    """The headings; where several columns are called low, say, each says of which number it is."""
    times = Counter(column.heading for column in columns)
    headings: list[str] = []
    of = ""
    for column in columns:
        headings.append(f"{of}, {column.heading}" if times[column.heading] > 1 and of else column.heading)
        if column.heading not in OF_THE_COLUMN_BEFORE:
            of = column.heading
    return headings


def _write_table(sheet: Any, entry: Numbered, styles: dict[str, Any]) -> None:
    table = entry.of
    sheet.write_string(0, 0, f"Table {entry.number}. {table.title}", styles["part"])
    sheet.write_string(1, 0, table.note, styles["note"])
    headings = _headings(table.columns)
    for column, described in enumerate(table.columns):
        sheet.write_string(2, column, headings[column], styles["heading"])
        width = max([len(headings[column]), *(len(described.shown(row)) for row in table.printed)])
        sheet.set_column(column, column, min(WIDEST, width + 2))
        for place, row in enumerate(table.rows, start=3):
            value = described.value(row)
            if isinstance(value, int | float) and described.is_number:
                kind = described.kind_in(row)
                sheet.write_number(place, column, value * SCALES.get(kind, 1), styles[kind])
            elif value is not None:
                sheet.write_string(place, column, described.shown(row))
    # names of images, groups and points of a scale may be digits; they are names
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{3 + len(table.rows)}"})
    sheet.freeze_panes(3, 1)
    if table.rows:
        sheet.autofilter(2, 0, 2 + len(table.rows), len(table.columns) - 1)
