"""Agreement between readers: on the image picked, on the call, on the rating."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from analysis.agreement.chance import (
    brennan_prediger,
    fleiss_kappa,
    gwet_ac1,
    gwet_ac2,
    raw_agreement,
)
from analysis.agreement.cohen import cohen_kappa, prevalence_bias
from analysis.agreement.conger import conger_kappa
from analysis.agreement.intraclass import icc
from analysis.agreement.kendall import kendall_w
from analysis.agreement.krippendorff import krippendorff_alpha
from analysis.agreement.result import Agreement
from analysis.bundle.grid import Grid, codes_of, spread
from analysis.bundle.study import Section, Study
from analysis.document.agreement import Coefficients, ReaderPair

Coefficient = Callable[..., Agreement]
NOMINAL: dict[str, Coefficient] = {
    "raw": raw_agreement,
    "fleiss": fleiss_kappa,
    "conger": conger_kappa,
    "ac1": gwet_ac1,
    "alpha": partial(krippendorff_alpha, metric="nominal"),
    "brennan_prediger": brennan_prediger,
}
ORDINAL: dict[str, Coefficient] = NOMINAL | {
    "alpha": partial(krippendorff_alpha, metric="ordinal"),
    "ac2": partial(gwet_ac2, weights="quadratic"),
    "fleiss_quadratic": partial(fleiss_kappa, weights="quadratic"),
}


def agreement_of_picks(study: Study, section: Section, picks: pd.DataFrame) -> Coefficients:
    """On the identity of the image that was picked, never on its place on the screen."""
    labels = len(picks["picked"].cat.categories)
    grid = spread(picks, "trial", codes_of(picks, "picked"))
    categories = list(range(max(labels, section.alternatives or 2)))
    found = coefficients_of(grid, NOMINAL, categories, study.level)
    names = dict(enumerate(picks["picked"].cat.categories))
    fleiss = found["fleiss"]
    named = tuple(
        each.with_(category=names.get(each.category, "(never picked)")) for each in fleiss.per_category
    )
    return Coefficients(**(found | {"fleiss": fleiss.with_(per_category=named)}))


def agreement_of_calls(study: Study, calls: pd.DataFrame) -> Coefficients:
    """On real or synthetic, with Cohen's kappa of each pair of readers."""
    grid = spread(calls, "image", (calls["call"] == "synthetic").to_numpy().astype(float))
    found = coefficients_of(grid, NOMINAL, [0, 1], study.level)
    return Coefficients(**found, pairs=pairs_of_readers(grid, study.level))


def agreement_of_ratings(study: Study, ratings: pd.DataFrame) -> Coefficients:
    """On the point of the scale, as ordered categories and as numbers."""
    grid = spread(ratings, "image", ratings["rating"])
    points = list(study.scale.points) if study.scale else sorted(set(ratings["rating"]))
    return Coefficients(
        **coefficients_of(grid, ORDINAL, points, study.level),
        # both need every rating of an image; `n_dropped` counts the images that lack one
        icc=icc(grid.values, form="ICC(2,1)", level=study.level),
        kendall_w=kendall_w(grid.values),
    )


def coefficients_of(
    grid: Grid, wanted: dict[str, Coefficient], categories: list[Any], level: float
) -> dict[str, Any]:
    """Compute the coefficients that are wanted, by name."""
    return {
        name: coefficient(grid.values, categories=categories, level=level)
        for name, coefficient in wanted.items()
    }


MOST_PAIRS = 30


def pairs_of_readers(grid: Grid, level: float) -> tuple[ReaderPair, ...]:
    """Cohen's kappa of two readers, with the indices that say why it may be low."""
    n = len(grid.readers)
    if n > MOST_PAIRS:
        return ()
    rows = []
    for a in range(n):
        for b in range(a + 1, n):
            both = ~np.isnan(grid.values[[a, b]]).any(axis=0)
            if both.sum() < 2:
                continue
            first, second = grid.values[a, both], grid.values[b, both]
            kappa = cohen_kappa(first, second, level=level)
            indices = prevalence_bias(first, second)
            rows.append(ReaderPair(a=grid.readers[a], b=grid.readers[b], kappa=kappa, indices=indices))
    return tuple(rows)
