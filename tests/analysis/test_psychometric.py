"""Thresholds of exposure, held against statsmodels, known limits of staircases, and simulation."""

import numpy as np
import pytest
import statsmodels.api as sm

from analysis.psychometric import NoThresholdError, converges_to, thresholds


def test_staircases_converge_where_levitt_and_kaernbach_say() -> None:
    # Levitt (1971): 1 down 1 up 50%, 2 down 70.7%, 3 down 79.4%, and 1 down 2 up 29.3%
    for down, up, share in ((1, 1, 0.5), (2, 1, 0.7071), (3, 1, 0.7937), (1, 2, 0.2929)):
        assert converges_to(down=down, down_ms=10, up=up, up_ms=10) == pytest.approx(share, abs=1e-4)
    # Kaernbach (1991): three times as far up as down, 75%
    assert converges_to(down=1, down_ms=10, up=1, up_ms=30) == pytest.approx(0.75)


def test_without_guessing_it_is_a_logistic_regression() -> None:
    rng = np.random.default_rng(1)
    reader = np.repeat([0, 1, 2], 80)
    time = rng.choice([50, 100, 200, 400, 800], 240)
    right = rng.random(240) < 1 / (1 + np.exp(-2 * (np.log(time) - np.log([120, 180, 260])[reader])))
    found = thresholds(reader, time, right, target=0.5, lapse=0.0)
    design = np.column_stack([np.log(time), *(reader == r for r in range(3))]).astype(float)
    model = sm.Logit(right.astype(float), design).fit(disp=0)
    assert found.slope == pytest.approx(model.params[0], rel=1e-4)
    by_hand = np.exp(-model.params[1:] / model.params[0])
    assert [row.threshold for row in found.by_reader] == pytest.approx(by_hand.tolist(), rel=1e-4)
    # delta method on statsmodels' covariance
    gradient = np.array([model.params[1] / model.params[0] ** 2, -1 / model.params[0], 0, 0])
    se = np.sqrt(gradient @ model.cov_params() @ gradient)
    first = found.by_reader[0]
    assert first.low is not None
    assert np.log(first.threshold or 1) - np.log(first.low) == pytest.approx(1.96 * se, rel=1e-3)


def test_a_staircase_finds_the_threshold() -> None:
    rng = np.random.default_rng(7)
    reader, time, right = [], [], []
    for r in range(8):
        true, now, run = np.log(150) + rng.normal(0, 0.2), 500.0, 0
        for _ in range(120):
            p = 0.5 + 0.48 / (1 + np.exp(-4 * (np.log(now) - true)))
            was = rng.random() < p
            reader.append(r)
            time.append(now)
            right.append(was)
            run = run + 1 if was else 0
            now = min(now + 40, 2000.0) if not was else (max(now - 20, 17.0) if run % 2 == 0 else now)
    found = thresholds(reader, time, right, target=0.74, guess=0.5)
    assert found.threshold.estimate == pytest.approx(150, rel=0.12)
    assert found.threshold.low is not None
    assert found.threshold.low < 150 < (found.threshold.high or 0)


def test_a_reader_who_was_always_right_has_none() -> None:
    rng = np.random.default_rng(2)
    time = np.tile([20.0, 60, 180, 540], 30)
    right = rng.random(120) < 1 / (1 + np.exp(-2 * (np.log(time) - np.log(80))))
    found = thresholds(["a"] * 120 + ["b"] * 4, [*time, *time[:4]], [*right, 1, 1, 1, 1], target=0.5)
    assert found.by_reader[1].threshold is None
    assert "no threshold" in (found.by_reader[1].reason or "")
    with pytest.raises(NoThresholdError):
        thresholds(["a"] * 4, time[:4], [1, 1, 1, 1], target=0.5)
