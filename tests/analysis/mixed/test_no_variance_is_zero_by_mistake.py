"""The search finds the maximum: no zero where more is to be found, and nothing hangs on units or origins."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import fit_linear, fit_logistic, fit_ordinal, read_bundle
from analysis.mixed.result import MixedModel
from analysis.mixed.search import UnfittedError


def example() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    picks = read_bundle("analysis/example").picks
    assert picks is not None
    main = picks[picks["repeat_of"].isna() & (picks["catch"].fillna(0) != 1)]
    return main["correct"].to_numpy(), {name: main[name].to_numpy() for name in ("reader", "trial")}


def drawn(
    seed: int, readers: int = 6, cases: int = 15
) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
    rng = np.random.default_rng(seed)
    reader, case = (index.ravel() for index in np.indices((readers, cases)))
    covariate = rng.normal(0, 1, reader.size)
    sd = rng.choice([0.0, 0.7], 2)
    eta = rng.normal(0, sd[0], readers)[reader] + rng.normal(0, sd[1], cases)[case] + 0.5 * covariate
    latent = eta + rng.logistic(size=reader.size)
    return np.digitize(latent, [-1.0, 0.5]), {"reader": reader, "case": case}, covariate


def test_the_example_has_the_maximum_that_a_bounded_search_missed() -> None:
    """The first edition stopped at -240.861 with both variances zero."""
    correct, groups = example()
    model = fit_logistic(correct, np.empty((len(correct), 0)), [], groups)
    assert model.log_likelihood == pytest.approx(-240.262, abs=1e-3)
    assert {r.name: r.sd for r in model.random} == pytest.approx({"reader": 0.0, "trial": 0.392}, abs=1e-3)
    assert model.fixed[0].se == pytest.approx(0.129, abs=1e-3)
    assert [r.at_boundary for r in model.random] == [True, False]
    reader, trial = model.component_tests()
    assert (reader.statistic, reader.p) == (0.0, 1.0)
    assert trial.statistic == pytest.approx(2 * (-240.262 + 240.861), abs=3e-3)
    assert 0.1 < trial.p < 0.2


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_no_model_with_a_component_held_elsewhere_is_more_likely(seed: int) -> None:
    y, groups, covariate = drawn(seed)
    model = fit_ordinal(y, covariate, ["x"], groups)
    for test in model.component_tests():
        assert test.log_likelihood_without <= model.log_likelihood + 1e-5
    interval = model.profile("case")
    assert interval.low is not None
    assert interval.high is not None
    assert interval.low <= next(r.sd for r in model.random if r.name == "case") <= interval.high


@settings(max_examples=6, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    shift=st.sampled_from([-1000.0, -3.0, 50.0]),
    scale=st.sampled_from([1e-3, 7.0, 1e4]),
)
def test_shifting_and_scaling_a_covariate_changes_nothing_but_its_unit(
    seed: int, shift: float, scale: float
) -> None:
    y, groups, covariate = drawn(seed)

    def fits(x: np.ndarray) -> list[MixedModel]:
        return [
            fit_ordinal(y, x, ["x"], groups),
            fit_logistic(y > 1, x, ["x"], groups),
            fit_linear(y, x, ["x"], groups, slopes={"reader": {"x": x}}),
        ]

    for plain, moved in zip(fits(covariate), fits(shift + scale * covariate), strict=True):
        before, after = plain.fixed[-1], moved.fixed[-1]
        assert before.se is not None
        assert after.se is not None
        assert (after.estimate * scale, after.se * scale) == pytest.approx(
            (before.estimate, before.se), rel=2e-3, abs=1e-5
        )
        by_name = {r.name: r.sd for r in plain.random if r.name == "case"}
        assert {r.name: r.sd for r in moved.random if r.name == "case"} == pytest.approx(by_name, abs=2e-3)


def test_a_covariate_that_the_others_determine_is_refused_by_name() -> None:
    y, groups, covariate = drawn(1)
    with pytest.raises(UnfittedError, match="'twice' is constant or determined by the other effects"):
        fit_ordinal(y, np.column_stack([covariate, 2 * covariate]), ["x", "twice"], groups)
    with pytest.raises(UnfittedError, match="'same' is constant"):
        fit_logistic(y > 1, np.full(len(y), 3.0), ["same"], groups)
