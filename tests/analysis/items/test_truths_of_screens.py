"""Choices about whole screens are held against the truth that stands beside them."""

import json
from collections import Counter
from pathlib import Path

import pytest

from analysis.bundle import read_bundle
from analysis.bundle.errors import BundleError
from analysis.document.items import ChoiceItem
from analysis.reporting.report import report

GRADES = ("low", "middle", "high")
ITEM = {
    "name": "grade",
    "kind": "choice",
    "of": "trial",
    "ask": "Grade of both",
    "options": [{"value": value, "text": value.capitalize()} for value in GRADES],
    "truth": "grade",
    "positive": ["high"],
}


def write_screens(folder: Path, **changes: object) -> list[tuple[str, str]]:
    """Write three readers' answers to twelve screens; return (truth, answer) of each."""
    folder.mkdir()
    study = {
        "sources": [{"name": "real", "kind": "real"}, {"name": "gan", "kind": "synthetic"}],
        "sections": [{"name": "pairs", "task": "ask", "items": [ITEM | changes]}],
    }
    (folder / "study.json").write_text(json.dumps(study))
    lines, told = ["section,reader,trial,image,item,value,missing,correct,truth"], []
    for r in range(3):
        for t in range(12):
            truth, said = GRADES[t % 3], GRADES[(t + (t * (r + 2) % 5 == 1) + (r + t) // 11) % 3]
            told.append((truth, said))
            lines.append(f"pairs,R{r},T{t},,grade,{said},,{int(said == truth)},{truth}")
    (folder / "answers.csv").write_text("\n".join(lines) + "\n")
    return told


def test_a_choice_about_a_screen_has_its_confusion(tmp_path: Path) -> None:
    counts = Counter(write_screens(tmp_path / "bundle"))
    made = report(read_bundle(tmp_path / "bundle"), model_answers=0)
    found = (made.results.sections["pairs"].items or {})["grade"]
    assert isinstance(found, ChoiceItem)
    assert found.confusion is not None
    assert found.confusion.counts == tuple(tuple(counts[t, said] for said in GRADES) for t in GRADES)
    assert sum(counts[t, said] for t in GRADES for said in GRADES if t != said) > 0
    positive = [said == "high" for (truth, said), n in counts.items() for _ in range(n) if truth == "high"]
    assert found.sensitivity is not None
    assert found.sensitivity.as_dict()["estimate"] == pytest.approx(sum(positive) / len(positive))
    assert "Answers (columns) against the truth (rows)" in made.html
    assert made.document["sections"]["pairs"]["items"]["grade"]["confusion"]["truths"] == [
        grade.capitalize() for grade in GRADES
    ]


def test_a_truth_that_contradicts_correct_is_refused(tmp_path: Path) -> None:
    write_screens(tmp_path / "bundle")
    path = tmp_path / "bundle" / "answers.csv"
    path.write_text(path.read_text().replace(",low,,1,low", ",low,,1,high", 1))
    with pytest.raises(
        BundleError, match=r"contradicts the truth “high” of “grade” .* or the truth beside it"
    ):
        read_bundle(tmp_path / "bundle")


def test_a_truth_beside_an_item_without_one_is_refused(tmp_path: Path) -> None:
    write_screens(tmp_path / "bundle", truth=None, positive=[])
    path = tmp_path / "bundle" / "answers.csv"
    rows = [line.split(",") for line in path.read_text().splitlines()]
    path.write_text(
        "\n".join(",".join([*r[:-2], r[-2] if i == 0 else "", r[-1]]) for i, r in enumerate(rows))
    )
    with pytest.raises(BundleError, match="“grade” has no truth"):
        read_bundle(tmp_path / "bundle")
