"""Sections of calls and of label checks, against counts by hand and textbook ends."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import t as student

from analysis.bundle import read_bundle
from analysis.compute import compute
from analysis.crossed import crossed_stratified
from analysis.document import to_json
from tests.analysis.bundle.bundles import STUDY, section_results


def analysed(folder: Path, section: dict[str, Any], table: str, text: str) -> dict[str, Any]:
    folder.mkdir()
    (folder / "study.json").write_text(json.dumps(STUDY | {"sections": [section]}))
    (folder / table).write_text(text)
    return to_json(compute(read_bundle(folder)))["sections"][section["name"]]


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    text = "section,reader,image,source,call,confidence\n"
    # each of three readers sees 24 images of a, 24 of b and 24 real ones; 4, 15 and 2 are called synthetic
    for r in range(3):
        for source, detected in (("a", 4), ("b", 15), ("real", 2)):
            for i in range(24):
                call = "synthetic" if (i + 5 * r) % 24 < detected else "real"
                text += f"singles,R{r},{source}-{i},{source},{call},{1 + i % 3}\n"
    path = tmp_path_factory.mktemp("calls") / "bundle"
    return analysed(path, {"name": "singles", "task": "call"}, "calls.csv", text)


def test_detection_rates_of_generators_stand_beside_the_false_alarms(calls: dict[str, Any]) -> None:
    shown = {
        row["source"]: (row["detected"], row["n"], row["rate"])
        for row in calls["discrimination"]["by_source"]
    }
    # the published 16.7% and 62.5%
    assert shown == {"real": (6, 72, 1 / 12), "a": (12, 72, 1 / 6), "b": (45, 72, 0.625)}


def test_each_reader_has_the_four_counts_and_what_follows(calls: dict[str, Any]) -> None:
    row = calls["discrimination"]["by_reader"][0]
    counts = (row["hit"], row["miss"], row["false_alarm"], row["correct_rejection"])
    assert counts == (19, 29, 2, 22)
    assert row["sensitivity"] == 19 / 48
    assert row["specificity"] == 22 / 24
    assert row["accuracy"] == 41 / 72
    assert 0.5 < row["auc"]["estimate"] < 1


def test_a_missing_confidence_is_in_no_share_of_a_fine_scale(tmp_path: Path) -> None:
    text = "section,reader,image,source,call,confidence\n"
    for reader in ("R0", "R1"):
        for i in range(24):
            text += f"singles,{reader},i{i},{'a' if i % 2 else 'real'},synthetic,{4 * i}\n"
        text += f"singles,{reader},i24,a,synthetic,\nsingles,{reader},i25,a,synthetic,\n"
    made = analysed(tmp_path / "bundle", {"name": "singles", "task": "call"}, "calls.csv", text)
    shares = made["discrimination"]["calibration"]
    assert sum(row["n"] for row in shares) == 48
    assert shares[-1]["confidence"] == 92
    assert all(row["low"] < row["rate"] < row["high"] or row["rate"] in {0, 1} for row in shares)


def test_the_difference_of_generators_has_common_readers_and_nested_images(calls: dict[str, Any]) -> None:
    (difference,) = calls["discrimination"]["differences"]
    assert (difference["a"], difference["b"]) == ("a", "b")
    assert difference["difference"] == pytest.approx(1 / 6 - 0.625)
    assert difference["high"] < 0
    assert difference["p_holm"] == difference["p"]


def test_pooled_accuracy_is_stratified_by_truth(calls: dict[str, Any]) -> None:
    pooled = calls["discrimination"]["pooled"]
    assert (pooled["k"], pooled["n"]) == (3 * 41, 216)
    assert pooled["crossed"]["low"] < pooled["rate"] < pooled["crossed"]["high"]


def test_equivalence_with_guessing_is_decided_by_the_margin(calls: dict[str, Any]) -> None:
    found, balanced = calls["discrimination"]["equivalence"], calls["discrimination"]["balanced"]["crossed"]
    every = [found["balanced"], found["sensitivity"], found["specificity"], *found["by_generator"]]
    assert found["balanced"]["estimate"] == balanced["estimate"]
    for row in every:
        assert row["null"] == 0.5
        assert row["within"] == (0.5 - row["margin"] < row["low"] and row["high"] < 0.5 + row["margin"])
        assert row["p"] == max(row["p_low"], row["p_high"])
        assert row["p_non_inferior"] == row["p_high"]
    # by hand: two one-sided t-tests on the crossed error
    reach = (0.5 + found["balanced"]["margin"] - balanced["estimate"]) / balanced["se"]
    assert found["balanced"]["p_high"] == pytest.approx(student.sf(reach, balanced["df"]))


def test_a_split_plot_study_is_analysed_with_all_its_answers(tmp_path: Path) -> None:
    """Readers 0 and 1 call the even images, 2 and 3 the odd ones, so no image has every answer."""
    text = "section,reader,image,source,call,confidence\n"
    for r in range(4):
        for source, detected in (("a", 14), ("real", 4)):
            for i in range(r // 2, 24, 2):
                call = "synthetic" if (i + 5 * r) % 24 < detected else "real"
                text += f"singles,R{r},{source}-{i:02},{source},{call},{1 + i % 3}\n"
    section = {"name": "singles", "task": "call"}
    part = analysed(tmp_path / "bundle", section, "calls.csv", text)["discrimination"]
    whole = part["roc"]["any_design"]
    assert (whole["n_answers"], whole["n_readers"], whole["n_cases"]) == (96, 4, 48)
    # every reader compared as many pairs, so the mean over all pairs is that of the readers' areas
    own = [row["auc"]["estimate"] for row in part["by_reader"]]
    assert whole["estimate"] == pytest.approx(sum(own) / 4)
    assert whole["low"] < whole["estimate"] < whole["high"]
    assert "mean" not in part["roc"]
    document = compute(read_bundle(tmp_path / "bundle"))
    assert "Over all 96 answers, whoever read which of the 48 images" in " ".join(
        section_results(document, "singles")
    )


def test_each_generator_has_its_area_against_the_common_real_images(calls: dict[str, Any]) -> None:
    part = calls["discrimination"]
    areas = {row["source"]: row for row in part["by_generator"]["areas"]}
    (difference,) = part["by_generator"]["differences"]
    assert (difference["a"], difference["b"]) == ("a", "b")
    assert difference["difference"] == pytest.approx(areas["a"]["estimate"] - areas["b"]["estimate"])
    # as many images of each: the area against all synthetic ones is the mean of the two
    assert (areas["a"]["estimate"] + areas["b"]["estimate"]) / 2 == pytest.approx(
        part["roc"]["mean"]["estimate"]
    )


def test_the_curves_of_the_readers_enclose_their_areas(calls: dict[str, Any]) -> None:
    part = calls["discrimination"]
    for curve, row in zip(part["curves"]["by_reader"], part["by_reader"], strict=True):
        area = np.trapezoid(curve["sensitivity"], curve["false_alarms"])
        assert area == pytest.approx(row["auc"]["estimate"])
    mean = part["curves"]["mean"]
    assert (mean["false_alarms"][0], mean["sensitivity"][-1]) == (0.0, 1.0)


def test_images_are_ranked_by_how_many_readers_they_fooled(calls: dict[str, Any]) -> None:
    wrong = [row["wrong"] for row in calls["discrimination"]["by_image"]]
    assert wrong == sorted(wrong, reverse=True)
    assert sum(wrong) == 216 - 3 * 41


def checks(tmp_path: Path, verdict: Any, n: int = 100) -> dict[str, Any]:
    text = "section,reader,image,label,intended,observed,verdict\n" + "".join(
        f"labels,R{r},a-{i},grade,{i % 4},{i % 4},{verdict(r, i)}\n" for r in range(2) for i in range(n)
    )
    section = {"name": "labels", "task": "check_label"}
    return analysed(tmp_path / "bundle", section, "checks.csv", text)["label_checks"]


def test_no_discrepancy_in_a_hundred_has_an_upper_end_of_3_6_percent(tmp_path: Path) -> None:
    found = checks(tmp_path, lambda r, i: "fits")
    consensus = found["consensus"]
    assert (consensus["discrepant"], consensus["n"], consensus["low"]) == (0, 100, 0.0)
    assert consensus["high"] == pytest.approx(0.0362167, abs=1e-7)
    assert [row["discrepant"] for row in found["by_reader"]] == [0, 0]


def test_unsure_answers_are_counted_and_judge_nothing(tmp_path: Path) -> None:
    found = checks(tmp_path, lambda r, i: "unsure" if i < 10 else ("discrepant" if i < 15 and r else "fits"))
    assert found["unsure"] == 20
    assert (found["consensus"]["n"], found["consensus"]["discrepant"]) == (90, 0)
    assert (found["consensus"]["ties"], found["consensus"]["with_ties"]["discrepant"]) == (5, 5)
    assert (found["consensus"]["by_any_reviewer"], found["consensus"]["by_all_reviewers"]) == (5, 0)
    assert [row["discrepant"] for row in found["by_reader"]] == [0, 5]


def test_a_consensus_is_more_than_half_of_the_readings(tmp_path: Path) -> None:
    """Two reviewers who disagree on 15 of 40 labels agree that none is discrepant."""
    found = checks(tmp_path, lambda r, i: "discrepant" if i < 15 and r == i % 2 else "fits", n=40)
    consensus = found["consensus"]
    assert (consensus["discrepant"], consensus["ties"], consensus["n"]) == (0, 15, 40)
    assert consensus["rule"] == "more than half of the readings"
    assert (consensus["by_any_reviewer"], consensus["by_all_reviewers"]) == (15, 0)


def test_labels_that_all_fit_agree_perfectly(tmp_path: Path) -> None:
    (label,) = checks(tmp_path, lambda r, i: "fits")["by_label"]
    assert (label["agree"], label["n"]) == (200, 200)
    assert label["kappa_quadratic"]["estimate"] == 1.0


def test_who_calls_everything_synthetic_is_not_above_chance(tmp_path: Path) -> None:
    """Three images in four are synthetic, so that habit alone is right three times in four."""
    rows = [
        f"singles,R{r},{source}-{i},{source},{'real' if i + r in {3, 5, 11} else 'synthetic'}"
        for r in range(5)
        for source in ("real", "a", "b")
        for i in range(12 if source == "real" else 18)
    ]
    study = STUDY | {"sections": [{"name": "singles", "task": "call"}]}
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    (bundle / "study.json").write_text(json.dumps(study))
    (bundle / "calls.csv").write_text("\n".join(["section,reader,image,source,call", *rows]) + "\n")
    document = compute(read_bundle(bundle))
    part = to_json(document)["sections"]["singles"]["discrimination"]
    assert part["pooled"]["crossed"]["low"] > 0.5
    assert part["balanced"]["rate"] == pytest.approx(
        (part["balanced"]["sensitivity"]["estimate"] + part["balanced"]["specificity"]["estimate"]) / 2
    )
    assert part["balanced"]["crossed"]["low"] < 0.5 < part["balanced"]["crossed"]["high"]
    assert "above chance" not in " ".join(section_results(document, "singles"))


def test_overconfidence_and_brier_score_carry_readers_and_images(calls: dict[str, Any]) -> None:
    found = calls["discrimination"]["confidence"]
    # confidence 1, 2, 3 states 50, 75, 100%; an image has the same confidence from each reader
    stated = np.tile([0.5, 0.75, 1.0], 24)
    rows = [[(i + 5 * r) % 24 < detected for detected in (4, 15, 2) for i in range(24)] for r in range(3)]
    right = np.array(rows) == np.repeat([True, True, False], 24)
    kinds = np.repeat(["synthetic", "synthetic", "real"], 24)
    for name, table in (("gap", stated - right), ("score", (stated - right) ** 2)):
        by_hand = crossed_stratified(table, kinds, bounds=(-1, 1))
        assert found[name]["estimate"] == pytest.approx(table.mean(), abs=1e-12)
        assert (found[name]["low"], found[name]["high"]) == pytest.approx(
            (by_hand.low, by_hand.high), abs=1e-12
        )
    assert found["gap"]["estimate"] == pytest.approx(found["overconfidence"], abs=1e-12)
    assert found["score"]["estimate"] == pytest.approx(found["brier"], abs=1e-12)


def test_a_choice_that_leaves_no_image_of_one_kind_is_not_offered(tmp_path: Path) -> None:
    """Few answers of a reading that ended early: every reader answered two images, both synthetic."""
    rows = [("R1", "real", 2), ("R1", "b", 0), ("R1", "a", 2), ("R2", "b", 0), ("R2", "a", 2), ("R2", "a", 1)]
    text = "section,reader,image,source,call\n"
    text += "".join(f"singles,{reader},{source}-{i},{source},real\n" for reader, source, i in rows)
    part = analysed(tmp_path / "few", {"name": "singles", "task": "call"}, "calls.csv", text)
    analyses = [row["analysis"] for row in part["sensitivity"]]
    assert analyses[0] == "main analysis"
    assert "cases that every reader answered" not in analyses


def test_a_section_of_catch_trials_alone_says_that_it_has_too_few_answers(tmp_path: Path) -> None:
    text = "section,reader,image,source,call,catch\n"
    text += "".join(f"singles,R{r},a-{i},a,real,1\n" for r in range(2) for i in range(3))
    part = analysed(tmp_path / "few", {"name": "singles", "task": "call"}, "calls.csv", text)
    assert part == {"task": "call", "reason": "Section “singles” has too few answers."}
