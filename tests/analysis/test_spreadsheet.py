"""Texts in CSV files are never computed by a spreadsheet, and come back as they were."""

import csv
import json
from pathlib import Path

import pytest

from analysis.bundle import read_bundle
from analysis.reporting.report import report
from analysis.spreadsheet import defused, restored
from tests.analysis.bundle.bundles import STUDY, TABLES, write_bundle

FORMULAS = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "'=1+1", "''-x")
HARMLESS = ("", "-", "+", "=", "3", "-3", "+0.5", "-1e-05", "grade 3", "'quoted'", "a=b")


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_text_and_comes_back(text: str) -> None:
    assert defused(text) == f"'{text}"
    assert restored(defused(text)) == text


@pytest.mark.parametrize("text", HARMLESS)
def test_anything_else_stays_as_it_is(text: str) -> None:
    assert restored(defused(text)) == defused(text) == text


def test_a_bundle_gives_back_the_texts_that_were_written(tmp_path: Path) -> None:
    label = "=HYPERLINK(A1)"
    images = f"image,source,{defused(label)}\n" + "".join(
        f'{source}-{t},{source},"{defused("=1+2")}"\n' for t in range(1, 7) for source in ("real", "a", "b")
    )
    picks = TABLES["picks.csv"].replace("R1,", f"{defused('=R1')},")
    ratings = TABLES["ratings.csv"].replace("R1,", f"{defused('=R1')},")
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "study.json").write_text(json.dumps(STUDY | {"sections": STUDY["sections"][:1]}))
    for name, text in (("picks.csv", picks), ("ratings.csv", ratings), ("images.csv", images)):
        (folder / name).write_text(text, encoding="utf-8")
    bundle = read_bundle(folder)
    assert bundle.images is not None
    assert set(bundle.images[label].astype(str)) == {"=1+2"}
    assert bundle.picks is not None
    assert "=R1" in set(bundle.picks["reader"].astype(str))
    report(bundle).save(tmp_path / "report", formats=("csv",))
    for path in (tmp_path / "report" / "tables").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
        assert [cell for cell in cells if defused(cell) != cell and not cell.startswith("'")] == []
    readers = (tmp_path / "report" / "tables" / "trios-readers.csv").read_text(encoding="utf-8")
    assert "'=R1" in readers


def test_an_untouched_bundle_reads_as_before(tmp_path: Path) -> None:
    assert read_bundle(write_bundle(tmp_path / "bundle")).n_answers > 0
