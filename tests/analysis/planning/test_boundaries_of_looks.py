"""Boundaries of interim looks agree with the printed tables, and keep the error of all looks together."""

import numpy as np
import pytest

import analysis
from analysis.errors import AnalysisError

# Jennison & Turnbull (2000), tables 2.1 and 2.3: two-sided alpha = .05, K equally spaced looks
POCOCK = {1: 1.960, 2: 2.178, 3: 2.289, 4: 2.361, 5: 2.413}
OBRIEN_FLEMING = {1: 1.960, 2: 1.977, 3: 2.004, 4: 2.024, 5: 2.040}
# Lan & DeMets' O'Brien-Fleming spending at five equal looks, as Reboussin et al. (2000) print it
SPENDING = (4.877, 3.357, 2.680, 2.290, 2.031)


def equal(looks: int) -> list[float]:
    return [(k + 1) / looks for k in range(looks)]


@pytest.mark.parametrize(("looks", "printed"), POCOCK.items())
def test_pococks_constant_is_the_printed_one(looks: int, printed: float) -> None:
    found = analysis.group_sequential(equal(looks), method="pocock")
    assert found.boundaries == pytest.approx([printed] * looks, abs=5.1e-4)


@pytest.mark.parametrize(("looks", "printed"), OBRIEN_FLEMING.items())
def test_obrien_and_flemings_constant_is_the_printed_one(looks: int, printed: float) -> None:
    found = analysis.group_sequential(equal(looks), method="obrien-fleming")
    by_hand = [printed * np.sqrt(looks / (k + 1)) for k in range(looks)]
    assert found.boundaries == pytest.approx(by_hand, abs=5.1e-4 * np.sqrt(looks))


def test_error_spending_gives_the_printed_boundaries() -> None:
    assert analysis.group_sequential(equal(5)).boundaries == pytest.approx(SPENDING, abs=1.1e-3)


# R's rpact 3.3.4, getDesignGroupSequential(sided = 2, alpha = .05, informationRates = c(.3, .55, 1))
RPACT = {
    "obrien-fleming": (3.624285, 2.676712, 1.985102),
    "pocock": (2.300049, 2.300049, 2.300049),
    "lan-demets-obrien-fleming": (3.928573, 2.807877, 1.974016),
    "lan-demets-pocock": (2.311835, 2.357309, 2.247973),
}
# the same at .5 and 1
RPACT_OF_TWO = {
    "obrien-fleming": (2.796510, 1.977431),
    "pocock": (2.178272, 2.178272),
    "lan-demets-obrien-fleming": (2.962588, 1.968596),
    "lan-demets-pocock": (2.156999, 2.200977),
}


@pytest.mark.parametrize("method", RPACT)
def test_unequal_looks_have_the_boundaries_of_rpact(method: str) -> None:
    assert analysis.group_sequential([0.3, 0.55, 1.0], method=method).boundaries == pytest.approx(
        RPACT[method], abs=2e-5
    )


@pytest.mark.parametrize("method", RPACT_OF_TWO)
def test_a_look_that_adds_nearly_nothing_changes_nearly_nothing(method: str) -> None:
    found = analysis.group_sequential([0.5, 0.50001, 1.0], method=method).boundaries
    assert (found[0], found[-1]) == pytest.approx(RPACT_OF_TWO[method], abs=2e-3)


def test_a_very_early_look_leaves_the_end_as_it_was() -> None:
    # z at .05 two-sided, because the first boundary of 196 is never reached
    assert analysis.group_sequential([1e-4, 1.0], method="obrien-fleming").boundaries == pytest.approx(
        (195.9964, 1.959964), abs=1e-4
    )


@pytest.mark.parametrize("method", ["obrien-fleming", "pocock", "lan-demets-pocock"])
def test_all_looks_together_err_as_often_as_simulation_says(method: str) -> None:
    shares = np.array([0.3, 0.55, 1.0])
    found = analysis.group_sequential(shares, method=method)
    assert found.spent[-1] == pytest.approx(0.05, abs=1e-9)
    steps = np.random.default_rng(1).normal(size=(400_000, 3)) * np.sqrt(np.diff(shares, prepend=0))
    z = np.cumsum(steps, axis=1) / np.sqrt(shares)
    crossed = (np.abs(z) >= found.boundaries).any(axis=1).mean()
    assert crossed == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / len(z)))


@pytest.mark.parametrize(
    ("shares", "options"),
    [
        ([], {}),
        ([0.5, 0.4, 1.0], {}),
        ([0.5], {}),
        ([float("nan"), 1.0], {}),
        ([1.0], {"alpha": 0.9}),
        ([1.0], {"method": "haybittle"}),
    ],
)
def test_what_is_no_plan_of_looks_is_refused(shares: list[float], options: dict[str, object]) -> None:
    with pytest.raises(AnalysisError):
        analysis.group_sequential(shares, **options)
