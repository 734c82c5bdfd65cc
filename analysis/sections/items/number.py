"""Numbers, distances and angles: means, agreement, limits of agreement, and errors against the truth."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.agreement.intraclass import icc
from analysis.arrays import Floats
from analysis.bundle import Bundle
from analysis.bundle.grid import Grid, as_text
from analysis.bundle.item_checks import numbers as numbers_in
from analysis.bundle.items import ALL
from analysis.crossed import crossed_mean
from analysis.document.items import (
    AgreementLimits,
    BlandAltman,
    Errors,
    NumberItem,
    Numbers,
    SourceError,
    SourceNumbers,
)
from analysis.errors import AnalysisError
from analysis.limits import limits_of_agreement, repeatability, reproducibility
from analysis.result import Interval
from analysis.sections.call_same_cases import matched
from analysis.sections.items.asked import REAL, Asked
from analysis.sections.items.right import accuracy, area, positive_cases

MOST_POINTS = 1500


def number_item(asked: Asked, _bundle: Bundle, _limit: int) -> NumberItem:
    """Everything about one number or measure."""
    grid = asked.grid(asked.numbers)
    true = true_numbers(asked)
    several = len(asked.sources) > 2
    positive = positive_cases(asked) if true is None else None
    return NumberItem(
        **asked.described(),
        unit=asked.item.unit,
        overall=described(asked.numbers, grid.values, asked.study.level),
        by_source=tuple(
            SourceNumbers.extending(found, source=name) for name, found in by_group(asked, asked.numbers)
        ),
        icc=icc(grid.values, level=asked.study.level),
        difference=asked.real_minus_synthetic(asked.numbers),
        differences=asked.real_minus_each(asked.numbers) if several else None,
        bland_altman=_bland_altman(asked, grid, true),
        error=_errors(asked, true) if true is not None else None,
        auc=area(asked, asked.numbers, positive)[0] if positive is not None else None,
    )


def described(values: Floats, table: Floats, level: float) -> Numbers:
    """Numbers with the interval of their mean."""
    crossed = crossed_mean(table, level=level)
    seen = values[np.isfinite(values)]
    return Numbers(
        n=len(seen),
        mean=float(seen.mean()),
        sd=float(seen.std(ddof=1)) if len(seen) > 1 else None,
        low=crossed.low,
        high=crossed.high,
        crossed=crossed,
    )


def by_group(asked: Asked, values: Floats) -> list[tuple[str, Numbers]]:
    """The numbers of each source, where there are sources."""
    if asked.groups == (ALL,):
        return []
    table = asked.grid(values).values
    group = as_text(asked.rows, "group")
    found = []
    for name in asked.groups:
        own = values[group == name]
        if np.isfinite(own).any():
            of = table[:, asked.group_of_case == name]
            found.append((name, described(own, of, asked.study.level)))
    return found


def true_numbers(asked: Asked) -> Floats | None:
    """The true number of each row; None where the truth is none."""
    if asked.truth is None:
        return None
    true = pd.to_numeric(pd.Series(asked.truth), errors="coerce").to_numpy(dtype=float)
    return true if np.isfinite(true).any() else None


def _errors(asked: Asked, true: Floats) -> Errors | None:
    error = asked.numbers - true
    if not np.isfinite(error).any():
        return None
    return Errors(
        bias=asked.mean_of(error),
        absolute=asked.mean_of(np.abs(error)),
        root_mean_square=float(np.sqrt(np.nanmean(error**2))),
        by_source=tuple(SourceError.extending(row, source=name) for name, row in by_group(asked, error)),
        within=asked.item.within,
        accuracy=accuracy(asked, asked.correct),
        difference=asked.real_minus_synthetic(error),
    )


def _bland_altman(asked: Asked, grid: Grid, true: Floats | None) -> BlandAltman:
    level = asked.study.level
    several = len(grid.readers) > 1 and len(grid.cases) > 1
    return BlandAltman(
        truth=_against_truth(asked, true) if true is not None else None,
        sources=_between_sources(asked, grid) or None,
        reproducibility=_reproducible(grid, level) if several else None,
        repeatability=_repeatable(asked),
        readers=_around_the_mean(grid) if several else None,
    )


def _reproducible(grid: Grid, level: float) -> Interval | None:
    try:
        return reproducibility(grid.values, level=level)
    except AnalysisError:
        return None


def _limits(table: Floats, mean: Floats, level: float, compared: str) -> AgreementLimits | None:
    """Limits of a readers x cases table of differences, and its points against the means."""
    try:
        found = limits_of_agreement(table, level=level)
    except AnalysisError:
        return None
    return AgreementLimits.extending(found, compared=compared, points=_points(mean, table))


def _points(mean: Floats, difference: Floats) -> tuple[tuple[float, float], ...]:
    seen = np.isfinite(mean) & np.isfinite(difference)
    x, y = mean[seen], difference[seen]
    step = -(-len(x) // MOST_POINTS) or 1
    return tuple(zip(x[::step].tolist(), y[::step].tolist(), strict=True))


def _against_truth(asked: Asked, true: Floats) -> AgreementLimits | None:
    said, real = asked.grid(asked.numbers).values, asked.grid(true).values
    return _limits(said - real, (said + real) / 2, asked.study.level, "answer – truth")


def _between_sources(asked: Asked, grid: Grid) -> tuple[AgreementLimits, ...]:
    """Real against each other source, where every case has one image of both."""
    rows: list[AgreementLimits | None] = []
    for real in (source.name for source in asked.sources if source.kind == REAL):
        for other in (name for name in asked.groups if name != real):
            pair = matched(grid, asked.group_of_case, real, other, asked.shown_case)
            if pair is not None:
                one, two = pair
                rows.append(_limits(one - two, (one + two) / 2, asked.study.level, f"{real} – {other}"))
    return tuple(row for row in rows if row is not None)


def _around_the_mean(grid: Grid) -> tuple[tuple[float, float], ...]:
    """Each answer's distance from the mean of the readers, for the cases that two or more answered."""
    enough = np.isfinite(grid.values).sum(axis=0) > 1
    table = grid.values[:, enough]
    if not table.size:
        return ()
    mean = np.broadcast_to(np.nanmean(table, axis=0), table.shape)
    return _points(mean, table - mean)


def _repeatable(asked: Asked) -> Interval | None:
    """Each reader's first number against that of the hidden repeat."""
    first, again = pairs_of_repeats(asked)
    return repeatability(first, again, level=asked.study.level) if len(first) > 1 else None


def pairs_of_repeats(asked: Asked) -> tuple[Sequence[float], Sequence[float]]:
    """The numbers that a reader gave twice of one image."""
    every = asked.every
    if "repeat_of" not in every or not every["repeat_of"].notna().any():
        return [], []
    repeat = every["repeat_of"].notna().to_numpy() & every["missing"].isna().to_numpy()
    names = ("reader", "trial", "image") if asked.item.of == "image" else ("reader", "trial")
    key = list(zip(*(as_text(asked.rows, name) for name in names), strict=True))
    known = dict(zip(key, asked.numbers, strict=True))
    again = every[repeat]
    shown = [{"trial": "repeat_of"}.get(name, name) for name in names]
    pairs = [
        (known[asked_of], value)
        for asked_of, value in zip(
            zip(*(as_text(again, name) for name in shown), strict=True),
            numbers_in(again["value"]),
            strict=True,
        )
        if asked_of in known
    ]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]
