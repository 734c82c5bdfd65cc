"""Planning simulates the study that the report will analyse, the same for the same seed."""

import numpy as np
import pytest

from analysis import crossed_rate, plan
from analysis.planning.model import PlanError
from analysis.planning.sentence import sentence
from analysis.planning.simulate import crossed_errors


def test_the_simulated_analysis_is_the_reports_own() -> None:
    rng = np.random.default_rng(5)
    tables = (rng.random((6, 5, 12)) < rng.random((6, 5, 1))).astype(float)
    mean, se, df = crossed_errors(tables)
    for i, table in enumerate(tables):
        found = crossed_rate(table, chance=0.25)
        assert (mean[i], se[i], df[i]) == pytest.approx((found.estimate, found.se, found.df), rel=1e-12)


def test_two_readers_are_fixed_in_the_plan_as_in_the_report() -> None:
    table = (np.random.default_rng(2).random((1, 2, 20)) < 0.4).astype(float)
    mean, se, df = crossed_errors(table)
    found = crossed_rate(table[0], chance=0.25)
    assert (mean[0], se[0], df[0]) == pytest.approx((found.estimate, found.se, found.df))


def test_the_same_seed_gives_the_same_plan_for_any_number_of_processes() -> None:
    small = {"readers": 4, "trials": 10, "replicates": 600}
    one = plan(**small, seed=3)  # type: ignore[arg-type]
    assert plan(**small, seed=3, jobs=2) == one  # type: ignore[arg-type]
    assert plan(**small, seed=4) != one  # type: ignore[arg-type]


def test_power_without_effect_stays_near_the_level_and_intervals_cover() -> None:
    found = plan(readers=8, trials=50, reader_sd=0.3, case_icc=0.05, replicates=2000)
    assert found.power_superiority is not None
    assert found.power_superiority < 0.07
    assert found.coverage > 0.93
    assert found.se_equivalence == pytest.approx(
        np.sqrt(found.power_equivalence * (1 - found.power_equivalence) / 2000)
    )


def test_independent_answers_are_an_upper_bound_and_name_the_textbook_sizes() -> None:
    found = plan(accuracy=0.35, readers=8, trials=50, replicates=500)
    assert found.answers_superiority == 141
    assert found.independent_superiority is not None
    assert found.power_superiority is not None
    assert found.power_superiority <= found.independent_superiority
    assert plan(readers=8, trials=50, margin=0.10, replicates=200).answers_equivalence == 161


def test_more_readers_and_more_trials_never_cost_power() -> None:
    curve = plan(readers=8, trials=40, replicates=1000).curve
    power = {(point.readers, point.trials): point.power_equivalence for point in curve}
    assert power[4, 20] < power[8, 40] < power[16, 80]


@pytest.mark.parametrize("task", ["pick_real", "call", "rate", "check_label"])
def test_every_task_can_be_planned_and_said_in_a_sentence(task: str) -> None:
    found = plan(task=task, readers=3, trials=60, margin=0.15, replicates=200)  # type: ignore[arg-type]
    assert 0 <= found.power_equivalence <= 1
    assert "With 3 readers who each see 60 trials" in found.sentence
    assert "simulated 200 times" in found.sentence
    assert found.text().count("\n") >= 5


def test_labels_without_discrepancies_need_the_rule_of_three() -> None:
    # 0 of n has the one-sided 95% upper end 1 - 0.05^(1/n): below 5% from n = 59 on
    few = plan(task="check_label", readers=3, trials=58, accuracy=1e-9, margin=0.05, replicates=100)
    enough = plan(task="check_label", readers=3, trials=59, accuracy=1e-9, margin=0.05, replicates=100)
    assert (few.power_equivalence, enough.power_equivalence) == (0, 1)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"task": "guess"}, "choose from pick_real"),
        ({"readers": 1}, "readers is 1; give a number from 2"),
        ({"accuracy": 1.0}, "above 0 and below 1"),
        ({"margin": 0}, "above 0 and below 1"),
        ({"case_icc": 1}, "case_icc is 1"),
        ({"seed": -1}, "seed is -1"),
        ({"jobs": 0}, "jobs is 0"),
        ({"readers": 500, "trials": 2000}, "plan a smaller one"),
    ],
)
def test_impossible_plans_are_refused_with_the_range(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(PlanError, match=words):
        plan(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(("power", "error"), [(0.0, "±0.5"), (1.0, "±0.5"), (0.5, "±4.9")])
def test_no_simulation_is_without_error(power: float, error: str) -> None:
    found = plan(task="call", readers=3, trials=60, replicates=400).as_dict()
    assert error in sentence({**found, "power_equivalence": power})
