"""Subgroups of readers and of images: each with its share, and its difference from all the others."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.bundle.grid import Grid, as_text, is_number, spread
from analysis.bundle.study import Study
from analysis.crossed import CrossedMean, crossed_difference, crossed_mean
from analysis.document.endpoints import REALISM_APART, Subgroup, SubgroupFactor
from analysis.errors import AnalysisError
from analysis.ranks.multiplicity import adjusted

READER_FACTORS = ("specialty", "site")
EXPERIENCE = "years"
NO_LABELS = ("image", "source", "case")
MOST_GROUPS = 8


def subgroups(
    correct: Grid,
    quantity: str,
    *,
    level: float,
    readers: pd.DataFrame | None,
    images: pd.DataFrame | None = None,
    bounds: tuple[float, float] | None = (0.0, 1.0),
) -> tuple[SubgroupFactor, ...]:
    """Analyse each factor with two to eight groups of which each has two readers, or two cases.

    Parameters
    ----------
    correct
        Readers x cases, of 0 and 1 or of any numbers.
    quantity
        What is counted, as it stands in the report.
    level
        Of the intervals.
    readers, images
        The tables with the factors; images only where a case is an image.
    bounds
        Ends of the scale.
    """
    by_reader = _factors_of_readers(readers) if readers is not None else {}
    by_image = _factors_of_images(images) if images is not None else {}
    factors = [(name, "readers", of) for name, of in by_reader.items()]
    factors += [(name, "images", of) for name, of in by_image.items()]
    found = [_factor(name, of, groups, correct, quantity, level, bounds) for name, of, groups in factors]
    return tuple(factor for factor in found if factor is not None)


def subgroups_of_ratings(
    study: Study, ratings: pd.DataFrame, readers: pd.DataFrame | None
) -> tuple[SubgroupFactor, ...]:
    """Whether groups of readers tell real from synthetic images apart differently, trial by trial.

    Only where trials show both kinds: the difference within a trial is what groups are compared in.
    """
    real = ratings["source"].isin(study.real_sources).to_numpy()
    if readers is None or study.scale is None or real.all() or not real.any():
        return ()
    one, other = (spread(ratings, "trial", ratings["rating"].where(side)) for side in (real, ~real))
    apart = Grid(values=one.values - other.values, readers=one.readers, cases=one.cases)
    if not np.isfinite(apart.values).any():
        return ()
    span = study.scale.points[-1] - study.scale.points[0]
    return subgroups(apart, REALISM_APART, level=study.level, readers=readers, bounds=(-span, span))


def _factors_of_readers(readers: pd.DataFrame) -> dict[str, dict[str, str]]:
    names = as_text(readers, "reader")
    factors = {
        factor: dict(zip(names, as_text(readers, factor), strict=True))
        for factor in READER_FACTORS
        if factor in readers
    }
    if EXPERIENCE in readers:
        years = {
            n: float(y) for n, y in zip(names, as_text(readers, EXPERIENCE), strict=True) if is_number(y)
        }
        if years:
            middle = float(np.median(list(years.values())))
            words = (f"under {middle:g} years", f"{middle:g} years or more")
            factors["experience"] = {n: words[y >= middle] for n, y in years.items()}
    return factors


def _factors_of_images(images: pd.DataFrame) -> dict[str, dict[str, str]]:
    names = as_text(images, "image")
    return {
        label: dict(zip(names, as_text(images, label), strict=True))
        for label in map(str, images)
        if label not in NO_LABELS
    }


def _factor(
    name: str,
    of: str,
    group_of: Mapping[str, str],
    correct: Grid,
    quantity: str,
    level: float,
    bounds: tuple[float, float] | None,
) -> SubgroupFactor | None:
    members = correct.readers if of == "readers" else correct.cases
    groups = np.array([_group(group_of.get(member)) for member in members], dtype=object)
    present = sorted({group for group in groups if group})
    if not 2 <= len(present) <= MOST_GROUPS or min((groups == group).sum() for group in present) < 2:
        return None
    # with the axis of the groups last, both kinds of factor are nested cases of `crossed_difference`
    table = correct.values.T if of == "readers" else correct.values
    rows = list(_groups(table, groups, present, of=of, level=level, bounds=bounds))
    held = adjusted([row.p for row in rows])
    corrected = tuple(row.with_(p_holm=p) for row, p in zip(rows, held, strict=True))
    return SubgroupFactor(factor=name, of=of, quantity=quantity, groups=corrected)


def _group(value: object) -> str:
    return "" if value is None or value != value else str(value)


def _groups(
    table: Floats,
    groups: np.ndarray,
    present: list[str],
    *,
    of: str,
    level: float,
    bounds: tuple[float, float] | None,
) -> Iterator[Subgroup]:
    known = groups != ""
    for group in present:
        inside, outside = table[:, groups == group], table[:, known & (groups != group)]
        own = inside.T if of == "readers" else inside
        share = crossed_mean(own, level=level, bounds=bounds)
        difference = _difference(inside, outside, level, bounds)
        yield Subgroup(
            group=group,
            n_readers=share.n_readers or 0,
            n_cases=share.n_cases or 0,
            n_answers=share.n_answers,
            estimate=share.estimate,
            low=share.low,
            high=share.high,
            difference=difference.estimate if difference else None,
            difference_low=difference.low if difference else None,
            difference_high=difference.high if difference else None,
            p=difference.p if difference else None,
        )


def _difference(
    inside: Floats, outside: Floats, level: float, bounds: tuple[float, float] | None
) -> CrossedMean | None:
    ends = None if bounds is None else (bounds[0] - bounds[1], bounds[1] - bounds[0])
    try:
        return crossed_difference(inside, outside, level=level, bounds=ends)
    except AnalysisError:
        return None
