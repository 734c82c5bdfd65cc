"""Areas in crossed, split-plot and ragged designs against the FDA's iMRMC on Van Dyke's study."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis import mrmc_auc
from tests.analysis.oracles import fixture, van_dyke

DESIGNS = ("crossed", "split_plot", "unpaired_readers", "scattered")
COMPONENTS = ("N", "D", "ND", "R", "NR", "DR", "RND")


def answers(design: str) -> pd.DataFrame:
    """Van Dyke's study with the answers that this design has, as imrmc.R leaves them out."""
    scores, truth = van_dyke()
    condition, reader, case = (index.ravel() for index in np.indices(scores.shape))
    frame = pd.DataFrame(
        {"modality": np.array(["A", "B"])[condition], "reader": reader + 1, "case": case + 1}
    )
    frame["truth"], frame["score"] = truth[case], scores.ravel()
    r, c, b = frame["reader"], frame["case"], condition == 1
    kept = {
        "crossed": np.full(len(frame), fill_value=True),
        "split_plot": (r <= 2) == (c % 2 == 0),
        "unpaired_readers": np.where(b, r >= 3, r <= 3),
        "scattered": (7 * c + 5 * r + 3 * b) % 4 != 0,
    }
    return frame[kept[design]]


@pytest.mark.parametrize("design", DESIGNS)
def test_areas_errors_and_degrees_agree_in_each_condition(design: str) -> None:
    reference: list[dict[str, Any]] = fixture("imrmc.json")[design]
    found = mrmc_auc(answers(design), condition="modality")
    for ours, theirs in zip(found.conditions, reference[:2], strict=True):
        assert ours.estimate == pytest.approx(theirs["AUC.1"], rel=1e-10)
        assert ours.se == pytest.approx(theirs["covAUC"] ** 0.5, rel=1e-9)
        assert ours.df == pytest.approx(theirs["dfBDG"], rel=1e-9)
        assert (ours.low, ours.high) == pytest.approx((theirs["botCIBDG"], theirs["topCIBDG"]), rel=1e-9)
        assert ours.p == pytest.approx(theirs["pValueBDG"], rel=1e-6)


@pytest.mark.parametrize("design", DESIGNS)
def test_the_difference_of_two_conditions_agrees(design: str) -> None:
    theirs = fixture("imrmc.json")[design][2]
    (ours,) = mrmc_auc(answers(design), condition="modality").differences
    assert (ours.a, ours.b) == ("A", "B")
    assert ours.estimate == pytest.approx(theirs["AUC1minusAUC2"], rel=1e-9)
    assert ours.se == pytest.approx(theirs["varAUC1minusAUC2"] ** 0.5, rel=1e-9)
    assert ours.df == pytest.approx(theirs["dfBDG.diff"], rel=1e-9)
    assert (ours.low, ours.high) == pytest.approx((theirs["botCIBDG"], theirs["topCIBDG"]), rel=1e-9)
    assert ours.p == pytest.approx(theirs["pValueBDG"], rel=1e-6)


@pytest.mark.parametrize("design", DESIGNS)
def test_moments_and_components_agree(design: str) -> None:
    found = mrmc_auc(answers(design), condition="modality")
    for ours, theirs in zip(found.components, fixture("imrmc.json")[design], strict=True):
        assert ours.covariance == pytest.approx(theirs["covAUC"], rel=1e-8)
        assert ours.moments == pytest.approx([theirs[f"M{k}"] for k in range(1, 9)], rel=1e-9)
        assert ours.coefficients == pytest.approx([theirs[f"M{k}.coeff"] for k in range(1, 9)], abs=1e-10)
        expected = [theirs[f"BCK.{name}"] for name in COMPONENTS]
        assert list(ours.components.values()) == pytest.approx(expected, abs=1e-10)
