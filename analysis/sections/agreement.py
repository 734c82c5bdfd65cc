"""Agreement between readers: on the image picked, on the call, on the rating."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from analysis import agreement as coefficients
from analysis.bundle import Section, Study
from analysis.sections.grid import Grid, codes_of, spread
from analysis.sections.whole import whole

Coefficient = Callable[..., Any]
NOMINAL: dict[str, Coefficient] = {
    "raw": coefficients.raw_agreement,
    "fleiss": coefficients.fleiss_kappa,
    "conger": coefficients.conger_kappa,
    "ac1": coefficients.gwet_ac1,
    "alpha": partial(coefficients.krippendorff_alpha, metric="nominal"),
    "brennan_prediger": coefficients.brennan_prediger,
}
ORDINAL: dict[str, Coefficient] = NOMINAL | {
    "alpha": partial(coefficients.krippendorff_alpha, metric="ordinal"),
    "ac2": partial(coefficients.gwet_ac2, weights="quadratic"),
    "fleiss_quadratic": partial(coefficients.fleiss_kappa, weights="quadratic"),
}


def agreement_of_picks(study: Study, section: Section, picks: pd.DataFrame) -> dict[str, Any]:
    """On the identity of the image that was picked, never on its place on the screen."""
    labels = len(picks["picked"].cat.categories)
    grid = spread(picks, "trial", codes_of(picks, "picked"))
    categories = list(range(max(labels, section.alternatives or 2)))
    part = _coefficients(grid, NOMINAL, categories, study.level)
    names = dict(enumerate(picks["picked"].cat.categories))
    for category in part["fleiss"].get("per_category", []):
        category["category"] = names.get(category["category"], "(never picked)")
    return part


def agreement_of_calls(study: Study, calls: pd.DataFrame) -> dict[str, Any]:
    """On real or synthetic, with Cohen's kappa of each pair of readers."""
    grid = spread(calls, "image", (calls["call"] == "synthetic").to_numpy().astype(float))
    return _coefficients(grid, NOMINAL, [0, 1], study.level) | {"pairs": _pairs(grid, study.level)}


def agreement_of_ratings(study: Study, ratings: pd.DataFrame) -> dict[str, Any]:
    """On the point of the scale, as ordered categories and as numbers."""
    grid = spread(ratings, "image", ratings["rating"])
    points = list(study.scale.points) if study.scale else sorted(set(ratings["rating"]))
    part = _coefficients(grid, ORDINAL, points, study.level)
    # both need every rating of an image; `n_dropped` counts the images that lack one
    part["icc"] = whole(coefficients.icc(grid.values, form="ICC(2,1)", level=study.level))
    part["kendall_w"] = whole(coefficients.kendall_w(grid.values))
    return part


def _coefficients(
    grid: Grid, wanted: dict[str, Coefficient], categories: list[Any], level: float
) -> dict[str, Any]:
    part = {}
    for name, coefficient in wanted.items():
        found = coefficient(grid.values, categories=categories, level=level)
        part[name] = whole(found) | {"estimate": found.estimate}
    return part


MOST_PAIRS = 30


def _pairs(grid: Grid, level: float) -> list[dict[str, Any]]:
    """Cohen's kappa of two readers, with the indices that say why it may be low."""
    n = len(grid.readers)
    if n > MOST_PAIRS:
        return []
    rows = []
    for a in range(n):
        for b in range(a + 1, n):
            both = ~np.isnan(grid.values[[a, b]]).any(axis=0)
            if both.sum() < 2:
                continue
            first, second = grid.values[a, both], grid.values[b, both]
            kappa = coefficients.cohen_kappa(first, second, level=level)
            indices = coefficients.prevalence_bias(first, second)
            rows.append(
                {"a": grid.readers[a], "b": grid.readers[b], "kappa": whole(kappa), "indices": whole(indices)}
            )
    return rows
