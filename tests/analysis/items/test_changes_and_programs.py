"""Sections that ask the same are compared, arms are averaged as they should, programs stand beside people."""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest

from analysis.arrays import score_table
from analysis.bundle import read_bundle
from analysis.compute import compute
from analysis.crossed import crossed_mean
from analysis.document import to_json
from analysis.document.staircase import Staircase
from analysis.reporting.report import report
from tests.analysis.items.studies import STUDY, write_study

SCALE = {
    "name": "sure",
    "kind": "scale",
    "of": "image",
    "ask": "How sure?",
    "scale": {"points": [1, 2, 3, 4, 5]},
}


def crossover(folder: Path, *, period: float) -> Path:
    """Four read plain then aided, two the other way round; aid adds nothing, the second section `period`."""
    folder.mkdir()
    arms = [
        {"name": "A", "sections": ["plain", "aided"]},
        {"name": "B", "sections": ["aided", "plain"]},
    ]
    sections = [
        {"name": "plain", "task": "ask", "items": [SCALE]},
        {"name": "aided", "task": "ask", "reuse": "plain", "items": [SCALE]},
    ]
    study = STUDY | {"sections": sections, "arms": arms}
    (folder / "study.json").write_text(json.dumps(study))
    rng = np.random.default_rng(5)
    rows = ["section,reader,trial,image,source,item,value,missing"]
    readers = ["reader,arm"]
    for r in range(6):
        arm = "AAAABB"[r]
        readers.append(f"R{r},{arm}")
        for section in ("plain", "aided"):
            late = (section == "aided") == (arm == "A")
            for i in range(20):
                value = int(np.clip(round(2.5 + (i % 3) * 0.5 + period * late + rng.normal(0, 0.5)), 1, 5))
                rows.append(f"{section},R{r},{section}-{i},I{i},{('real', 'ddpm')[i % 2]},sure,{value},")
    (folder / "answers.csv").write_text("\n".join(rows) + "\n")
    (folder / "readers.csv").write_text("\n".join(readers) + "\n")
    return folder


def test_each_order_counts_alike(tmp_path: Path) -> None:
    bundle = read_bundle(crossover(tmp_path / "bundle", period=1.0))
    (change,) = compute(bundle, model_answers=0).changes or ()
    rows = bundle.answers
    assert rows is not None
    values = {
        section: score_table(
            own["reader"].astype(object),
            own["image"].astype(object),
            own["value"].astype(object).astype(float),
        )[0]
        for section, own in rows.groupby("section", observed=True)
    }
    away = values["aided"] - values["plain"]
    by_hand = (away[:4].mean() + away[4:].mean()) / 2
    assert change.difference == pytest.approx(by_hand)
    assert change.orders == (2, 4)
    assert change.period is not None
    # readers who read aided first are minus the period, the others plus
    assert change.period.estimate == pytest.approx((away[4:].mean() - away[:4].mean()) / 2)
    # without the weights the period would pass for an effect of the aid
    assert abs(by_hand) < 0.15 < away.mean()
    assert change.n_readers == 6
    assert change.n_cases == 20


def test_from_is_a_key_of_the_report(tmp_path: Path) -> None:
    document = to_json(compute(read_bundle(crossover(tmp_path / "bundle", period=0.0)), model_answers=0))
    (change,) = document["changes"]
    assert (change["from"], change["to"], change["item"], change["paired"]) == (
        "plain",
        "aided",
        "sure",
        True,
    )


def test_a_study_without_items_has_none_of_the_new_keys() -> None:
    from analysis.example import FOLDER

    document = to_json(compute(read_bundle(FOLDER), model_answers=0))
    assert "changes" not in document
    assert "program_readers" not in document["study"]
    for part in document["sections"].values():
        assert not {"items", "staircase", "programs"} & part.keys()


def rows_without(path: Path, reader: str) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return [row for row in csv.DictReader(stream) if row["reader"] != reader]


def test_no_number_of_people_holds_an_answer_of_a_program(tmp_path: Path) -> None:
    """With the program's rows taken out by hand every number of people stays."""
    mixed = write_study(tmp_path / "mixed", seed=4, program=True)
    alone = write_study(tmp_path / "alone", seed=4, program=True)
    for name in ("answers.csv", "marks.csv", "readers.csv"):
        kept = rows_without(alone / name, "P1")
        with (alone / name).open("w", newline="") as stream:
            writer = csv.DictWriter(stream, list(kept[0]))
            writer.writeheader()
            writer.writerows(kept)
    both, people = (to_json(compute(read_bundle(folder), model_answers=0)) for folder in (mixed, alone))
    programs = {name: part.pop("programs") for name, part in both["sections"].items()}
    assert both["sections"] == people["sections"]
    assert both["changes"] == people["changes"]
    assert both["study"]["n_answers"] == people["study"]["n_answers"]
    assert all(programs.values())


def test_a_program_is_compared_with_people_case_by_case(tmp_path: Path) -> None:
    bundle = read_bundle(write_study(tmp_path / "bundle", seed=4, program=True))
    rows = compute(bundle, model_answers=0).sections["phase-1"].programs or ()
    row = next(r for r in rows if (r.asked, r.what, r.source) == ("Most likely diagnosis", "accuracy", "all"))
    answers = bundle.answers
    assert answers is not None
    own = answers[((answers["section"] == "phase-1") & (answers["item"] == "diagnosis")).to_numpy()]
    table, readers, _ = score_table(own["reader"].astype(object), own["image"].astype(object), own["correct"])
    program, people = table[readers.index("P1")], table[[r for r, n in enumerate(readers) if n != "P1"]]
    by_hand = crossed_mean(program - people, null=0.0)
    assert row.difference is not None
    assert (row.estimate, row.people) == pytest.approx((program.mean(), people.mean()))
    assert (row.difference.estimate, row.difference.p) == pytest.approx((by_hand.estimate, by_hand.p))
    share = people.mean(axis=0)
    assert row.overlap is not None
    assert row.overlap.both_wrong == int(((program == 0) & (share < 0.5)).sum())
    assert row.overlap.only_program_wrong == int(((program == 0) & (share > 0.5)).sum())


def test_the_page_says_what_programs_are(tmp_path: Path) -> None:
    made = report(read_bundle(write_study(tmp_path / "bundle", program=True)), model_answers=0)
    assert "One reader was a program; they stand beside people" in made.html
    assert "P1 answered as a program." in made.html


def test_the_checklist_points_to_what_is_known_of_programs(tmp_path: Path) -> None:
    def asked(folder: Path, programs: object) -> tuple[dict[str, str], str]:
        made = report(read_bundle(write_study(folder, program=True, programs=programs)), model_answers=0)
        rows = [row for row in made.outline.checklist if row.guideline == "programs, as REFINE"]
        assert {row.item for row in rows} == {"our own"}
        return {row.asks: row.where for row in rows}, made.html

    known = {"reader": "P1", "model": "llava", "version": "1.6", "prompt_digest": "", "repeats": 3}
    rows, page = asked(tmp_path / "known", [known])
    assert (rows["Which model"], rows["Which version of it"]) == ("Provenance", "Provenance")
    assert rows["How often each question was asked"] == "Provenance"
    assert rows["The prompt, or a digest of it"] == "not reported"
    assert rows["Cost, and tokens used"] == "not reported"
    assert rows["Results beside those of people, on the same cases"] == "Results: Programs beside people"
    assert "model llava, version 1.6, times each question was asked: 3" in page
    rows, page = asked(tmp_path / "unknown", "nothing")
    assert rows["Which model"] == "not reported"
    assert "program P1" not in page


def test_the_checklist_asks_nothing_of_programs_where_none_read(tmp_path: Path) -> None:
    made = report(read_bundle(write_study(tmp_path / "bundle")), model_answers=0)
    assert not [row for row in made.outline.checklist if "REFINE" in row.guideline]


def test_a_staircase_has_a_threshold(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    folder.mkdir()
    item = {
        "name": "kind",
        "kind": "choice",
        "of": "image",
        "ask": "Which?",
        "options": [{"value": "real"}, {"value": "synthetic"}],
        "truth": "kind",
    }
    rule = {"item": "kind", "start_ms": 500, "min_ms": 20, "max_ms": 2000, "down": 1, "down_ms": 20}
    section = {"name": "flash", "items": [item], "staircase": rule | {"up": 1, "up_ms": 60, "reversals": 0}}
    (folder / "study.json").write_text(json.dumps(STUDY | {"sections": [section]}))
    rng = np.random.default_rng(3)
    rows = ["section,reader,trial,image,source,item,value,correct,missing,exposure_ms"]
    for r in range(6):
        now = 500.0
        for t in range(80):
            made = rng.random() < 0.5
            right = rng.random() < 0.5 + 0.48 / (1 + math.exp(-4 * (math.log(now) - math.log(160))))
            said = "synthetic" if made == right else "real"
            source = "ddpm" if made else "real"
            rows.append(f"flash,R{r},R{r}-{t},R{r}-I{t},{source},kind,{said},{int(right)},,{now:g}")
            now = max(now - 20, 20) if right else min(now + 60, 2000)
    (folder / "answers.csv").write_text("\n".join(rows) + "\n")
    made_report = report(read_bundle(folder), model_answers=0)
    found = made_report.results.sections["flash"].staircase
    assert isinstance(found, Staircase)
    # Kaernbach (1991): three up for one down settles at three quarters
    assert found.target == pytest.approx(0.75)
    true = 160 * math.exp(math.log((0.75 - 0.5) / (0.98 - 0.75)) / 4)
    assert found.threshold.estimate == pytest.approx(true, rel=0.2)
    assert len(found.by_reader) == 6
    assert "Readers were right 75.0% of the time at an exposure of" in made_report.html
