"""Endpoints are what the protocol declared, tested as declared, and stand before everything else."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import t as student

from analysis.bundle import read_bundle
from analysis.bundle.errors import BundleError
from analysis.document.pick_real import Detection
from analysis.example import FOLDER
from analysis.reporting.endpoint_prose import primary_sentences
from analysis.reporting.report import Report, report
from tests.analysis.bundle.bundles import STUDY

ONE = {"sections": [{"name": "trios", "task": "pick_real", "alternatives": 3}]}


def made(folder: Path, *, missing: int = 0, **changes: Any) -> Report:
    """Six readers, 20 trials; the last reader did not answer the last trials."""
    rows = ["section,reader,trial,picked,correct,response_ms"]
    for r in range(6):
        for t in range(20 - missing * (r == 5)):
            right = (3 * r + 7 * t + r * t) % 5 < 2 + (r < 3)
            rows.append(f"trios,R{r},T{t},{'real' if right else 'a'},{int(right)},{400 + 300 * (t % 5)}")
    readers = ["reader,specialty,years", *(f"R{r},{'chest' if r < 3 else 'bone'},{r}" for r in range(6))]
    folder.mkdir()
    (folder / "study.json").write_text(json.dumps(STUDY | ONE | changes))
    (folder / "picks.csv").write_text("\n".join(rows) + "\n")
    (folder / "readers.csv").write_text("\n".join(readers) + "\n")
    return report(read_bundle(folder), model_answers=0)


def declared(**changes: Any) -> dict[str, Any]:
    return {"name": "found", "of": "trios.pick", "what": "accuracy", "against": 1 / 3} | changes


def test_the_default_is_named_as_one(tmp_path: Path) -> None:
    found = made(tmp_path / "bundle")
    (endpoint,) = found.results.endpoints
    assert (endpoint.name, endpoint.declared, endpoint.against) == ("real images found", False, 1 / 3)
    detection = found.results.sections["trios"].detection
    assert isinstance(detection, Detection)
    assert endpoint.p == pytest.approx(detection.overall.crossed.p, rel=1e-12)
    assert found.outline.brief[0].startswith("Primary endpoint, real images found: ")
    assert "The protocol declares no endpoint." in found.html


@pytest.mark.parametrize("test", ["difference", "superiority", "non_inferiority", "equivalence"])
def test_a_declared_endpoint_is_tested_as_declared(tmp_path: Path, test: str) -> None:
    margin = {"margin": 0.2} if test in ("non_inferiority", "equivalence") else {}
    asked = declared(role="primary", test=test, **margin)
    found = made(tmp_path / "bundle", endpoints=[asked])
    detection = found.results.sections["trios"].detection
    assert isinstance(detection, Detection)
    mean = detection.overall.crossed
    away = mean.estimate - 1 / 3
    # by hand: t on the crossed error and its degrees of freedom
    by_hand = {
        "difference": 2 * student.sf(abs(away) / mean.se, mean.df),
        "superiority": student.sf(away / mean.se, mean.df),
        "non_inferiority": student.sf((away + 0.2) / mean.se, mean.df),
        "equivalence": max(
            student.sf((0.2 + away) / mean.se, mean.df), student.sf((0.2 - away) / mean.se, mean.df)
        ),
    }[test]
    (endpoint,) = found.results.endpoints
    assert endpoint.p == pytest.approx(by_hand, rel=1e-9)
    assert endpoint.met == (by_hand < (0.05 if test == "difference" else 0.025))


def test_a_difference_of_shares_is_told_in_percentage_points(tmp_path: Path) -> None:
    document = made(tmp_path / "bundle", endpoints=[declared(role="primary")]).results
    (endpoint,) = document.endpoints
    (said,) = primary_sentences(document)
    assert "43.3% (95% interval 18.7% to 67.9%); a difference from 33.3% was not shown" in said
    apart = endpoint.with_(compare=("a", "b"), against=None, test="equivalence", margin=0.1)
    apart = apart.with_(estimate=0.0425, low=-0.01, high=0.1, met=True, p=0.01, p_holm=0.01)
    (said,) = primary_sentences(replace(document, endpoints=(apart,)))
    assert said.endswith(
        "4.3 points (95% interval −1.0 to 10.0); equivalence with zero within ±10.0 points was shown "
        "(p\u00a0=\u00a0.010)."
    )


def test_secondary_endpoints_are_corrected_among_themselves(tmp_path: Path) -> None:
    asked = [declared(role="primary"), *(declared(name=f"s{i}", against=a) for i, a in enumerate((0.3, 0.4)))]
    primary, *others = made(tmp_path / "bundle", endpoints=asked).results.endpoints
    assert primary.p_holm == primary.p
    smaller, larger = sorted(others, key=lambda each: each.p)
    assert smaller.p_holm == pytest.approx(min(1.0, 2 * smaller.p))
    assert larger.p_holm == pytest.approx(max(smaller.p_holm, larger.p))


def test_the_shipped_example_declares_its_endpoints() -> None:
    found = report(read_bundle(FOLDER), model_answers=0)
    primary, *secondary = found.results.endpoints
    assert (primary.role, primary.test, primary.met) == ("primary", "equivalence", True)
    assert [each.compare[0] for each in secondary] == ["real"] * 3
    pairs = found.document["sections"]["quartets"]["realism"]["pairs"][:3]
    assert [each.estimate for each in secondary] == [pair["difference"]["estimate"] for pair in pairs]
    assert "Sample size: Eight readers and 50 quartets" in found.html
    _, table, *_ = found.html.split("<table")
    assert "29.0%" in table  # the share found
    assert "0.095" in table  # a difference of means
    assert "0.290" not in table


@pytest.mark.parametrize(
    ("endpoints", "said"),
    [
        ({}, "write a list of objects"),
        ([3], "write an object with name"),
        ([declared(test="better")], "choose from difference"),
        ([declared(test="equivalence")], "needs a margin above 0"),
        ([declared(compare=["a"])], "name two"),
    ],
)
def test_an_endpoint_that_is_none_is_refused(tmp_path: Path, endpoints: Any, said: str) -> None:
    with pytest.raises(BundleError, match=said):
        made(tmp_path / "bundle", endpoints=endpoints)


def test_missing_and_fast_answers_are_varied(tmp_path: Path) -> None:
    found = made(tmp_path / "bundle", missing=4).results.sections["trios"]
    rows = {row.analysis: row for row in found.sensitivity or ()}
    assert list(rows) == [
        "main analysis",
        "without answers under one second",
        "cases that every reader answered",
        "missing answers counted as wrong",
        "missing answers counted as correct",
    ]
    main, wrong = rows["main analysis"], rows["missing answers counted as wrong"]
    assert (main.n_answers, wrong.n_answers) == (116, 120)
    assert wrong.estimate == pytest.approx(main.estimate * 116 / 120)
    right = rows["missing answers counted as correct"]
    assert right.estimate == pytest.approx((main.estimate * 116 + 4) / 120)
    assert rows["cases that every reader answered"].n_answers == 96
    # 400 and 700 ms of every five
    assert rows["without answers under one second"].n_answers < 0.65 * 116


def test_groups_of_readers_are_compared_with_all_others(tmp_path: Path) -> None:
    found = made(tmp_path / "bundle")
    specialty, experience = found.results.sections["trios"].subgroups or ()
    assert (specialty.factor, experience.factor) == ("specialty", "experience")
    bone, chest = specialty.groups
    assert (bone.group, chest.group) == ("bone", "chest")
    assert chest.difference == pytest.approx(chest.estimate - bone.estimate)
    assert chest.p == pytest.approx(bone.p)
    # by hand: the same cases, readers nested in groups, is the crossed difference with the roles exchanged
    table = np.array([[(3 * r + 7 * t + r * t) % 5 < 2 + (r < 3) for t in range(20)] for r in range(6)])
    assert chest.estimate == pytest.approx(table[:3].mean())
    assert "Real images found, by specialty" in found.html


def test_the_checklist_names_a_place_only_where_there_is_one(tmp_path: Path) -> None:
    bare = {(i.guideline, i.item): i.where for i in made(tmp_path / "bundle").outline.checklist}
    assert bare["STARD 2015", "18"] == "not reported"
    assert bare["STARD 2015", "23"] == "not reported"
    assert bare["STARD 2015", "20"] == "Conduct: readers"
    assert len([key for key in bare if key[0] == "GRRAS"]) == 15
    said = made(tmp_path / "sized", sample_size="As many as we had.").outline
    full = {(i.guideline, i.item): i.where for i in said.checklist}
    assert full["STARD 2015", "18"] == "Methods: Sample size"
    assert "Sample size: As many as we had." in " ".join(said.methods)


LOOKS: dict[str, Any] = {
    "method": "lan-demets-obrien-fleming",
    "planned": [0.5],
    "taken": [
        {"information": 0.5, "answers": 60, "decision": "continue", "p": 0.2, "nominal_p": 0.00305},
    ],
    "information": 1.0,
    "last": True,
}


def test_the_end_is_held_against_what_looks_before_left(tmp_path: Path) -> None:
    """An endpoint with p between what is left and .05 is met without looks, and not met after one."""
    detection = made(tmp_path / "mean").results.sections["trios"].detection
    assert isinstance(detection, Detection)
    mean = detection.overall.crossed
    estimate, se, df = (float(getattr(mean, name) or 0) for name in ("estimate", "se", "df"))
    # the value that lies so far away that p is .0495; the end has .0490 after this look
    near = declared(role="primary", against=estimate - student.isf(0.0495 / 2, df) * se)
    assert made(tmp_path / "near", endpoints=[near]).results.endpoints[0].met
    found = made(tmp_path / "looked", endpoints=[near], looks=LOOKS)
    (endpoint,) = found.results.endpoints
    assert endpoint.looks is not None
    assert not endpoint.met
    nominal = endpoint.looks.nominal_p
    assert nominal == pytest.approx(0.0490, abs=5e-5)
    reach = student.isf(nominal / 2, df) * se
    assert endpoint.looks.low == pytest.approx(estimate - reach, rel=1e-9)
    assert endpoint.looks.high == pytest.approx(estimate + reach, rel=1e-9)
    assert "Look 1, at 50.0% of the planned answers: the study went on" in found.html


def test_a_look_that_stopped_decides(tmp_path: Path) -> None:
    stopped = LOOKS["taken"][0] | {"decision": "stop", "p": 0.002}
    looks = LOOKS | {"taken": [stopped], "information": 0.6}
    weak = declared(role="primary", against=0.5)
    found = made(tmp_path / "bundle", endpoints=[weak], looks=looks)
    assert found.results.endpoints[0].met
    assert "the study was to stop" in found.html


@pytest.mark.parametrize(
    "looks",
    [
        {"method": "pocock"},
        LOOKS | {"information": 0},
        LOOKS | {"taken": [{"information": 0.5, "answers": 0, "decision": "continue"}]},
        LOOKS | {"taken": LOOKS["taken"] * 2},
        LOOKS | {"taken": [LOOKS["taken"][0] | {"decision": "perhaps"}]},
    ],
)
def test_looks_that_cannot_be_are_refused(tmp_path: Path, looks: dict[str, Any]) -> None:
    with pytest.raises(BundleError, match="looks"):
        made(tmp_path / "bundle", endpoints=[declared(role="primary")], looks=looks)
