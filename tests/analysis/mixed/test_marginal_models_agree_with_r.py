"""GEE against geepack, the choice model against survival, both on their own documented data."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.choice import NoChoiceModelError, conditional_logit
from analysis.marginal import fit_cluster_robust, fit_gee

FIXTURES = Path(__file__).parent / "fixtures"


def wheeze() -> tuple[Any, Any, Any, dict[str, Any]]:
    reference = json.loads((FIXTURES / "ohio.json").read_text())
    answers = np.array([[int(a) for a in row] for row in reference["data"]["answers"]])
    child, year = (index.ravel() for index in np.indices(answers.shape))
    age, smoke = year - 2.0, np.array(reference["data"]["smoke"], dtype=float)[child]
    return answers.ravel(), np.column_stack([age, smoke, age * smoke]), child, reference


@pytest.mark.parametrize("structure", ["exchangeable", "independence"])
def test_gee_agrees_with_geepack_on_wheezing_children(structure: Any) -> None:
    outcome, design, child, reference = wheeze()
    fitted = fit_gee(outcome, design, ["age", "smoke", "age:smoke"], child, structure=structure)
    assert [c.estimate for c in fitted] == pytest.approx(reference[structure]["estimate"], abs=1e-4)
    assert [c.se for c in fitted] == pytest.approx(reference[structure]["se"], abs=1e-3)


def test_cluster_robust_errors_are_those_of_gee_with_independence() -> None:
    outcome, design, child, _ = wheeze()
    names = ["age", "smoke", "age:smoke"]
    robust = fit_cluster_robust(outcome, design, names, child)
    gee = fit_gee(outcome, design, names, child, structure="independence")
    assert [c.estimate for c in robust] == pytest.approx([c.estimate for c in gee], abs=1e-6)
    # statsmodels corrects the former by G/(G-1) (N-1)/(N-k)
    assert [c.se for c in robust] == pytest.approx([c.se for c in gee], rel=5e-3)


def test_errors_can_be_robust_to_readers_and_cases_at_once() -> None:
    rng = np.random.default_rng(3)
    reader, case = (index.ravel() for index in np.indices((40, 50)))
    outcome = rng.random(2000) < 1 / (1 + np.exp(-rng.normal(0, 1, 40)[reader] - rng.normal(0, 1, 50)[case]))
    both = fit_cluster_robust(outcome, np.empty((2000, 0)), [], np.column_stack([reader, case]))[0]
    one = fit_cluster_robust(outcome, np.empty((2000, 0)), [], reader)[0]
    assert both.se is not None
    assert one.se is not None
    assert both.se > one.se


def test_the_choice_model_agrees_with_clogit_on_infertility() -> None:
    reference = json.loads((FIXTURES / "infert.json").read_text())
    data = reference["data"]
    design = np.column_stack([data["spontaneous"], data["induced"]]).reshape(-1, 3, 2)
    chosen = np.zeros(len(design), dtype=int)
    names = ["spontaneous", "induced"]
    plain = conditional_logit(design, chosen, names)
    assert [c.estimate for c in plain] == pytest.approx(reference["fixed"]["estimate"], abs=1e-6)
    assert [c.se for c in plain] == pytest.approx(reference["fixed"]["se"], abs=1e-6)
    robust = conditional_logit(design, chosen, names, clusters=data["education"], small_sample=False)
    assert [c.se for c in robust] == pytest.approx(reference["fixed"]["robust"], abs=1e-6)


def test_an_alternative_that_is_always_picked_has_no_model() -> None:
    design = np.tile(np.array([[1.0], [0.0]]), (20, 1, 1))
    with pytest.raises(NoChoiceModelError):
        conditional_logit(design, np.zeros(20, dtype=int), ["first"])
