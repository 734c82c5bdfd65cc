"""CSV, workbook and page have the same numbers, under names that need no second file."""

import csv
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from analysis.bundle import read_bundle
from analysis.example import FOLDER
from analysis.reporting.report import report

NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
Cells = dict[str, str | float]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = report(read_bundle(FOLDER), model_answers=0)
    return made.save(tmp_path_factory.mktemp("forms") / "report", formats=("xlsx", "csv", "json", "figures"))


def rows_of(saved: Path, name: str) -> list[dict[str, str]]:
    with (saved / "tables" / name).open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def sheets(saved: Path) -> Iterator[Cells]:
    """The cells of each table's sheet by address: texts, and numbers as numbers."""
    with zipfile.ZipFile(saved / "report.xlsx") as book:
        shared = ET.fromstring(book.read("xl/sharedStrings.xml"))
        texts = ["".join(t.text or "" for t in each.iter(f"{MAIN}t")) for each in shared]
        for place in range(2, len(rows_of(saved, "index.csv")) + 2):
            sheet = ET.fromstring(book.read(f"xl/worksheets/sheet{place}.xml"))
            cells = {c.attrib["r"]: (c.get("t"), c.findtext(f"{MAIN}v")) for c in sheet.iter(f"{MAIN}c")}
            yield {
                at: texts[int(value)] if kind == "s" else float(value)
                for at, (kind, value) in cells.items()
                if value is not None
            }


def numbers(found: object) -> Iterator[float]:
    if isinstance(found, dict):
        for each in found.values():
            yield from numbers(each)
    elif isinstance(found, list):
        for each in found:
            yield from numbers(each)
    elif isinstance(found, int | float):
        yield float(found)


def test_every_number_of_the_tables_is_in_the_json(saved: Path) -> None:
    known = set(numbers(json.loads((saved / "report.json").read_text(encoding="utf-8"))))
    positions_and_points = {float(n) for n in range(5)}
    for table in rows_of(saved, "index.csv"):
        for row in rows_of(saved, table["file"]):
            for key, cell in row.items():
                if NUMBER.fullmatch(cell):
                    assert float(cell) in known | positions_and_points, (table["file"], key, cell)


def test_the_workbook_has_the_numbers_of_the_tables_as_numbers(saved: Path) -> None:
    for table, cells in zip(rows_of(saved, "index.csv"), sheets(saved), strict=True):
        rows = rows_of(saved, table["file"])
        points = False
        for column, key in enumerate(rows[0]):
            letter = chr(ord("A") + column)
            heading = str(cells[f"{letter}3"])
            # differences of shares are in percentage points, and so are the error and the ends that follow
            points = "points" in heading or (points and heading in ("SE", "low", "high"))
            for place, row in enumerate(rows, start=4):
                if not re.fullmatch(r"-?\d+\.\d+(e-?\d+)?", row[key]):
                    continue
                scale = 1000 if key.endswith("_ms") else 1
                scale = 0.01 if points else scale
                assert cells[f"{letter}{place}"] == pytest.approx(float(row[key]) / scale, rel=1e-14), key


def test_no_sheet_has_two_columns_of_one_name(saved: Path) -> None:
    for cells in sheets(saved):
        headings = [cell for at, cell in cells.items() if re.fullmatch("[A-Z]+3", at)]
        assert len(headings) == len(set(headings)), headings


def test_the_workbook_prints_small_p_values_as_the_page_does(saved: Path) -> None:
    with zipfile.ZipFile(saved / "report.xlsx") as book:
        styles = book.read("xl/styles.xml").decode()
    assert "[&lt;0.001]&quot;&lt;.001&quot;;.000" in styles


def test_no_sentence_of_a_result_goes_without_its_number() -> None:
    said = report(read_bundle(FOLDER)).html
    for sentence in (
        "d′ was 0.15 (95% interval −0.03 to 0.32)",
        "checkpoint-c: −0.179 (−0.353 to −0.005), position 2: 0.110",
        "checkpoint-a −0.22 (−0.58 to 0.14, Holm p\u00a0=\u00a0.701)",
        "Gwet’s AC1 0.070 (95% interval over cases 0.031 to 0.109",
        "No difference after Holm’s correction was shown (smallest p\u00a0=\u00a0.521)",
        "after Holm’s correction (smallest p\u00a0=\u00a0.284)",
        "for no generator (smallest Holm p\u00a0=\u00a01.000)",
        "No interaction with specialty, site or experience was shown (smallest Holm p\u00a0=\u00a0.613)",
        "14 were correct (87.5%, exact 95% interval 61.7% to 98.4%",
        # exp(-0.01314) - 1, the change itself and not its logarithm
        "Response time changed by −1.30% per answer (95% interval −9.12% to 7.19%",
    ):
        assert sentence in said, sentence


def test_names_of_labels_without_a_title_are_printed_as_words(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "bundle"))
    header, *rows = (folder / "images.csv").read_text(encoding="utf-8").splitlines()
    labelled = [f"{row},{place % 2}" for place, row in enumerate(rows)]
    (folder / "images.csv").write_text("\n".join([f"{header},skin_tone", *labelled]))
    made = report(read_bundle(folder), model_answers=0)
    titles = [entry.of.title for entry in made.outline.all_tables]
    assert "Correct calls, by skin tone" in titles
    assert "skin_tone" not in made.html


def test_a_mean_is_a_number_in_full(saved: Path) -> None:
    means = {row["source"]: float(row["mean"]) for row in rows_of(saved, "quartets-sources.csv")}
    assert means["real"] == 1329 / 400


def test_what_a_figure_shows_is_in_a_table(saved: Path) -> None:
    """Shares over the course, at each confidence and by reader have their intervals in files too."""
    course = rows_of(saved, "quartets-course.csv")
    assert [row["stage"] for row in course] == ["1", "2", "3", "4", "5"]
    for name, low, share, high in (
        ("quartets-course.csv", "low", "rate", "high"),
        ("singles-calibration.csv", "low", "rate", "high"),
        ("singles-calls.csv", "accuracy_low", "accuracy", "accuracy_high"),
    ):
        for row in rows_of(saved, name):
            assert 0 < float(row[low]) < float(row[share]) < float(row[high]) < 1
    # as printed at the right of the forest of correct calls
    first = rows_of(saved, "singles-calls.csv")[0]
    printed = [f"{100 * float(first[key]):.1f}" for key in ("accuracy", "accuracy_low", "accuracy_high")]
    assert printed == ["73.3", "61.0", "82.9"]
