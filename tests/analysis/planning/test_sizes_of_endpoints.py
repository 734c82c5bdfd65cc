"""Sizes for endpoints, held against printed values, formulas by hand, and simulated studies."""

import math
from typing import Any

import numpy as np
import pytest

from analysis.__main__ import main
from analysis.agreement.intraclass import icc
from analysis.crossed import crossed_difference, crossed_mean
from analysis.planning.endpoint import area_variance, plan_endpoint
from analysis.planning.model import PlanError


def test_the_error_of_an_area_is_the_printed_one() -> None:
    # Hanley & McNeil (1982): area .893 with 51 abnormal and 58 normal cases has a standard error of .032
    assert math.sqrt(area_variance(0.893, 51, 58)) == pytest.approx(0.032, abs=0.0006)


def test_one_fixed_reader_s_area_has_obuchowski_s_error() -> None:
    found = plan_endpoint(
        what="auc", readers=5, cases=100, expected=0.85, against=0.75, reader_sd=0.03, case_share=0.5
    )
    # by hand: (σ² + Var - Cov2 + r Cov2) / r and Hillis' df
    var = area_variance(0.85, 50, 50)
    total = 0.03**2 + var * 0.5 + 5 * var * 0.5
    assert found.se == pytest.approx(math.sqrt(total / 5))
    assert found.df == pytest.approx(total**2 / ((0.03**2 + var * 0.5) ** 2 / 4))


def test_an_icc_has_bonett_s_width_where_readers_do_not_differ() -> None:
    found = plan_endpoint(what="icc", readers=3, cases=61, expected=0.8, reader_sd=0)
    # Bonett (2002): n = 8 z² (1 - ρ)² (1 + (k - 1) ρ)² / (k (k - 1) w²) + 1
    width = 2 * found.half_width
    assert 8 * 1.96**2 * 0.2**2 * 2.6**2 / (6 * width**2) + 1 == pytest.approx(61, rel=0.05)
    assert found.power is None
    assert "0% of the variance between readers" in found.sentence


@pytest.mark.parametrize(("readers", "cases", "between"), [(3, 60, 0.1), (6, 40, 0.3)])
def test_an_icc_is_as_wide_as_in_simulated_studies_whose_readers_differ(
    readers: int, cases: int, between: float
) -> None:
    found = plan_endpoint(
        what="icc", readers=readers, cases=cases, expected=0.5, sd=2, reader_sd=2 * math.sqrt(between)
    )
    rng, widths = np.random.default_rng(4), []
    for _ in range(400):
        table = math.sqrt(0.5) * rng.normal(size=cases) + math.sqrt(between) * rng.normal(size=(readers, 1))
        made = icc(table + math.sqrt(0.5 - between) * rng.normal(size=(readers, cases)))
        assert made.low is not None
        assert made.high is not None
        widths.append((made.high - made.low) / 2)
    assert found.half_width == pytest.approx(float(np.median(widths)), rel=0.12)
    alike = plan_endpoint(what="icc", readers=readers, cases=cases, expected=0.5, reader_sd=0)
    assert found.half_width > 1.1 * alike.half_width


def test_readers_and_cases_cannot_have_more_than_all_of_the_variance() -> None:
    with pytest.raises(PlanError, match="Readers have 25% of the variance and cases 80%; give less than"):
        plan_endpoint(what="icc", readers=3, cases=60, expected=0.8, reader_sd=0.5)


def test_few_degrees_of_freedom_are_told_with_the_plan() -> None:
    few = plan_endpoint(what="mean", readers=3, cases=40, expected=0.5, reader_sd=0.3)
    assert few.df < 5
    assert f"With {few.df:.1f} degrees of freedom the test of the report is more careful" in few.sentence
    many = plan_endpoint(what="mean", readers=12, cases=40, expected=0.5, reader_sd=0.3)
    assert "degrees of freedom" not in many.sentence


def simulated(rng: np.random.Generator, difference: float, arms: int) -> list[np.ndarray]:
    """Eight readers and 40 cases of each arm: half the variance lies between cases."""
    tables = []
    for arm in range(arms):
        reader = rng.normal(0, 0.2, (8, 1)) / (math.sqrt(2) if arms == 2 else 1)
        case = rng.normal(0, math.sqrt(0.3), (1, 40))
        tables.append(difference * (arm == 0) + reader + case + rng.normal(0, math.sqrt(0.7), (8, 40)))
    return tables


def test_power_of_a_mean_is_that_of_simulated_studies() -> None:
    rng = np.random.default_rng(1)
    found = plan_endpoint(
        what="mean", readers=8, cases=40, expected=0.35, reader_sd=0.2, case_share=0.3, test="difference"
    )
    shown = [(crossed_mean(simulated(rng, 0.35, 1)[0], null=0.0).p or 1) < 0.05 for _ in range(1500)]
    assert found.power == pytest.approx(np.mean(shown), abs=0.04)


def test_power_of_a_difference_is_that_of_simulated_studies() -> None:
    rng = np.random.default_rng(2)
    found = plan_endpoint(
        what="mean", readers=8, cases=40, expected=0.4, reader_sd=0.2, case_share=0.3, compared=True,
        test="difference",
    )  # fmt: skip
    shown = [(crossed_difference(*simulated(rng, 0.4, 2), bounds=None).p or 1) < 0.05 for _ in range(1500)]
    assert found.power == pytest.approx(np.mean(shown), abs=0.04)


def test_the_fewest_cases_give_the_power_and_one_less_does_not() -> None:
    asked: dict[str, Any] = {"what": "sensitivity", "readers": 6, "expected": 0.85, "against": 0.75}
    asked["reader_sd"] = 0.02
    needed = plan_endpoint(cases=50, **asked).cases_needed
    assert needed is not None
    enough, less = (plan_endpoint(cases=n, **asked).power or 0 for n in (needed, needed - 1))
    assert enough >= 0.8 > less


def test_readers_who_are_too_few_cannot_be_outweighed() -> None:
    found = plan_endpoint(
        what="net", readers=3, cases=50, expected=0.1, sd=0.9, reader_sd=0.3, test="superiority"
    )
    assert found.cases_needed is None
    assert "no number of cases" in found.sentence


@pytest.mark.parametrize(
    ("se", "df", "margin", "away", "power"),
    [
        # R's integrate over the density of the error (Owen 1965)
        (0.08, 1.9, 0.35, 0.0, 0.47098116),
        (0.08, 2.5, 0.2, 0.05, 0.15624547),
        (0.1, 6, 0.25, 0.0, 0.25328436),
        (0.06, 40, 0.2, 0.1, 0.36769208),
    ],
)
def test_equivalence_has_the_power_of_both_tests_together(
    se: float, df: float, margin: float, away: float, power: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.planning.endpoint._error", lambda _: (se, df))
    found = plan_endpoint(
        what="mean", readers=3, cases=30, expected=away, test="equivalence", margin=margin, compared=True
    )
    assert found.power == pytest.approx(power, abs=1e-6)


def test_equivalence_has_hardly_power_where_the_interval_is_wider_than_the_margin() -> None:
    found = plan_endpoint(
        what="mean", readers=3, cases=10, expected=0.0, test="equivalence", margin=0.05, reader_sd=0.3
    )
    # R's integrate, as above: only a small error by chance shows equivalence then
    assert found.power == pytest.approx(7.042325e-06, abs=1e-9)


@pytest.mark.parametrize("paired", [False, True])
def test_two_shares_have_the_variance_of_both(*, paired: bool) -> None:
    # Chow, Shao & Wang (2008), section 4.2.1: p1 q1 / n + p2 q2 / n, here .75 against .95, cases and readers
    found = plan_endpoint(
        what="sensitivity", readers=5, cases=100, expected=-0.2, against=0.95, test="non_inferiority",
        margin=0.3, compared=True, paired=paired, reader_sd=0.0, case_share=0.2,
    )  # fmt: skip
    both = 0.75 * 0.25 + 0.95 * 0.05
    # what a case is leaves the difference where it has an image of both
    by_hand = both / 100 * (0.8 / 5 + (0.0 if paired else 0.2))
    assert found.se == pytest.approx(math.sqrt(by_hand))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"what": "auc", "compared": True, "against": 0.8},
            "Expected and against add up to a share, area or correlation of 1.3",
        ),
        ({"what": "share", "compared": True, "against": 0.3, "expected": -0.4}, "correlation of -0.1"),
        ({"what": "net", "expected": 0.9, "sd": 0.5}, "it is 0.9487 to 1"),
        ({"reader_sd": -1}, "give 0 or more"),
        ({"sd": 0}, "give more than 0"),
        ({"expected": math.nan}, "finite number"),
        ({"what": "auc", "positive_share": 0}, "less than 1"),
        ({"what": "speed"}, "choose from"),
        ({"test": "equivalence"}, "needs a margin"),
        ({"expected": 1.2, "what": "auc"}, "less than 1"),
        ({"readers": 1}, "give 2 to"),
        ({"better": "sideways"}, "choose from higher, lower"),
    ],
)
def test_what_cannot_be_planned_is_refused(changes: dict[str, object], said: str) -> None:
    asked = {"what": "mean", "readers": 5, "cases": 20, "expected": 0.5} | changes
    with pytest.raises(PlanError, match=said):
        plan_endpoint(**asked)  # type: ignore[arg-type]


@pytest.mark.parametrize("asked", ["icc --compared", "icc --margin .1", "auc --paired"])
def test_the_command_refuses_what_would_change_nothing(
    asked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = f"plan --readers 5 --cases 40 --expected .3 --against .5 --what {asked}"
    assert main(command.split()) == 1
    assert "leave out --" in capsys.readouterr().err


@pytest.mark.parametrize("test", ["difference", "superiority", "non_inferiority", "equivalence"])
@pytest.mark.parametrize("compared", [False, True])
def test_where_lower_is_better_the_plan_is_mirrored(test: str, compared: bool) -> None:
    asked: dict[str, Any] = {"what": "mean", "readers": 6, "cases": 40, "test": test, "margin": 0.4}
    asked["compared"] = compared
    above = plan_endpoint(expected=0.25, **asked)
    below = plan_endpoint(expected=-0.25, better="lower", **asked)
    assert above.power is not None
    assert below.power == pytest.approx(above.power)
    assert below.cases_needed == above.cases_needed
    assert ("lower is better" in below.sentence, "lower is better" in above.sentence) == (True, False)
    if test in ("superiority", "non_inferiority"):
        assert (plan_endpoint(expected=0.25, better="lower", **asked).power or 0) < above.power
