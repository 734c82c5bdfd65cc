"""Both mixed models against R's lme4 and ordinal on the data sets that their own help pages fit."""

import json
from math import comb, log
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.mixed.fit import fit_logistic, fit_ordinal
from analysis.mixed.result import MixedModel

FIXTURES = Path(__file__).parent / "fixtures"


def fixture(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text())
    return document


def assert_agrees(model: MixedModel, reference: dict[str, Any]) -> None:
    """To the third digit in estimates and errors."""
    fitted = [*model.thresholds, *model.fixed]
    assert [c.estimate for c in fitted] == pytest.approx(reference["fixed"]["estimate"], abs=5e-4)
    assert [c.se for c in fitted] == pytest.approx(reference["fixed"]["se"], abs=5e-4)
    assert {r.name: r.sd for r in model.random} == pytest.approx(reference["sd"], abs=5e-4)
    assert model.log_likelihood == pytest.approx(reference["log_likelihood"], abs=1e-3)


def test_the_logistic_model_agrees_with_lme4_on_contagious_bovine_pleuropneumonia() -> None:
    reference = fixture("cbpp")
    data = {name: np.array(values) for name, values in reference["data"].items()}
    period = np.column_stack([data["period"] == p for p in (2, 3, 4)]).astype(float)
    model = fit_logistic(
        np.repeat([1, 0], len(period)),
        np.vstack([period, period]),
        ["period2", "period3", "period4"],
        {"herd": np.tile(data["herd"], 2)},
        weights=np.concatenate([data["incidence"], data["size"] - data["incidence"]]),
    )
    # the binomial coefficients of grouped answers are no part of the likelihood of single ones
    grouped = sum(
        log(comb(*pair)) for pair in zip(*(reference["data"][k] for k in ("size", "incidence")), strict=True)
    )
    reference["log_likelihood"] -= grouped
    assert_agrees(model, reference)


def test_the_ordinal_model_agrees_with_clmm_on_the_bitterness_of_wine() -> None:
    reference = fixture("wine")
    data = reference["data"]
    design = np.column_stack([data["warm"], data["contact"]])
    model = fit_ordinal(data["rating"], design, ["tempwarm", "contactyes"], {"judge": data["judge"]})
    assert_agrees(model, reference)


def test_the_logistic_model_agrees_with_lme4_on_bacteria_in_children() -> None:
    reference = fixture("bacteria")
    data = {name: np.array(values) for name, values in reference["data"].items()}
    design = np.column_stack([data["trt"] == "drug", data["trt"] == "drug+", data["week"]]).astype(float)
    assert_agrees(
        fit_logistic(data["present"], design, ["trtdrug", "trtdrug+", "week"], {"id": data["id"]}), reference
    )


def test_crossed_persons_and_products_agree_with_clmm_on_soup() -> None:
    reference = fixture("soup")
    data = reference["data"]
    sureness, test, product = (
        np.array([int(digit) for digit in data[key]]) for key in ("sureness", "test", "product")
    )
    person = np.repeat(np.arange(len(data["per_person"])), data["per_person"])
    model = fit_ordinal(sureness, test, ["PRODTest"], {"RESP": person, "PRODID": product})
    assert_agrees(model, reference)


def test_a_random_factor_without_variance_is_said_to_be_at_zero_and_changes_nothing() -> None:
    reference = fixture("wine")
    data = reference["data"]
    design = np.column_stack([data["warm"], data["contact"]])
    groups = {"judge": data["judge"], "bottle": data["bottle"]}
    model = fit_ordinal(data["rating"], design, ["tempwarm", "contactyes"], groups)
    assert model.notes == ("the variance of bottle is estimated at zero",)
    assert_agrees(model, reference | {"sd": reference["sd"] | {"bottle": 0.0}})


@pytest.mark.parametrize("kind", ["logistic", "ordinal"])
def test_crossed_persons_and_items_agree_with_r_on_verbal_aggression(kind: str) -> None:
    reference = fixture("verbagg")
    data = reference["data"]
    resp = np.array([[int(answer) for answer in row] for row in data["answers"]])
    person, item = (index.ravel() for index in np.indices(resp.shape))
    of_person = np.array([data["anger"], data["male"]], dtype=float).T[person]
    of_item = np.array([data["scold"], data["shout"], data["self"]], dtype=float).T[item]
    design = np.hstack([of_person, of_item])
    names = ["Anger", "GenderM", "btypescold", "btypeshout", "situself"]
    groups = {"id": person, "item": item}
    if kind == "logistic":
        model = fit_logistic(resp.ravel() > 0, design, names, groups)
    else:
        model = fit_ordinal(resp.ravel(), design, names, groups)
    assert_agrees(model, reference[kind])
