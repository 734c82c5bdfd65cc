"""How a study was run, on answers small enough to count by hand."""

from pathlib import Path
from typing import Any

import pytest

from analysis.bundle import read_bundle
from analysis.bundle.errors import BundleError
from analysis.compute import compute
from analysis.document import to_json
from analysis.reporting.report import report
from tests.analysis.bundle.bundles import STUDY, write_bundle
from tests.analysis.items.studies import STUDY as ITEMS
from tests.analysis.items.studies import write_study

HEADER = "section,reader,trial,order,picked,correct,slot_picked,slot_real,response_ms,repeat_of,catch\n"
ONE = STUDY | {"sections": STUDY["sections"][:1]}


def conduct(folder: Path, rows: str, level: float = 0.95) -> dict[str, Any]:
    folder.mkdir()
    bundle = write_bundle(folder, study=ONE | {"level": level}, tables={"picks.csv": HEADER + rows})
    for name in ("ratings.csv", "calls.csv", "checks.csv"):
        (bundle / name).unlink()
    return to_json(compute(read_bundle(bundle)))["sections"]["trios"]


@pytest.fixture(scope="module")
def section(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    rows = ""
    for r in range(3):
        for t in range(6):
            picked = ("real", "a", "b")[(r + t) % 3]
            real = 1 + t % 3
            slot = real if picked == "real" else 1 + real % 3
            took = 1000 * (6 - t) + 500 * (r + 1) if (r, t) != (0, 5) else 900
            rows += f"trios,R{r},T{t},{t + 1},{picked},{int(picked == 'real')},{slot},{real},{took},,0\n"
        # reader 2 alone answers the repeat of T0 another way; reader 0 misses the obvious fake
        again = ("real", "a", "b")[r % 3] if r != 2 else "a"
        slot = 1 if again == "real" else 2
        rows += f"trios,R{r},T0-again,7,{again},{int(again == 'real')},{slot},1,2000,T0,0\n"
        rows += f"trios,R{r},C1,8,{'a' if r == 0 else 'real'},{int(r != 0)},{2 if r == 0 else 1},1,2000,,1\n"
    return conduct(tmp_path_factory.mktemp("conduct") / "bundle", rows)


def test_the_interval_of_response_times_is_at_the_level_of_the_study(tmp_path: Path) -> None:
    times = ((1000 + 7 * (r + 2) * t * t, r, t) for r in range(3) for t in range(6))
    rows = "".join(f"trios,R{r},T{t},{t + 1},real,1,1,1,{took},,0\n" for took, r, t in times)
    usual, narrow = (
        conduct(tmp_path / str(level), rows, level)["conduct"]["response_times"]["log_slope_per_answer"]
        for level in (0.95, 0.8)
    )
    assert (usual["level"], narrow["level"]) == (0.95, 0.8)
    assert usual["low"] < narrow["low"] < narrow["high"] < usual["high"]


def test_repeats_and_catch_trials_count_for_nothing_else(section: dict[str, Any]) -> None:
    assert section["detection"]["overall"]["n"] == 18
    assert section["conduct"]["completeness"]["answers"] == 18


def test_repeats_are_compared_with_the_readers_own_first_answer(section: dict[str, Any]) -> None:
    again = section["conduct"]["repeats"]
    assert (again["same"], again["n"]) == (2, 3)


def test_catch_trials_are_reported_apart_with_who_failed(section: dict[str, Any]) -> None:
    catch = section["conduct"]["catch_trials"]
    assert (catch["k"], catch["n"]) == (2, 3)
    assert catch["failed_by_reader"] == {"R0": 1}


def test_the_balance_of_positions_is_counted(section: dict[str, Any]) -> None:
    position = section["detection"]["position"]
    assert position["real_slots"] == [6, 6, 6]
    assert position["counts"] == [6, 6, 6]
    assert (position["statistic"], position["df"], position["p"]) == (0.0, 2, 1.0)


def test_response_times_have_medians_and_a_slope_over_the_order(section: dict[str, Any]) -> None:
    times = section["conduct"]["response_times"]
    assert {row["reader"]: row["median_ms"] for row in times["by_reader"]} == {
        "R0": 4000.0,
        "R1": 4500.0,
        "R2": 5000.0,
    }
    assert times["under_one_second"] == 1
    assert times["log_slope_per_answer"]["high"] < 0


def test_the_course_of_accuracy_has_stages_that_sum_to_all(section: dict[str, Any]) -> None:
    stages = section["conduct"]["learning"]["stages"]
    assert sum(stage["n"] for stage in stages) == 18
    assert sum(stage["k"] for stage in stages) == section["detection"]["overall"]["k"]


def test_readers_who_saw_one_order_are_seen(section: dict[str, Any]) -> None:
    assert section["conduct"]["order"] == {"readers": 3, "distinct_orders": 1}


def test_what_was_not_recorded_is_left_out_or_said(tmp_path: Path) -> None:
    rows = "".join(
        f"trios,R{r},T{t},,{'real' if (r + t) % 2 else 'a'},{(r + t) % 2},,,,,\n"
        for r in range(2)
        for t in range(4)
    )
    section = conduct(tmp_path / "bare", rows)
    assert "response_times" not in section["conduct"]
    assert section["conduct"]["repeats"]["reason"] == "no hidden repeats were shown"
    assert section["detection"]["position"]["reason"] == "slot_picked was not recorded"
    assert "not recorded" in section["detection"]["choice_model"]["reason"]


def test_matched_labels_are_counted_by_source(tmp_path: Path) -> None:
    first, *others = ITEMS["sections"]
    matched = first | {"match": ["diagnosis", "laterality"]}
    folder = write_study(tmp_path / "bundle", sections=[matched, *others])
    table = folder / "images.csv"
    head, *lines = table.read_text().splitlines()
    # one more image of the left in ddpm, and none of it in pairs, which match nothing
    sides = ["left" if line.startswith(("real-0,", "ddpm-0,", "ddpm-1,")) else "right" for line in lines]
    rows = [f"{line},{side}" for line, side in zip(lines, sides, strict=True)]
    table.write_text("\n".join([f"{head},laterality", *rows]) + "\n")

    made = report(read_bundle(folder), model_answers=0)
    went = {name: part.conduct for name, part in made.results.sections.items()}
    balance = went["phase-1"].balance if went["phase-1"] else None
    assert [(row.label, row.value, dict(row.images)) for row in balance or ()] == [
        *(("diagnosis", value, {"real": 4, "ddpm": 4}) for value in ("effusion", "normal", "pneumonia")),
        ("laterality", "left", {"real": 1, "ddpm": 2}),
        ("laterality", "right", {"real": 11, "ddpm": 10}),
    ]
    assert went["pairs"] is not None
    assert went["pairs"].balance is None
    said = " ".join(made.outline.sections[0].conduct.sentences)
    assert "equally many answered images of each value of diagnosis" in said
    assert "differed in their answered images by laterality: left 1 to 2 and right 10 to 11" in said
    assert "Answered images by matched label and source" in made.html


def test_labels_are_called_what_study_json_calls_them(tmp_path: Path) -> None:
    first, *others = ITEMS["sections"]
    words = {"normal": "No finding", "pneumonia": "Pneumonia <sure>"}
    folder = write_study(
        tmp_path / "bundle",
        sections=[first | {"match": ["diagnosis"]}, *others],
        labels=[{"name": "diagnosis", "title": "Finding", "words": words}],
    )
    made = report(read_bundle(folder), model_answers=0)
    made.save(tmp_path / "out", formats=("html", "csv"))
    page = (tmp_path / "out" / "report.html").read_text()
    assert "of each value of Finding." in page
    assert "Pneumonia &lt;sure&gt;" in page
    [balance] = (tmp_path / "out").rglob("*-balance.csv")
    assert "diagnosis,pneumonia,4,4" in balance.read_text()


@pytest.mark.parametrize(
    "labels", ["diagnosis", [{"name": "diagnosis"}], [{"name": "d", "title": "D", "words": [1]}]]
)
def test_words_for_labels_are_checked(tmp_path: Path, labels: Any) -> None:
    with pytest.raises(BundleError, match="labels"):
        read_bundle(write_study(tmp_path / "bundle", labels=labels))
