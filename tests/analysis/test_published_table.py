"""The published quartet study: what its numbers say, and what they hide."""

import numpy as np
import pytest

from analysis.agreement.chance import fleiss_kappa
from analysis.crossed import crossed_rate
from analysis.proportions import binomial_test, clopper_pearson
from analysis.ranks.multiplicity import adjusted
from analysis.ranks.several import friedman
from analysis.ranks.signed import signed_rank
from analysis.rounding import half_up, half_up_percent, p_text

# sums of 50 ratings of each of the eight readers, with the published totals and p-values
REAL = np.array([166, 166, 166, 166, 166, 166, 166, 167])
BELOW_REAL = {
    "checkpoint-a": np.array([2, 2, 3, 4, -5, 15, 17, 0]),
    "checkpoint-b": np.array([5, 5, 5, 5, -6, 12, 0, 0]),
    "checkpoint-c": np.array([1, -2, -3, 5, 0, 0, 0, 0]),
}


def published_picks():
    """Eight readers' picks in 50 quartets: 116 right, and a kappa that prints as .061."""
    rng = np.random.default_rng(61)
    picks = rng.permutation(np.repeat([0, 1, 2, 3], [116, 98, 95, 91])).reshape(8, 50)

    def distance(table):
        return abs(fleiss_kappa(table).estimate - 0.061)

    while distance(picks) > 4e-4:
        one, other = picks.copy(), rng.integers(0, 50, 2)
        reader = rng.integers(8)
        one[reader, other] = one[reader, other[::-1]]
        picks = min(picks, one, key=distance)
    return picks


def test_the_four_means_print_as_published():
    sums = [REAL.sum(), *(REAL.sum() - below.sum() for below in BELOW_REAL.values())]
    assert sums == [1329, 1291, 1303, 1328]
    assert [half_up(total / 400) for total in sums] == ["3.323", "3.228", "3.258", "3.320"]


@pytest.mark.parametrize("scale", [1, 50])
def test_the_three_p_values_and_their_holm_values_print_as_published(scale):
    """On sums and on means alike: floats must not break the ties that give .128 and .236."""
    found = [
        signed_rank(REAL / scale, (REAL - below) / scale, method="wilcoxon-asymptotic")
        for below in BELOW_REAL.values()
    ]
    assert [p_text(item.p) for item in found] == [".128", ".236", "1.000"]
    assert [p_text(p) for p in adjusted([item.p for item in found])] == [".383", ".471", "1.000"]
    assert [item.n_zero for item in found] == [1, 2, 4]


def test_the_other_methods_beside_them_say_otherwise():
    exact = signed_rank(BELOW_REAL["checkpoint-a"], method="wilcoxon-exact")
    pratt = signed_rank(BELOW_REAL["checkpoint-a"], method="wilcoxon-pratt")
    assert p_text(exact.p) == ".141"  # 18 of the 128 sign patterns are as extreme
    assert p_text(exact.p) != p_text(pratt.p) != ".128"
    assert friedman(np.column_stack([REAL, *(REAL - below for below in BELOW_REAL.values())])).p > 0.05


def test_the_share_of_right_picks_prints_as_published_and_carries_both_intervals():
    picks = published_picks()
    found = crossed_rate(picks == 0, chance=0.25)
    assert int((picks == 0).sum()) == 116
    assert half_up_percent(found.estimate) == "29.0%"
    exact = clopper_pearson(116, 400)
    assert [half_up(exact.low), half_up(exact.high)] == ["0.246", "0.337"]
    assert p_text(binomial_test(116, 400, 0.25).p) == ".073"


def test_a_kappa_of_061_has_a_null_z_near_4_the_readers_share_cues():
    found = fleiss_kappa(published_picks())
    assert p_text(found.estimate) == ".061"
    assert found.z == pytest.approx(4, abs=0.15)
    assert found.p < 1e-4
    assert found.se_cases != found.se_null != found.se_readers
