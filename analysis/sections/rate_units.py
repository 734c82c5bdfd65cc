"""Sums of ratings by reader, trial or image, the units of the rank tests."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.bundle.study import Study

Sums = Mapping[str, tuple[float, int]]


def of_source(ratings: pd.DataFrame, source: str) -> pd.DataFrame:
    """The ratings of one source."""
    rows = ratings[(ratings["source"] == source).to_numpy()]
    names = {name: rows[name].cat.remove_unused_categories() for name in ("trial", "image")}
    return rows.assign(**names)


def scale_ends(study: Study) -> tuple[float, float] | None:
    """Where the scale begins and ends, beyond which no mean of ratings can lie."""
    return (study.scale.points[0], study.scale.points[-1]) if study.scale else None


def by_row(rows: pd.DataFrame, unit: str) -> dict[str, tuple[float, int]]:
    """Sum and count of the ratings of each reader, trial or image."""
    codes = rows[unit].cat.codes.to_numpy()
    names = rows[unit].cat.categories
    sums = np.bincount(codes, rows["rating"].to_numpy(), len(names))
    counts = np.bincount(codes, minlength=len(names))
    return {str(name): (float(s), int(n)) for name, s, n in zip(names, sums, counts, strict=True) if n}


def unit_value(value: tuple[float, int], *, sums: bool) -> float:
    """Sums where every unit has as many ratings, since rounded means would break ties; else means."""
    return value[0] if sums else value[0] / value[1]
