"""Ratings on one scale with the readers' severity."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.bundle.grid import spread
from analysis.bundle.study import Study
from analysis.document.common import NotComputed
from analysis.errors import AnalysisError
from analysis.model_limit import too_many
from analysis.rasch import Rasch, many_facet_rasch

MOST_POINTS = 11
TWICE = "A reader rated an image more than once, and the model takes the ratings of an image as independent."
MANY_POINTS = f"The ratings have more than {MOST_POINTS} points, too many for a threshold between each two."
INSTEAD = "the means by reader show who is severe"


def severity(study: Study, ratings: pd.DataFrame, sources: Sequence[str], limit: int) -> Rasch | NotComputed:
    """Sources, readers and steps of the scale in logits; the first source is what others are held against."""
    if reason := too_many(len(ratings), limit, "ratings", INSTEAD):
        return NotComputed(reason=reason)
    values = ratings["rating"].to_numpy(dtype=float)
    grid = spread(ratings, "image", values)
    if np.isfinite(grid.values).sum() < np.isfinite(values).sum():
        return NotComputed(reason=TWICE)
    if len(np.unique(values[np.isfinite(values)])) > MOST_POINTS:
        return NotComputed(reason=MANY_POINTS)
    shown = ratings[["image", "source"]].drop_duplicates("image")
    of = dict(zip(shown["image"].astype(object), shown["source"].astype(object), strict=True))
    place = {source: at for at, source in enumerate(sources)}
    order = sorted(range(len(grid.cases)), key=lambda at: place[of[grid.cases[at]]])
    images = [grid.cases[at] for at in order]
    try:
        return many_facet_rasch(
            grid.values[:, order],
            [of[image] for image in images],
            readers=grid.readers,
            images=images,
            level=study.level,
        )
    except AnalysisError as error:
        return NotComputed(reason=str(error))
