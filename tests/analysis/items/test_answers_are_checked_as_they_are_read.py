"""A row of answers.csv that does not suit its item is refused, with file, row, column and what is allowed."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis.bundle import read_bundle
from analysis.bundle.errors import BundleError
from tests.analysis.items.studies import PHASE_1, STUDY, write_study

Row = dict[str, str]
THREE_LABELS = {"points": [1, 2, 3, 4, 5], "labels": ["a", "b", "c"]}


def edited(folder: Path, file: str, which: Callable[[Row], bool], **changes: str) -> int:
    """Change the first row that is meant; its place in the file is returned."""
    path = folder / file
    with path.open(newline="") as stream:
        reader = csv.DictReader(stream)
        rows, names = list(reader), reader.fieldnames or []
    place = next(place for place, row in enumerate(rows) if which(row))
    rows[place] |= changes
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(rows)
    return place + 2


def answered(item: str) -> Callable[[Row], bool]:
    return lambda row: row["item"] == item and not row["missing"]


REFUSED = [
    ("quality", {"value": "6"}, "value", "“6” is off the scale “1”, “2”, “3”, “4” or “5”"),
    ("quality", {"value": "good"}, "value", "is off the scale"),
    ("quality", {"value": ""}, "value", "there is no answer to “quality”, nor why"),
    ("quality", {"missing": "skip"}, "value", "stands beside missing"),
    ("quality", {"other": "fine"}, "other", "which is no choice"),
    ("quality", {"image": ""}, "image", "“quality” is asked of an image"),
    ("quality", {"correct": "1"}, "correct", "“quality” has no truth"),
    ("quality", {"missing": "gone"}, "missing", "is not “skip”, “time” or “left”"),
    ("diagnosis", {"value": "flu"}, "value", "“flu” is no option of “diagnosis”"),
    ("signs", {"option": "halo"}, "option", "“halo” is no option of “signs”"),
    ("signs", {"value": "2"}, "value", "“2” is not 0 or 1"),
    ("age", {"value": "old"}, "value", "“old” is no answer to “age”; write a number"),
    ("lesions", {"value": "0.5"}, "value", "is no count of marks"),
    ("order", {"value": "3"}, "value", "is no place among the images of the screen"),
]


@pytest.mark.parametrize(("item", "changes", "column", "said"), REFUSED)
def test_a_row_that_does_not_suit_its_item(
    tmp_path: Path, item: str, changes: dict[str, str], column: str, said: str
) -> None:
    folder = write_study(tmp_path / "bundle")
    row = edited(folder, "answers.csv", answered(item), **changes)
    with pytest.raises(BundleError) as error:
        read_bundle(folder)
    assert error.value.file == "answers.csv"
    assert error.value.row == row
    assert error.value.column == column
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("item", "value", "said"),
    [
        ("better", "1", "there are 2 chosen images of one screen for “better”"),
        ("odd", "0", "there are 0 chosen images of one screen for “odd”"),
        ("order", "1", "two images of one screen have place “1”"),
    ],
)
def test_what_is_chosen_of_a_screen_contradicts_itself(
    tmp_path: Path, item: str, value: str, said: str
) -> None:
    folder = write_study(tmp_path / "bundle")
    other = {"better": "0", "odd": "1", "order": "2"}[item]
    screens = {(r["reader"], r["trial"]) for r in _rows(folder) if r["item"] == item and r["value"] == "1"}
    edited(
        folder,
        "answers.csv",
        lambda r: r["item"] == item and (r["reader"], r["trial"]) in screens and r["value"] == other,
        value=value,
    )
    with pytest.raises(BundleError) as error:
        read_bundle(folder)
    assert said in str(error.value)


def _rows(folder: Path) -> list[Row]:
    with (folder / "answers.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_second_answer_to_one_question(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "bundle")
    lines = (folder / "answers.csv").read_text().splitlines()
    (folder / "answers.csv").write_text("\n".join([*lines, lines[1]]) + "\n")
    with pytest.raises(BundleError, match="there is a second row for section “phase-1”"):
        read_bundle(folder)


def test_correct_that_the_truth_contradicts(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "bundle")

    def right(row: Row) -> bool:
        return row["item"] == "diagnosis" and row["correct"] == "1"

    row = edited(folder, "answers.csv", right, correct="0")
    with pytest.raises(BundleError, match="0 contradicts the truth") as error:
        read_bundle(folder)
    assert (error.value.row, error.value.column) == (row, "correct")


def test_marks_that_are_not_counted(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "bundle")
    edited(folder, "answers.csv", lambda row: row["item"] == "lesions" and row["value"] == "1", value="3")
    with pytest.raises(BundleError, match=r"3 marks are counted and others are in marks.csv"):
        read_bundle(folder)


def test_marks_of_an_item_without_points(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "bundle")
    edited(folder, "marks.csv", lambda _row: True, item="quality")
    with pytest.raises(BundleError, match="“quality” has no points in section “phase-1”"):
        read_bundle(folder)


@pytest.mark.parametrize(
    ("changes", "column", "said"),
    [
        ({"kind": "slider"}, "sections[0].items[0].kind", "“slider” is not"),
        ({"of": "reader"}, "sections[0].items[0].of", "is not allowed here"),
        ({"scale": {"points": [3, 1]}}, "sections[0].items[0].scale.points", "let them rise"),
        ({"scale": THREE_LABELS}, "sections[0].items[0].scale.labels", "one label a point, or two"),
        ({"margin": -1}, "sections[0].items[0].margin", "write a number from 0 on"),
    ],
)
def test_study_json_with_an_item_that_is_none(
    tmp_path: Path, changes: dict[str, Any], column: str, said: str
) -> None:
    items = [PHASE_1[0] | changes, *PHASE_1[1:]]
    folder = write_study(tmp_path / "bundle")
    sections = [STUDY["sections"][0] | {"items": items}, *STUDY["sections"][1:]]
    (folder / "study.json").write_text(json.dumps(STUDY | {"sections": sections}))
    with pytest.raises(BundleError) as error:
        read_bundle(folder)
    assert error.value.column == column
    assert said in str(error.value)


def test_one_name_with_two_meanings(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "bundle")
    other = PHASE_1[0] | {"scale": {"points": [1, 2, 3]}}
    sections = [
        STUDY["sections"][0],
        STUDY["sections"][1] | {"items": [other, PHASE_1[1]]},
        *STUDY["sections"][2:],
    ]
    (folder / "study.json").write_text(json.dumps(STUDY | {"sections": sections}))
    with pytest.raises(BundleError, match="“quality” is asked in another form in a section above"):
        read_bundle(folder)


CALL = {
    "name": "call",
    "kind": "choice",
    "of": "image",
    "ask": "Real or synthetic?",
    "options": [{"value": "real"}, {"value": "synthetic"}],
    "truth": "kind",
    "task": "call",
}


def test_a_shorthand_agrees_with_the_table_of_its_task(tmp_path: Path) -> None:
    """The same calls in calls.csv and answers.csv: alike they are read, and one that differs is refused."""
    folder = tmp_path / "bundle"
    folder.mkdir()
    section = {"name": "singles", "task": "call", "items": [CALL]}
    (folder / "study.json").write_text(json.dumps(STUDY | {"sections": [section]}))
    calls, answers = ["section,reader,trial,image,source,call"], []
    for r in range(3):
        for i in range(6):
            source, said = ("real", "ddpm")[i % 2], ("real", "synthetic")[(i + r) % 2]
            calls.append(f"singles,R{r},T{i},I{i},{source},{said}")
            answers.append(f"singles,R{r},T{i},I{i},{source},call,{said},")
    header = "section,reader,trial,image,source,item,value,missing"
    (folder / "calls.csv").write_text("\n".join(calls) + "\n")
    (folder / "answers.csv").write_text("\n".join([header, *answers]) + "\n")
    assert read_bundle(folder).n_answers == 18
    answers[4] = "singles,R0,T4,I4,real,call,synthetic,"
    (folder / "answers.csv").write_text("\n".join([header, *answers]) + "\n")
    with pytest.raises(BundleError, match=r"“synthetic” is “real” in calls.csv"):
        read_bundle(folder)
