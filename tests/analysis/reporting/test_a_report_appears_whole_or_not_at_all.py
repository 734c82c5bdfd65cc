"""The command and the library write every form, and leave nothing behind where they fail."""

import csv
import io
import json
import math
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

import analysis
from analysis.__main__ import main
from analysis.appearing import OutputError
from analysis.bundle import read_bundle
from analysis.compute import compute
from analysis.confidence import ConfidenceModel
from analysis.document.call import Discrimination
from analysis.document.rate import Realism
from analysis.example import FOLDER
from analysis.rasch import Rasch
from analysis.reporting.pdf import typeset
from analysis.reporting.report import FORMATS, Report, report
from analysis.reporting.report import report as make_report
from tests.analysis.bundle.bundles import STUDY, TABLES, edited, write_bundle


@pytest.fixture(scope="module")
def example() -> Report:
    return make_report(read_bundle(FOLDER))


@pytest.fixture(scope="module")
def saved(example: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example.save(
        tmp_path_factory.mktemp("saved") / "report", formats=("html", "pdf", "xlsx", "csv", "json")
    )


def test_models_of_confidence_and_the_readers_severity_are_told(example: Report, saved: Path) -> None:
    calls = example.results.sections["singles"].discrimination
    realism = example.results.sections["quartets"].realism
    assert isinstance(calls, Discrimination)
    assert isinstance(calls.binormal, ConfidenceModel)
    assert isinstance(calls.metacognition, ConfidenceModel)
    assert isinstance(realism, Realism)
    assert isinstance(realism.severity, Rasch)
    said = (saved / "report.html").read_text(encoding="utf-8")
    assert f"mean area of {calls.binormal.mean('area').estimate:.3f}" in said
    assert f"meta-d′ of {calls.metacognition.mean('meta_dprime').estimate:.2f}" in said
    assert f"reliability {realism.severity.reader_reliability:.2f}" in said
    assert realism.severity.sources[0].name == "real"


def test_three_lines_in_a_notebook_are_enough(tmp_path: Path) -> None:
    bundle = analysis.read_bundle(write_bundle(tmp_path / "bundle"))
    made = analysis.report(bundle)
    made.save(tmp_path / "out", formats=("json",))
    assert json.loads((tmp_path / "out" / "report.json").read_text())["study"]["title"] == "A small study"


def test_the_page_fetches_nothing(saved: Path) -> None:
    page = (saved / "report.html").read_text()
    assert not re.search(r'(src|href)="(?!#)', page)
    assert "@import" not in page
    assert "url(http" not in page
    assert "<script" not in page


def test_every_name_in_the_page_is_there_once(saved: Path) -> None:
    names = re.findall(r' id="([^"]+)"', (saved / "report.html").read_text())
    assert len(names) == len(set(names))


def test_the_pdf_is_a_pdf_with_pages(saved: Path) -> None:
    raw = (saved / "report.pdf").read_bytes()
    assert raw.startswith(b"%PDF-")
    assert raw.rstrip().endswith(b"%%EOF")


def test_the_workbook_opens_and_holds_numbers(saved: Path) -> None:
    with zipfile.ZipFile(saved / "report.xlsx") as book:
        assert book.testzip() is None
        # the text, the endpoints, and then the readers of the first section
        sheet = book.read("xl/worksheets/sheet3.xml").decode()
    assert "<v>0.24</v>" in sheet


def test_every_figure_is_there_in_three_forms_and_named_in_a_list(example: Report, tmp_path: Path) -> None:
    folder = example.save(tmp_path / "drawn", formats=["figures"]) / "figures"
    with (folder / "figures.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    files = {row[form] for row in rows for form in ("svg", "png", "pdf")}
    assert files == {path.name for path in folder.iterdir()} - {"figures.csv"}
    assert [int(row["figure"]) for row in rows] == list(range(1, len(rows) + 1))
    assert all(row["caption"] for row in rows)


def test_the_pdf_can_be_set_in_two_columns(example: Report, saved: Path) -> None:
    two = typeset(example.outline, columns=2)
    assert two.startswith(b"%PDF-")
    assert two != (saved / "report.pdf").read_bytes()
    for made in (two, (saved / "report.pdf").read_bytes()):
        assert min(letters(made)) >= 6, "journals print no smaller ones"


def letters(pdf: bytes) -> list[float]:
    """The sizes of all letters, in points."""
    found: list[float] = []

    def visit(text: str, page: list[float], line: list[float], _font: Any, size: float) -> None:
        if text.strip():
            found.append(size * math.hypot(*page[2:4]) * math.hypot(*line[2:4]))

    for page in PdfReader(io.BytesIO(pdf)).pages:
        page.extract_text(visitor_text=visit)
    return found


def test_the_tidy_tables_hold_full_precision(saved: Path) -> None:
    with (saved / "tables" / "quartets-published.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[0]["p"] == "0.12750833049058283"
    with (saved / "tables" / "index.csv").open(newline="") as stream:
        listed = {row["file"] for row in csv.DictReader(stream)}
    assert listed | {"index.csv"} == {path.name for path in (saved / "tables").iterdir()}


def test_the_json_has_no_number_that_json_does_not_know(saved: Path) -> None:
    def refuse(name: str) -> float:
        raise AssertionError(name)

    document = json.loads((saved / "report.json").read_text(), parse_constant=refuse)
    assert list(document["sections"]) == ["quartets", "singles", "labels"]


def test_the_same_bundle_gives_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    again = Report(results=compute(read_bundle(FOLDER)))
    again.save(tmp_path / "again", formats=("html", "json", "csv"))
    for name in ("report.html", "report.json", "tables/quartets-tests.csv"):
        assert (tmp_path / "again" / name).read_bytes() == (saved / name).read_bytes()


def test_a_title_is_text_and_never_markup(tmp_path: Path) -> None:
    study = STUDY | {"title": '<script>alert(1)</script> #import "x" =SUM(A1)'}
    bundle = read_bundle(write_bundle(tmp_path / "bundle", study=study))
    out = report(bundle).save(tmp_path / "out", formats=("html", "pdf", "xlsx"))
    assert "<script" not in (out / "report.html").read_text()


def test_a_folder_that_holds_something_is_refused_and_kept(example: Report, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="not empty; name a new folder"):
        example.save(tmp_path, formats=("json",))
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_empty_folder_is_filled(example: Report, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    example.save(tmp_path / "empty", formats=("json",))
    assert [path.name for path in (tmp_path / "empty").iterdir()] == ["report.json"]


def test_a_form_that_fails_leaves_no_folder(
    example: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(made: Report, folder: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(FORMATS, "csv", fail)
    with pytest.raises(OutputError, match="No space left on device"):
        example.save(tmp_path / "out", formats=("json", "csv"))
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_form_is_refused(example: Report, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="'docx' is unknown; choose from html"):
        example.save(tmp_path / "out", formats=("docx",))


def test_a_malformed_bundle_ends_the_command_with_one_sentence_and_no_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = write_bundle(tmp_path / "bundle", tables=edited("ratings.csv", 5, "rating", "7"))
    assert main(["report", str(bundle), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("ratings.csv row 5, column rating: “7” is off the scale")
    assert said.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_the_command_writes_the_forms_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = write_bundle(tmp_path / "bundle")
    assert main(["report", str(bundle), "--out", str(tmp_path / "out"), "--format", "json", "html"]) == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"report.json", "report.html"}
    assert "report.html" in capsys.readouterr().out


def test_wrong_usage_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["report"])
    assert caught.value.code == 2
    assert "--out" in capsys.readouterr().err


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, analysis; print({'pandas', 'scipy', 'statsmodels', 'matplotlib'} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"


def test_forms_without_figures_do_not_load_what_draws(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle")
    code = (
        "import sys; from analysis.__main__ import main; main(sys.argv[1:]); "
        "print({'matplotlib', 'typst', 'jinja2'} & set(sys.modules))"
    )
    command = ["report", str(bundle), "--out", str(tmp_path / "out"), "--format", "json", "csv", "xlsx"]
    shown = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "set()"


def test_a_notebook_shows_the_page_in_a_frame(tmp_path: Path) -> None:
    bundle = read_bundle(write_bundle(tmp_path / "bundle", tables={"picks.csv": TABLES["picks.csv"]}))
    assert report(bundle)._repr_html_().startswith("<iframe srcdoc=")
