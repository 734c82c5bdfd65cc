"""Differences of pairs, with equal differences kept equal."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats, as_numbers
from analysis.errors import NothingToAnalyseError, WrongShapeError
from analysis.ranking import snapped


def differences(first: npt.ArrayLike, second: npt.ArrayLike | None) -> tuple[Floats, int]:
    """Return first - second of complete pairs (or `first` itself), and how many pairs were incomplete.

    Floats that differ by rounding alone are made equal, since ties decide these tests. Whole numbers, such as
    sums of ratings, are the surest way in.
    """
    one = as_numbers(first)
    if one.ndim != 1:
        raise WrongShapeError("Differences come from one list of numbers, or from two of the same length.")
    other = np.zeros_like(one) if second is None else as_numbers(second)
    if other.shape != one.shape:
        raise WrongShapeError(f"Pairs need two lists of the same length, not {one.size} and {other.size}.")
    whole = np.isfinite(one) & np.isfinite(other)
    if not whole.any():
        raise NothingToAnalyseError("There is no complete pair.")
    one, other = one[whole], other[whole]
    scale = float(max(np.abs(one).max(), np.abs(other).max()))
    return snapped(one - other, scale), int((~whole).sum())


def sample(values: npt.ArrayLike) -> Floats:
    """Return the numbers of a list without the missing ones."""
    numbers = as_numbers(values)
    if numbers.ndim != 1:
        raise WrongShapeError("A sample is one list of numbers.")
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers):
        raise NothingToAnalyseError("A sample is empty.")
    return numbers
