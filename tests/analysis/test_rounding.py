"""Printed numbers are rounded half up."""

from fractions import Fraction

import pytest

from analysis.rounding import half_up, half_up_percent, p_text


@pytest.mark.parametrize(
    ("total", "printed"), [(1329, "3.323"), (1291, "3.228"), (1303, "3.258"), (1328, "3.320")]
)
def test_the_published_means_are_sums_over_400_rounded_half_up(total, printed):
    assert half_up(total / 400) == printed
    assert half_up(Fraction(total, 400)) == printed


@pytest.mark.parametrize(
    ("value", "digits", "printed"),
    [(2.675, 2, "2.68"), (0.125, 2, "0.13"), (-0.125, 2, "-0.13"), (-0.0001, 3, "0.000"), (2.5, 0, "3")],
)
def test_halves_are_rounded_away_from_zero(value, digits, printed):
    assert half_up(value, digits) == printed


def test_a_share_prints_as_a_percentage():
    assert half_up_percent(116 / 400) == "29.0%"
    assert half_up_percent(Fraction(5, 8)) == "62.5%"


@pytest.mark.parametrize(("p", "printed"), [(0.1275, ".128"), (1.0, "1.000"), (0.0004, "<.001"), (None, "–")])
def test_p_values_print_as_in_journals(p, printed):
    assert p_text(p) == printed


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_finite_number_prints_as_a_dash(value):
    assert half_up(value) == half_up_percent(value) == p_text(value) == "–"


def test_what_does_not_exist_prints_as_a_dash():
    assert half_up(None) == half_up_percent(None) == "–"


def test_the_largest_numbers_print_too():
    assert half_up(1e300, 1) == "1" + "0" * 300 + ".0"
