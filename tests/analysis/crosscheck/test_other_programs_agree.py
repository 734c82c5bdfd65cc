"""scipy, statsmodels, krippendorff and pingouin on the shipped example, and where they would differ."""

import json
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from analysis import read_bundle
from analysis.crosscheck.compare import CrossCheckError, cross_check
from analysis.reporting.report import Report, report

EXAMPLE = Path(__file__).parents[3] / "analysis" / "example"


@pytest.fixture(scope="module")
def made() -> Report:
    return report(read_bundle(EXAMPLE), model_answers=0)


@pytest.fixture(scope="module")
def document(made: Report) -> Mapping[str, Any]:
    return made.document


@pytest.fixture(scope="module")
def found(document: Mapping[str, Any]) -> dict[str, Any]:
    return cross_check(EXAMPLE, document)


def test_every_number_of_the_example_agrees(found: dict[str, Any]) -> None:
    assert [row["statistic"] for row in found["rows"] if not row["agrees"]] == []
    assert found["agree"] == found["of"] > 30
    assert set(found["programs"]) == {"scipy", "statsmodels", "krippendorff", "pingouin"}


def test_a_wrong_number_of_ours_is_found(document: Mapping[str, Any]) -> None:
    wrong = deepcopy(document)
    wrong["sections"]["quartets"]["agreement"]["picks"]["fleiss"]["estimate"] += 1e-4
    found = cross_check(EXAMPLE, wrong)
    (row,) = [row for row in found["rows"] if not row["agrees"]]
    assert row["statistic"] == "Fleiss’ kappa of picks"
    assert row["difference"] == pytest.approx(1e-4)
    assert found["agree"] == found["of"] - 1


def test_the_appendix_is_in_the_page_and_in_json(made: Report, found: dict[str, Any]) -> None:
    made = made.with_cross_check(found)
    assert f"{found['of']} of {found['of']} numbers agree to within 1e-06" in made.html
    assert "Friedman’s Q" in made.html
    assert json.loads(made.to_json())["cross_check"]["agree"] == found["of"]
    assert made.outline.all_tables[-1].of.name == "cross-check"


def test_a_bundle_that_cannot_be_read_there_is_an_error_with_a_remedy(
    tmp_path: Path, document: Mapping[str, Any]
) -> None:
    with pytest.raises(CrossCheckError, match=r"stopped with .*leave out --cross-check"):
        cross_check(tmp_path / "gone", document)
