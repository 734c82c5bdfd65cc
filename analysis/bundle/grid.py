"""Arrange the rows of a bundle as readers x cases tables."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.arrays import Bools, Floats, Ints


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A readers x cases table, NaN where a reader did not answer a case."""

    values: Floats
    readers: tuple[str, ...]
    cases: tuple[str, ...]

    @property
    def n_missing(self) -> int:
        return int(np.isnan(self.values).sum())


def rows_of(table: pd.DataFrame | None, section: str) -> pd.DataFrame | None:
    """The rows of one section, each name column with only the names that occur."""
    if table is None:
        return None
    rows = table[(table["section"] == section).to_numpy()]
    if rows.empty:
        return None
    return tidy(rows)


def primary(rows: pd.DataFrame) -> pd.DataFrame:
    """The answers that count: no hidden repeats, no catch trials, no trial disclosed in an emergency."""
    extra = is_extra(rows)
    return tidy(rows[~extra]) if extra.any() else rows


def is_extra(rows: pd.DataFrame) -> Bools:
    """Which answers do not count: hidden repeats, catch trials, trials disclosed in an emergency."""
    extra = np.zeros(len(rows), dtype=bool)
    if "repeat_of" in rows:
        extra |= rows["repeat_of"].notna().to_numpy()
    for flag in ("catch", "disclosed"):
        if flag in rows:
            extra |= rows[flag].to_numpy() == 1
    return extra


def without_trials(rows: pd.DataFrame, trials: set[str]) -> pd.DataFrame:
    """The rows of other trials than these."""
    if not trials:
        return rows
    return tidy(rows[~rows["trial"].isin(trials).to_numpy()])


def without_sections(rows: pd.DataFrame, sections: Collection[str]) -> pd.DataFrame | None:
    """The rows of other sections than these; None where no others are."""
    kept = rows[~rows["section"].isin(sections).to_numpy()]
    return None if kept.empty else tidy(kept)


def extra_trials(rows: pd.DataFrame | None) -> set[str]:
    """The trials that were hidden repeats, catch trials, or disclosed in an emergency."""
    if rows is None:
        return set()
    return set(rows["trial"][is_extra(rows)].dropna().astype(object))


def spread(rows: pd.DataFrame, case: str, values: npt.ArrayLike) -> Grid:
    """Spread one value a row over readers x cases; the mean where a reader has several for a case."""
    reader, column = rows["reader"].cat, rows[case].cat
    shape = (len(reader.categories), len(column.categories))
    flat = reader.codes.to_numpy().astype(np.int64) * shape[1] + column.codes.to_numpy()
    numbers = np.asarray(values, dtype=np.float64)
    seen = ~np.isnan(numbers)
    counts = np.bincount(flat[seen], minlength=shape[0] * shape[1])
    sums = np.bincount(flat[seen], numbers[seen], shape[0] * shape[1])
    table = np.full(len(counts), np.nan)
    np.divide(sums, counts, out=table, where=counts > 0)
    return Grid(values=table.reshape(shape), readers=tuple(reader.categories), cases=tuple(column.categories))


def has_values(rows: pd.DataFrame, column: str) -> bool:
    """Whether an optional column is there and says something."""
    return column in rows and bool(rows[column].notna().any())


def codes_of(rows: pd.DataFrame, column: str) -> Ints:
    """The categories of a name column as whole numbers."""
    return rows[column].cat.codes.to_numpy().astype(np.int64)


def as_text(rows: pd.DataFrame, column: str) -> npt.NDArray[Any]:
    """A name column as an array of texts."""
    return rows[column].astype(object).to_numpy()


def is_number(value: object) -> bool:
    """Whether an answer is a number, or a text that names one."""
    try:
        return bool(np.isfinite(float(value)))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False


def by_number(value: object) -> tuple[int, float, str]:
    """Sort key in which numbers stand first, by size, and texts after them."""
    return (0, float(value), "") if is_number(value) else (1, 0.0, str(value))  # type: ignore[arg-type]


def tidy(rows: pd.DataFrame) -> pd.DataFrame:
    """Drop the names that no longer occur."""
    named = [str(name) for name in rows if isinstance(rows[name].dtype, pd.CategoricalDtype)]
    return rows.assign(**{name: rows[name].cat.remove_unused_categories() for name in named})
