"""Where images.csv names the case of each image, generators are compared case by case."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from statsmodels.stats import contingency_tables

from analysis.bundle import read_bundle
from analysis.crossed import crossed_mean
from analysis.reporting.report import Report, report
from tests.analysis.bundle.bundles import section_results

GENERATORS = ("a", "b", "c")
SHARES = (0.85, 0.6, 0.45)
READERS, CASES = 4, 30
STUDY: dict[str, Any] = {
    "title": "One radiograph, three generators",
    "sources": [
        {"name": "real", "kind": "real"},
        *({"name": name, "kind": "synthetic"} for name in GENERATORS),
    ],
    "sections": [{"name": "singles", "task": "call"}],
}


@pytest.fixture
def detected() -> np.ndarray:
    """Readers x cases x generators, of a study where some cases are easier than others."""
    rng = np.random.default_rng(5)
    easy = rng.normal(0, 0.15, (1, CASES, 1))
    return (rng.random((READERS, CASES, 3)) < np.array(SHARES) + easy).astype(int)


def bundle_of(folder: Path, detected: np.ndarray, *, cases: bool = True) -> Report:
    folder.mkdir()
    (folder / "study.json").write_text(json.dumps(STUDY))
    calls, images = ["section,reader,image,source,call"], ["image,source" + ",case" * cases]
    for (r, c, g), flag in np.ndenumerate(detected):
        call = "synthetic" if flag else "real"
        calls.append(f"singles,R{r},{GENERATORS[g]}-{c},{GENERATORS[g]},{call}")
    calls += [
        f"singles,R{r},real-{c},real,{('real', 'synthetic')[(r + c) % 3 == 0]}"
        for r in range(READERS)
        for c in range(CASES)
    ]
    for source in ("real", *GENERATORS):
        images += [f"{source}-{c},{source}" + f",case-{c}" * cases for c in range(CASES)]
    (folder / "calls.csv").write_text("\n".join(calls) + "\n")
    (folder / "images.csv").write_text("\n".join(images) + "\n")
    made = report(read_bundle(folder))
    made.save(folder / "out", formats=("html", "xlsx", "csv", "json"))
    return made


def test_cochrans_q_and_exact_mcnemar_equal_statsmodels(tmp_path: Path, detected: np.ndarray) -> None:
    part = bundle_of(tmp_path / "bundle", detected).document["sections"]["singles"]["discrimination"]
    same = part["same_cases"]
    assert same["n_cases"] == CASES
    tables = [*detected, detected.mean(axis=0) > 0.5]
    for found, table in zip([*same["by_reader"], same["majority"]], tables, strict=True):
        theirs = contingency_tables.cochrans_q(table.astype(int))
        assert found["cochran_q"]["statistic"] == pytest.approx(theirs.statistic, rel=1e-12)
        assert found["cochran_q"]["p"] == pytest.approx(theirs.pvalue, rel=1e-10)
        for row in found["mcnemar"]:
            i, j = GENERATORS.index(row["a"]), GENERATORS.index(row["b"])
            counts = [[0, row["only_a"]], [row["only_b"], 0]]
            assert row["only_a"] == int((table[:, i] > table[:, j]).sum())
            assert row["p"] == pytest.approx(contingency_tables.mcnemar(counts, exact=True).pvalue, rel=1e-10)
            assert row["p_holm"] >= row["p"]


def test_the_crossed_difference_is_paired_by_case(tmp_path: Path, detected: np.ndarray) -> None:
    part = bundle_of(tmp_path / "bundle", detected).document["sections"]["singles"]["discrimination"]
    first = part["differences"][0]
    by_hand = crossed_mean(detected[:, :, 0] - detected[:, :, 1], null=0.0, bounds=(-1.0, 1.0))
    assert first["paired"]
    assert first["se"] == pytest.approx(by_hand.se, rel=1e-12)
    assert first["p"] == pytest.approx(by_hand.p, rel=1e-9)


def test_without_cases_images_are_nested_and_nothing_is_paired(tmp_path: Path, detected: np.ndarray) -> None:
    made = bundle_of(tmp_path / "bundle", detected, cases=False)
    part = made.document["sections"]["singles"]["discrimination"]
    assert not part["differences"][0]["paired"]
    assert "same_cases" not in part


def test_the_report_says_whom_the_tests_speak_of(tmp_path: Path, detected: np.ndarray) -> None:
    made = bundle_of(tmp_path / "bundle", detected)
    sentences = " ".join(section_results(made.results, "singles"))
    assert "The same 30 cases went through a, b and c." in sentences
    assert "These tests speak of these readers" in sentences
    table = (tmp_path / "bundle" / "out" / "tables").glob("*same-cases.csv")
    assert len(next(table).read_text().splitlines()) == 1 + 3 * (1 + READERS)


def test_generators_that_are_detected_alike_have_no_q_but_a_sentence(
    tmp_path: Path, detected: np.ndarray
) -> None:
    made = bundle_of(tmp_path / "bundle", np.ones_like(detected))
    same = made.document["sections"]["singles"]["discrimination"]["same_cases"]
    assert same["majority"]["cochran_q"]["p"] is None
    assert "detected every case alike" in " ".join(section_results(made.results, "singles"))
