"""GEE against geepack, the choice model against survival, both on their own documented data."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.choice import NoChoiceModelError, conditional_logit
from analysis.errors import WrongShapeError, WrongValueError
from analysis.marginal import fit_cluster_robust, fit_gee
from analysis.mixed.fit import fit_logistic, fit_ordinal
from analysis.mixed.search import UnfittedError

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


@pytest.mark.parametrize("dependent", [[1.0, 1.0], [3e6, 3e6]])
def test_properties_that_never_differ_within_a_trial_have_no_model(dependent: list[float]) -> None:
    design = np.tile(np.array(dependent)[:, None], (20, 1, 1))
    with pytest.raises(NoChoiceModelError):
        conditional_logit(design, np.arange(20) % 2, ["size"])


def test_the_units_of_a_property_do_not_matter_to_the_choice_model() -> None:
    rng = np.random.default_rng(5)
    design, chosen = rng.normal(size=(60, 3, 2)), rng.integers(0, 3, 60)
    (plain, _), (large, _) = (
        conditional_logit(design * scale, chosen, ["x", "y"]) for scale in (1.0, np.array([1e7, 1.0]))
    )
    assert large.z == pytest.approx(plain.z)


@pytest.mark.parametrize("picked", [[0, 1, 3], [0, 1, -1], [0, 0.5, 1]])
def test_a_pick_of_no_alternative_is_refused(picked: list[float]) -> None:
    with pytest.raises(WrongValueError, match="from 0 to 2"):
        conditional_logit(np.zeros((3, 3, 1)), picked, ["x"])


def gee(outcome: Any, design: Any, clusters: Any) -> Any:
    return fit_gee(outcome, design, ["x"], clusters)


def robust(outcome: Any, design: Any, clusters: Any) -> Any:
    return fit_cluster_robust(outcome, design, ["x"], clusters)


def logistic(outcome: Any, design: Any, clusters: Any) -> Any:
    return fit_logistic(outcome, design, ["x"], {"reader": clusters})


@pytest.mark.parametrize("fit", [gee, robust, logistic])
@pytest.mark.parametrize("outcome", [[0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 1, 1]])
def test_answers_that_are_all_alike_or_separated_have_no_model(fit: Any, outcome: list[int]) -> None:
    with pytest.raises(UnfittedError, match=r"All answers are the same|no finite maximum"):
        fit(outcome, [0, 0, 1, 1], [1, 2, 1, 2])


@pytest.mark.parametrize("fit", [gee, robust, logistic])
def test_a_missing_answer_is_refused_and_not_dropped(fit: Any) -> None:
    with pytest.raises(WrongValueError, match="leave out those answers"):
        fit([0, 1, np.nan, 1], [0, 1, 1, 0], [1, 2, 1, 2])


def test_a_design_that_does_not_fit_the_answers_is_refused() -> None:
    with pytest.raises(WrongShapeError, match="3 answers with 1 named effects need a design of 3 x 1"):
        fit_ordinal([1, 2, 3], [[0], [1]], ["x"], {"reader": [1, 1, 2]})


def test_an_outcome_that_is_neither_0_nor_1_is_refused() -> None:
    with pytest.raises(WrongValueError, match="0 and 1 alone"):
        fit_logistic([0, 1, 2], [0, 1, 1], ["x"], {"reader": [1, 2, 1]})


@pytest.mark.parametrize("fit", [gee, robust])
def test_one_cluster_alone_is_refused(fit: Any) -> None:
    with pytest.raises(WrongValueError, match="need two clusters"):
        fit([1, 0, 1, 0], [0, 1, 1, 0], [1, 1, 1, 1])
