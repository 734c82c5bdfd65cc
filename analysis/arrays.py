"""Answers in long form as arrays: one row a reader, one column a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.errors import DuplicateAnswerError, NothingToAnalyseError, WrongShapeError, WrongValueError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# a wider range of whole numbers is sorted instead of counted
SMALL_RANGE = 1000


@dataclass(frozen=True, kw_only=True)
class Coded:
    """A table of categories as whole numbers: `codes` is readers x cases, -1 where an answer is missing."""

    codes: Ints
    categories: tuple[Any, ...]


def as_numbers(values: Any) -> Floats:
    """Return numbers of any shape as floats; None and a nullable NA are NaN."""
    try:
        return np.asarray(plain_array(values), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise WrongValueError(
            "There is something that is no number: give numbers, NaN for missing."
        ) from error


def as_flags(values: Any) -> Bools:
    """Return true or false, 1 or 0, as booleans; anything else, a missing answer too, is refused."""
    flags = as_numbers(values)
    if not np.isin(flags, (0.0, 1.0)).all():
        raise WrongValueError("Give true or false, or 1 or 0, for each, and leave out what is missing.")
    return flags.astype(bool)


def as_scores(table: npt.ArrayLike) -> Floats:
    """Return a readers x cases table of floats with NaN for missing answers; refuse any other shape."""
    scores = as_numbers(table)
    if scores.ndim == 1:
        scores = scores[None, :]
    if scores.ndim != 2:
        raise WrongShapeError
    if np.isinf(scores).any():
        raise WrongValueError("The table holds an infinite number: give finite numbers, NaN for missing.")
    if not np.isfinite(scores).any():
        raise NothingToAnalyseError
    return scores


def score_table(
    readers: npt.ArrayLike, cases: npt.ArrayLike, values: npt.ArrayLike
) -> tuple[Floats, tuple[Any, ...], tuple[Any, ...]]:
    """Spread answers in long form over a readers x cases table, NaN where a reader did not see a case.

    Parameters
    ----------
    readers, cases, values
        The reader, the case and the number of each answer.

    Returns
    -------
    table, readers, cases
        The table and the names of its rows and columns.

    Raises
    ------
    DuplicateAnswerError
        Where a reader answered one case twice.
    """
    numbers = as_numbers(values)
    if not np.shape(readers) == np.shape(cases) == numbers.shape:
        raise WrongShapeError("Each answer needs its reader, its case and its number.")
    names_r, row = np.unique(np.asarray(readers), return_inverse=True)
    names_c, column = np.unique(np.asarray(cases), return_inverse=True)
    flat = row.ravel() * len(names_c) + column.ravel()
    if len(flat) == 0:
        raise NothingToAnalyseError
    counts = np.bincount(flat, minlength=len(names_r) * len(names_c))
    if counts.max() > 1:
        r, c = divmod(int(counts.argmax()), len(names_c))
        raise DuplicateAnswerError(
            f"Reader {names_r[r]} answered case {names_c[c]} {counts.max()} times: "
            "keep one answer, and analyse repeats apart."
        )
    table = np.full(len(names_r) * len(names_c), np.nan)
    table[flat] = numbers
    return table.reshape(len(names_r), len(names_c)), tuple(names_r.tolist()), tuple(names_c.tolist())


def coded(table: Any, categories: Any = None) -> Coded:
    """Code a readers x cases table of labels or numbers; None and NaN are missing.

    `categories` fixes the categories and their order; without it, those that occur, sorted.

    Parameters
    ----------
    table
        Readers x cases, labels or numbers; None and NaN are missing.
    categories
        All that could be chosen, in order; where left out, those that occur.

    Returns
    -------
    Coded
        Whole numbers from 0, -1 for missing, and the categories they stand for.
    """
    try:
        values = np.asarray(plain_array(table))
    except ValueError:
        raise WrongShapeError(
            "The rows differ in length: give each reader every case, None for missing."
        ) from None
    if values.ndim != 2:
        raise WrongShapeError
    whole = _whole_numbers(values)
    if whole is not None and categories is None:
        return whole
    present = _present(values)
    if values.dtype != object and values.dtype.kind in "iufb":
        values = values.astype(np.float64)
        found = np.unique(values[present])
    else:
        distinct = set(values[present].tolist())
        found = np.array(sorted(distinct, key=lambda item: (str(type(item)), item)), dtype=object)
    order = found if categories is None else np.asarray(categories, dtype=found.dtype)
    if len(set(order.tolist())) < len(order):
        raise WrongValueError(f"A category is named twice among {order.tolist()}: name each once.")
    codes = _lookup(values, present, order)
    return Coded(codes=codes, categories=tuple(_tidy(item) for item in order.tolist()))


def _whole_numbers(values: npt.NDArray[Any]) -> Coded | None:
    """Code whole numbers of a small range by counting instead of sorting; None for any other table."""
    if values.size == 0 or values.dtype.kind not in "iufb":
        return None
    missing = None
    if values.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            numbers = values.astype(np.int64)
        if not np.array_equal(numbers, values):
            missing = ~np.isfinite(values)
            numbers[missing] = 0
            if not missing.any() or missing.all() or (numbers != values)[~missing].any():
                return None
            numbers[missing] = numbers[~missing][0]
    else:
        numbers = values.astype(np.int64)
    low, high = int(numbers.min()), int(numbers.max())
    if high - low > SMALL_RANGE:
        return None
    numbers -= low
    found = np.flatnonzero(np.bincount(numbers.ravel(), minlength=high - low + 1))
    codes = numbers if len(found) == high - low + 1 else _places(found, high - low)[numbers]
    if missing is not None:
        codes[missing] = -1
    return Coded(codes=codes, categories=tuple((found + low).tolist()))


def _places(found: npt.NDArray[Any], largest: int) -> Ints:
    places = np.zeros(largest + 1, dtype=np.int64)
    places[found] = np.arange(len(found))
    return places


def plain_array(table: Any) -> Any:
    """Return a pandas frame or series of nullable types with NaN for its NA; anything else as it is."""
    if not hasattr(table, "isna"):
        return table
    values = np.array(table, dtype=object)
    missing = np.asarray(table.isna(), dtype=bool)
    if not missing.any():
        return np.asarray(table)
    values[missing] = np.nan
    numeric = all(isinstance(item, int | float | np.number) for item in values.ravel().tolist())
    return values.astype(np.float64) if numeric else values


def _present(values: npt.NDArray[Any]) -> Bools:
    if values.dtype.kind == "f":
        return np.asarray(np.isfinite(values))
    if values.dtype == object:
        # None and NaN are the two values that are missing; NaN alone differs from itself
        return np.array([[item is not None and item == item for item in row] for row in values], dtype=bool)
    return np.ones(values.shape, dtype=bool)


def _lookup(values: npt.NDArray[Any], present: Bools, order: npt.NDArray[Any]) -> Ints:
    codes = np.full(values.shape, -1, dtype=np.int64)
    if len(order) == 0:
        return codes
    if values.dtype == object:
        place = {item: index for index, item in enumerate(order.tolist())}
        codes[present] = [place.get(item, -1) for item in values[present].tolist()]
    else:
        rank = np.argsort(order, kind="stable")
        at = np.searchsorted(order[rank], values[present]).clip(max=len(order) - 1)
        codes[present] = np.where(order[rank][at] == values[present], rank[at], -1)
    unknown = present & (codes < 0)
    if unknown.any():
        stray = values[unknown][0]
        raise WrongValueError(
            f"The answer {stray!r} is none of the categories {order.tolist()}: correct the one or the other."
        )
    return codes


def _tidy(item: Any) -> Any:
    return int(item) if isinstance(item, float) and item.is_integer() else item
