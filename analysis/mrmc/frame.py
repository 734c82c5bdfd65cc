"""The answers of an MRMC study as tables of readers and cases, one a condition."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.arrays import Floats, Ints
from analysis.errors import DuplicateAnswerError, NothingToAnalyseError, WrongValueError

ONLY = "all"


@dataclass(frozen=True)
class Tables:
    """Scores of each condition, readers x cases, NaN where a reader did not read a case."""

    conditions: list[str]
    scores: list[Floats]
    truth: Floats | None


def tables(
    frame: pd.DataFrame, *, reader: str, case: str, condition: str | None, truth: str | None, score: str
) -> Tables:
    """Check the columns, and put answers where they belong."""
    wanted = [name for name in (reader, case, condition, truth, score) if name is not None]
    if missing := [name for name in wanted if name not in frame]:
        raise WrongValueError(
            f"There is no column {missing[0]!r}: the columns are {', '.join(map(str, frame.columns))}."
        )
    rows = frame[frame[score].notna()]
    if rows.empty:
        raise NothingToAnalyseError
    if rows[[name for name in wanted if name != score]].isna().any(axis=None):
        raise WrongValueError(
            "Every answer needs its reader, case, condition and truth: one of them is missing."
        )
    keys = [name for name in (reader, case, condition) if name is not None]
    if rows.duplicated(keys).any():
        twice = rows.loc[rows.duplicated(keys), [reader, case]].astype(str).iloc[0]
        raise DuplicateAnswerError(
            f"Reader {twice[reader]} answered case {twice[case]} twice in one condition: keep one answer."
        )
    return _filled(rows, reader, case, condition, truth, score)


def _filled(
    rows: pd.DataFrame, reader: str, case: str, condition: str | None, truth: str | None, score: str
) -> Tables:
    readers, r = np.unique(rows[reader].astype(str), return_inverse=True)
    cases, c = np.unique(rows[case].astype(str), return_inverse=True)
    values = _numbers(rows[score], score)
    if condition is None:
        names, of = [ONLY], np.zeros(len(rows), dtype=np.int64)
    else:
        of, found = pd.factorize(rows[condition].astype(str))
        names = [str(name) for name in found]
    scores = np.full((len(names), len(readers), len(cases)), np.nan)
    scores[of, r, c] = values
    return Tables(names, list(scores), None if truth is None else _truths(rows[truth], c, cases, truth))


def _truths(column: Any, of_case: Ints, cases: Any, name: str) -> Floats:
    values = zeros_and_ones(_numbers(column, name), name)
    found = np.full(len(cases), np.nan)
    found[of_case] = values
    if (found[of_case] != values).any():
        place = of_case[int(np.argmax(found[of_case] != values))]
        raise WrongValueError(f"Case {cases[place]} has two truths in column {name!r}; a case has one.")
    return found


def zeros_and_ones(values: Floats, name: str) -> Floats:
    """Refuse anything else."""
    if not np.isin(values, (0.0, 1.0)).all():
        raise WrongValueError(f"Column {name!r} takes 0 (negative) and 1 (positive) alone.")
    return values


def _numbers(column: Any, name: str) -> Floats:
    try:
        values = np.asarray(column, dtype=np.float64)
    except (TypeError, ValueError):
        raise WrongValueError(f"Column {name!r} has to hold numbers: code texts as numbers first.") from None
    if not np.isfinite(values).all():
        raise WrongValueError(f"Column {name!r} holds a number that is not finite.")
    return values
