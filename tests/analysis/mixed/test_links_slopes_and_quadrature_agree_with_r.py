"""Quadrature, other links, slopes, REML and profile intervals against lme4, ordinal, glmmTMB, lmerTest."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.errors import UnknownChoiceError, WrongLevelError, WrongShapeError, WrongValueError
from analysis.marginal import fit_cluster_robust, fit_gee
from analysis.mixed.fit import fit_logistic, fit_ordinal
from analysis.mixed.linear import fit_linear
from analysis.mixed.result import MixedModel
from analysis.mixed.search import UnfittedError

FIXTURES = Path(__file__).parent / "fixtures"


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text())


VARIANTS = fixture("variants")


def assert_agrees(model: MixedModel, reference: dict[str, Any], within: float = 5e-4) -> None:
    fitted = [*model.thresholds, *model.fixed]
    assert [c.estimate for c in fitted] == pytest.approx(reference["fixed"]["estimate"], abs=within)
    assert [c.se for c in fitted] == pytest.approx(reference["fixed"]["se"], abs=within)
    assert [r.sd for r in model.random] == pytest.approx(list(np.ravel(list(sds(reference)))), abs=within)


def sds(reference: dict[str, Any]) -> Any:
    return reference["sd"].values() if isinstance(reference["sd"], dict) else reference["sd"]


def cbpp(**options: Any) -> MixedModel:
    data = {name: np.array(values) for name, values in fixture("cbpp")["data"].items()}
    period = np.column_stack([data["period"] == p for p in (2, 3, 4)]).astype(float)
    return fit_logistic(
        np.repeat([1, 0], len(period)),
        np.vstack([period, period]),
        ["period2", "period3", "period4"],
        {"herd": np.tile(data["herd"], 2)},
        weights=np.concatenate([data["incidence"], data["size"] - data["incidence"]]),
        **options,
    )


def wine(**options: Any) -> MixedModel:
    data = fixture("wine")["data"]
    design = np.column_stack([data["warm"], data["contact"]])
    return fit_ordinal(
        data["rating"], design, ["tempwarm", "contactyes"], {"judge": data["judge"]}, **options
    )


def bacteria(link: str) -> MixedModel:
    data = {name: np.array(values) for name, values in fixture("bacteria")["data"].items()}
    design = np.column_stack([data["trt"] == "drug", data["trt"] == "drug+", data["week"]]).astype(float)
    names = ["trtdrug", "trtdrug+", "week"]
    return fit_logistic(data["present"], design, names, {"id": data["id"]}, link=link)


def test_quadrature_with_ten_nodes_agrees_with_lme4() -> None:
    model = cbpp(nodes=10)
    assert_agrees(model, VARIANTS["cbpp_quadrature"], 1e-3)
    assert model.method.endswith("adaptive Gauss-Hermite quadrature with 10 nodes")


def test_quadrature_with_ten_nodes_agrees_with_clmm() -> None:
    model = wine(nodes=10)
    assert_agrees(model, VARIANTS["wine_quadrature"])
    assert model.log_likelihood == pytest.approx(VARIANTS["wine_quadrature"]["log_likelihood"], abs=1e-3)


@pytest.mark.parametrize("link", ["probit", "cloglog"])
def test_ordinal_models_with_other_links_agree_with_clmm(link: str) -> None:
    model = wine(link=link)
    assert_agrees(model, VARIANTS[f"wine_{link}"])
    assert model.log_likelihood == pytest.approx(VARIANTS[f"wine_{link}"]["log_likelihood"], abs=1e-3)


@pytest.mark.parametrize("link", ["probit", "cloglog"])
def test_binary_models_with_other_links_agree_with_glmmtmb(link: str) -> None:
    model = bacteria(link)
    assert_agrees(model, VARIANTS[f"bacteria_{link}"])
    assert model.log_likelihood == pytest.approx(VARIANTS[f"bacteria_{link}"]["log_likelihood"], abs=1e-3)


def test_crossed_factors_with_the_complementary_log_log_link_agree_with_glmmtmb() -> None:
    # on its way the search meets probabilities of zero, and turns back without a warning
    reference = VARIANTS["crossed_cloglog"]
    answers = np.array([[int(answer) for answer in row] for row in reference["answers"]])
    reader, case = (index.ravel() for index in np.indices(answers.shape))
    design = np.column_stack([reference["x"], reference["w"]])[case]
    model = fit_logistic(answers.ravel(), design, ["x", "w"], {"r": reader, "c": case}, link="cloglog")
    assert_agrees(model, reference)
    assert model.log_likelihood == pytest.approx(reference["log_likelihood"], abs=1e-4)


def test_an_effect_that_runs_to_infinity_is_refused_however_flat_the_likelihood_is() -> None:
    # where x is 1 every answer is, as in R's glm, whose estimate of x stops at 18 with an error of 1,000
    x, answers = np.repeat([0.0, 1.0, 0.0], [20, 20, 1]), np.repeat([0, 1, 1], [20, 20, 1])
    with pytest.raises(UnfittedError):
        fit_logistic(answers, x, ["x"], {"reader": np.arange(41) % 5})


@pytest.mark.parametrize("weights", [[1.0, 1.0], [-1.0] * 4, [0.0] * 4, [np.nan] * 4])
def test_weights_that_are_none_are_refused(weights: list[float]) -> None:
    with pytest.raises((WrongShapeError, WrongValueError), match="eights"):
        fit_logistic([0, 1, 0, 1], np.empty((4, 0)), [], {"reader": [1, 1, 2, 2]}, weights=weights)


@pytest.mark.parametrize("fit", [fit_logistic, fit_ordinal, fit_linear, fit_gee, fit_cluster_robust])
def test_a_level_beyond_one_is_refused(fit: Any) -> None:
    grouped = [1, 1, 2, 2] if fit in (fit_gee, fit_cluster_robust) else {"reader": [1, 1, 2, 2]}
    with pytest.raises(WrongLevelError):
        fit([0, 1, 0, 1], np.empty((4, 0)), [], grouped, level=95)


@pytest.mark.parametrize("fit", [fit_gee, fit_cluster_robust])
def test_marginal_models_refuse_a_property_that_follows_from_the_others(fit: Any) -> None:
    x = np.arange(12.0) % 3
    for design in (np.ones(12), np.column_stack([x, 2 * x + 1])):
        names = ["a", "b"][: design.ndim]
        with pytest.raises(UnfittedError, match="never varies"):
            fit([0, 1] * 6, design, names, np.arange(12) % 4)


def test_a_random_slope_agrees_with_glmmtmb() -> None:
    reference = VARIANTS["verbagg_slope"]
    low = np.array(reference["low"], dtype=float)
    model = fit_logistic(reference["yes"], low, ["low"], {"id": reference["id"]}, slopes={"id": {"low": low}})
    assert_agrees(model, reference)
    assert model.correlations[0].correlation == pytest.approx(reference["correlation"], abs=1e-3)
    assert model.log_likelihood == pytest.approx(reference["log_likelihood"], abs=1e-3)


@pytest.mark.parametrize("kind", ["reml", "ml", "apart"])
def test_linear_models_with_slopes_agree_with_lmer(kind: str) -> None:
    data, reference = VARIANTS["sleepstudy"]["data"], VARIANTS["sleepstudy"][kind]
    days = np.array(data["days"], dtype=float)
    model = fit_linear(
        data["reaction"],
        days,
        ["Days"],
        {"subject": data["subject"]},
        slopes={"subject": {"Days": days}},
        correlated=kind != "apart",
        reml=kind != "ml",
    )
    assert_agrees(model, reference, 1e-2)
    assert [c.df for c in model.fixed] == pytest.approx(reference["fixed"]["df"], rel=1e-2)
    assert model.residual_sd == pytest.approx(reference["residual"], abs=1e-3)
    assert model.log_likelihood == pytest.approx(reference["log_likelihood"], abs=1e-4)
    found = [c.correlation for c in model.correlations]
    assert found == pytest.approx([reference["correlation"]] if kind != "apart" else [], abs=1e-3)


def test_a_linear_model_with_crossed_factors_agrees_with_lmer() -> None:
    data, reference = VARIANTS["penicillin"]["data"], VARIANTS["penicillin"]["reml"]
    groups = {"plate": data["plate"], "sample": data["sample"]}
    model = fit_linear(data["diameter"], np.empty((144, 0)), [], groups)
    assert_agrees(model, reference)
    assert model.fixed[0].df == pytest.approx(reference["fixed"]["df"][0], rel=1e-2)
    assert model.log_likelihood == pytest.approx(reference["log_likelihood"], abs=1e-4)


def test_profile_intervals_agree_with_lme4() -> None:
    reference, model = VARIANTS["cbpp_profile"], cbpp()
    for name, low, high in zip(reference["name"], reference["low"], reference["high"], strict=True):
        found = model.profile(name)
        assert (found.low, found.high) == pytest.approx((low, high), abs=2e-3), name


def test_the_test_of_a_component_compares_with_the_model_without_it() -> None:
    (test,) = cbpp().component_tests()
    without = VARIANTS["cbpp_without_herd"]
    grouped = fixture("cbpp")["log_likelihood"]
    # likelihoods of grouped answers differ from ours by the same constant in both models
    assert test.statistic == pytest.approx(2 * (grouped - without), abs=2e-3)
    assert test.p == pytest.approx(0.5 * 0.0001828, rel=0.2)


def test_an_unknown_link_and_a_slope_of_no_factor_are_refused() -> None:
    with pytest.raises(WrongValueError, match="There is no link 'cauchit'; choose one of logit, probit"):
        wine(link="cauchit")
    with pytest.raises(WrongValueError, match="'bottle' has slopes but is no random factor"):
        wine(slopes={"bottle": {"warm": [0.0, 1.0]}})


def test_quadrature_of_crossed_factors_is_refused() -> None:
    data = fixture("wine")["data"]
    groups = {"judge": data["judge"], "bottle": data["bottle"]}
    with pytest.raises(WrongValueError, match="Quadrature takes one random intercept"):
        fit_ordinal(data["rating"], np.empty((72, 0)), [], groups, nodes=5)


def test_a_profile_of_an_unknown_effect_names_the_known_ones() -> None:
    with pytest.raises(UnknownChoiceError, match="tempwarm, contactyes, judge"):
        wine().profile("warm")
