"""A report over simulated readers says so above everything else, in its sentences and on every page."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import analysis
from analysis.example import FOLDER
from analysis.reporting.pdf import typeset
from analysis.reporting.report import Report

WARNING = "every reader of this study was virtual"


@pytest.fixture(scope="module")
def simulated() -> Report:
    return analysis.report(analysis.read_bundle(FOLDER))


def with_virtual(folder: Path, flags: str) -> Report:
    """The example with other flags in the last column of readers.csv; a space leaves the column out."""
    shutil.copytree(FOLDER, folder)
    lines = (folder / "readers.csv").read_text().splitlines()
    bare = [line.rpartition(",")[0] for line in lines]
    if flags.strip():
        bare = [f"{line},{flag}" for line, flag in zip(bare, ["virtual", *flags], strict=True)]
    (folder / "readers.csv").write_text("\n".join(bare) + "\n")
    return analysis.report(analysis.read_bundle(folder))


def test_the_page_says_it_before_any_result(simulated: Report) -> None:
    assert 0 < simulated.html.index(WARNING) < simulated.html.index("In brief</h2>")
    assert simulated.document["study"]["virtual_readers"] == 8


def test_no_sentence_begins_as_if_people_had_read(simulated: Report) -> None:
    sentences = [s for part in simulated.outline.all_parts for s in part.sentences]
    assert not [s for s in sentences if re.match(r"(Readers|The readers’)\b", s)]
    assert any(s.startswith("Virtual readers found") for s in sentences)
    assert ("virtual readers", "8") in simulated.outline.facts
    assert any(WARNING in paragraph for paragraph in simulated.outline.methods)


def test_the_pdf_says_it_first_and_in_the_head_of_every_page(simulated: Report) -> None:
    wordless = replace(simulated.outline, notice="", running_head="")
    sizes = [len(typeset(outline)) for outline in (simulated.outline, wordless)]
    assert simulated.outline.running_head == "simulated answers"
    assert sizes[0] > sizes[1]


def test_a_few_virtual_readers_are_counted_and_marked(tmp_path: Path) -> None:
    report = with_virtual(tmp_path / "bundle", "11000000")
    assert "2 of 8 readers were virtual" in report.html
    assert [row["kind"] for row in report.document["study"]["readers"]] == ["virtual"] * 2 + ["person"] * 6


@pytest.mark.parametrize("flags", ["00000000", " "])
def test_people_are_called_readers(tmp_path: Path, flags: str) -> None:
    report = with_virtual(tmp_path / "bundle", flags)
    assert not report.outline.notice
    assert "irtual" not in report.html
