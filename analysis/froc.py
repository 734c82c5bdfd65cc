"""Marks against true places: free-response ROC, with the JAFROC figure of merit over readers and cases.

The figure of merit is the chance that a lesion is rated above the highest false mark of a normal case; a
lesion without a mark lies below all marks (Chakraborty & Berbaum 2004). Without normal cases false marks of
all cases are taken (JAFROC1). Readers are combined by the method of Obuchowski and Rockette with covariances
over cases from the jackknife, as in RJafroc.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.arrays import Bools, Floats
from analysis.errors import NothingToAnalyseError, WrongShapeError
from analysis.result import Interval, Result
from analysis.roc.obuchowski_rockette import Difference, combined_over_readers

NO_MARK = -np.inf


@dataclass(frozen=True, kw_only=True)
class CaseMarks:
    """One reader's marks of one case: ratings of false marks, and the best rating of each lesion."""

    false: tuple[float, ...]
    lesions: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class ReaderMarks(Result):
    """One reader: figure of merit, lesions found, and false marks an image."""

    reader: str
    estimate: float
    lesions: int
    found: int
    sensitivity: float
    false_per_image: float


@dataclass(frozen=True, kw_only=True)
class FrocCurve(Result):
    """Share of lesions found against false marks an image, over all thresholds."""

    reader: str
    false_per_image: tuple[float, ...]
    sensitivity: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Froc(Interval):
    """The mean figure of merit with its interval, and what it is made of."""

    figure: str
    by_reader: tuple[ReaderMarks, ...]
    curves: tuple[FrocCurve, ...]
    n_lesions: int
    n_normal: int
    n_dropped: int


def judge(
    marks: Sequence[tuple[float, ...]], truths: Sequence[tuple[float, ...]], within: float
) -> CaseMarks:
    """Tell the marks of one case apart.

    Parameters
    ----------
    marks
        x, y, frame and rating of each mark.
    truths
        x, y and frame of each lesion.
    within
        How far from a lesion, in pixels, a mark still is one of it. A mark near several is of the nearest.

    Returns
    -------
    CaseMarks
        Ratings of false marks, and for each lesion the highest rating, minus infinity without any.
    """
    best, false = [NO_MARK] * len(truths), []
    for x, y, frame, rating in marks:
        away = [float(np.hypot(x - tx, y - ty)) if frame == tf else np.inf for tx, ty, tf in truths]
        nearest = int(np.argmin(away)) if away else -1
        if nearest >= 0 and away[nearest] <= within:
            best[nearest] = max(best[nearest], rating)
        else:
            false.append(rating)
    return CaseMarks(false=tuple(false), lesions=tuple(best))


def froc(
    marks: Sequence[Sequence[CaseMarks | None]], *, readers: Sequence[str] | None = None, level: float = 0.95
) -> Froc:
    """Estimate the JAFROC figure of merit with readers and cases random.

    Parameters
    ----------
    marks
        Readers x cases; None where a reader did not read a case, which is then left out for all.
    readers
        Their names.
    level
        Confidence level of the interval, which is on the logit scale.

    Returns
    -------
    Froc
        The mean figure of merit, each reader's, and the curves.
    """
    names = list(readers) if readers is not None else [str(place) for place in range(1, len(marks) + 1)]
    whole, dropped = _whole(marks)
    figures, covariance, kind = _figures(whole)
    (mean,), _ = combined_over_readers(figures, covariance, n_cases=len(whole[0]), level=level)
    return Froc.extending(
        mean,
        figure=kind,
        by_reader=tuple(
            _reader(name, own, float(value)) for name, own, value in zip(names, whole, figures, strict=True)
        ),
        curves=tuple(_curve(name, own) for name, own in zip(names, whole, strict=True)),
        n_lesions=sum(len(case.lesions) for case in whole[0]),
        n_normal=_normals(whole),
        n_dropped=dropped,
    )


def froc_difference(
    first: Sequence[Sequence[CaseMarks | None]],
    second: Sequence[Sequence[CaseMarks | None]],
    *,
    level: float = 0.95,
) -> Difference:
    """Compare the figures of merit of the same readers on two sets of other cases: first minus second.

    Where either set has fewer than two normal cases, both figures are JAFROC1.

    Parameters
    ----------
    first, second
        Readers x cases, row i the same reader in both.
    level
        Confidence level of the interval.

    Returns
    -------
    Difference
        With its interval and p-value, readers and cases random.
    """
    if len(first) != len(second):
        raise WrongShapeError("Row i of both has to be the same reader.")
    parts = [_whole(marks)[0] for marks in (first, second)]
    # two figures of different kinds are not compared
    every = any(_normals(marks) < 2 for marks in parts)
    one, other = (_figures(marks, every=every) for marks in parts)
    r = len(one[0])
    covariance = np.zeros((2 * r, 2 * r))
    covariance[:r, :r], covariance[r:, r:] = one[1], other[1]
    n_cases = len(first[0]) + len(second[0])
    figures = np.array([one[0], other[0]])
    _, (difference,) = combined_over_readers(figures, covariance, n_cases=n_cases, level=level)
    return difference


def _whole(marks: Sequence[Sequence[CaseMarks | None]]) -> tuple[list[list[CaseMarks]], int]:
    """The cases that every reader read."""
    if not marks or not len(marks[0]):
        raise NothingToAnalyseError("There are no marks.")
    kept = [place for place in range(len(marks[0])) if all(own[place] is not None for own in marks)]
    found = [[case for place in kept if (case := own[place]) is not None] for own in marks]
    if not kept or sum(bool(case.lesions) for case in found[0]) < 2:
        raise NothingToAnalyseError("Two cases with a lesion that every reader read are needed.")
    return found, len(marks[0]) - len(kept)


def _normals(marks: Sequence[Sequence[CaseMarks]]) -> int:
    return sum(not case.lesions for case in marks[0])


def _figures(
    marks: Sequence[Sequence[CaseMarks]], *, every: bool | None = None
) -> tuple[Floats, Floats, str]:
    """Figures of merit, their jackknife covariance over cases, and which figure it is."""
    abnormal = np.array([bool(case.lesions) for case in marks[0]])
    # one normal case alone says nothing about others
    every = _normals(marks) < 2 if every is None else every
    kind = "JAFROC1" if every else "JAFROC"
    found = [_of_reader(own, abnormal, every=every) for own in marks]
    left = np.array([without for _, without in found])
    n = left.shape[1]
    away = left - left.mean(axis=1, keepdims=True)
    return np.array([value for value, _ in found]), (n - 1) / n * (away @ away.T), kind


def _of_reader(own: Sequence[CaseMarks], abnormal: Bools, *, every: bool) -> tuple[float, Floats]:
    """The figure of merit, and the figures without each case."""
    against = np.ones(len(own), dtype=bool) if every else ~abnormal
    false = np.array([max(case.false, default=NO_MARK) for case in own])[against]
    lesions = np.array([rating for case in own for rating in case.lesions])
    of_case = np.repeat(np.arange(len(own)), [len(case.lesions) for case in own])
    above = (lesions > false[:, None]) + 0.5 * (lesions == false[:, None])
    total, n_false, n_lesions = above.sum(), len(false), len(lesions)
    of_false = np.zeros(len(own))
    of_false[against] = above.sum(axis=1)
    of_lesions = np.bincount(of_case, above.sum(axis=0), len(own))
    both = np.zeros(len(own))
    if every:
        np.add.at(both, of_case, above[of_case, np.arange(n_lesions)])
    left_false = n_false - against.astype(float)
    left_lesions = n_lesions - np.bincount(of_case, minlength=len(own))
    without = (total - of_false - of_lesions + both) / (left_false * left_lesions)
    return float(total / (n_false * n_lesions)), without


def _reader(name: str, own: Sequence[CaseMarks], value: float) -> ReaderMarks:
    lesions = [rating for case in own for rating in case.lesions]
    found = sum(rating > NO_MARK for rating in lesions)
    return ReaderMarks(
        reader=name,
        estimate=value,
        lesions=len(lesions),
        found=found,
        sensitivity=found / len(lesions),
        false_per_image=sum(len(case.false) for case in own) / len(own),
    )


def _curve(name: str, own: Sequence[CaseMarks]) -> FrocCurve:
    """From no mark to all of them, the surest first."""
    lesions = np.array([rating for case in own for rating in case.lesions])
    false = np.array([rating for case in own for rating in case.false])
    levels = np.unique(np.concatenate([lesions[np.isfinite(lesions)], false]))[::-1]
    return FrocCurve(
        reader=name,
        false_per_image=(0.0, *((false >= cut).sum() / len(own) for cut in levels)),
        sensitivity=(0.0, *((lesions >= cut).mean() for cut in levels)),
    )


def froc_change(
    first: tuple[Sequence[str], Sequence[Sequence[CaseMarks | None]]],
    second: tuple[Sequence[str], Sequence[Sequence[CaseMarks | None]]],
    first_cases: Sequence[str],
    second_cases: Sequence[str],
    *,
    level: float = 0.95,
) -> Difference:
    """Compare two readings of the same cases by the same readers: first minus second.

    Parameters
    ----------
    first, second
        The readers' names, and readers x cases.
    first_cases, second_cases
        What each case shows; only what both readings have in common is compared.
    level
        Confidence level of the interval.

    Returns
    -------
    Difference
        With its interval and p-value, readers and cases random.
    """
    readers = [name for name in first[0] if name in second[0]]
    cases = [name for name in first_cases if name in set(second_cases)]
    parts = []
    for (names, marks), shown in ((first, first_cases), (second, second_cases)):
        rows, columns = list(names), list(shown)
        parts.append([[marks[rows.index(r)][columns.index(c)] for c in cases] for r in readers])
    if not readers or not cases:
        raise NothingToAnalyseError("The two readings have no reader or no case in common.")
    # one table of both, so that a case that anybody missed leaves both
    whole, _ = _whole([*parts[0], *parts[1]])
    figures, covariance, _ = _figures(whole)
    conditions = figures.reshape(2, len(readers))
    _, (found,) = combined_over_readers(conditions, covariance, n_cases=len(whole[0]), level=level)
    return found
