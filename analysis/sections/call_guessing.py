"""Whether calls are as good as guessing: all together, of each kind of image, and of each generator."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from analysis.arrays import Floats
from analysis.bundle.grid import Grid
from analysis.bundle.study import Study
from analysis.crossed import CrossedMean, crossed_contrast, crossed_equivalence, crossed_rate
from analysis.document.call import GeneratorGuessing, Guessing, GuessingShare
from analysis.ranks.multiplicity import adjusted
from analysis.sections.margins import undecided

GUESSING = 0.5
NO_MARGIN = (
    "The study fixed no margin for detection, so equivalence is not decided; read the smallest margin."
)


def guessing(study: Study, grid: Grid, source: Any, synthetic: Any, generators: Sequence[str]) -> Guessing:
    """Two one-sided tests that shares lie within the protocol's margin of guessing, and no better than it.

    A generator is judged on the mean of its detection and of the specificity, which guessing makes ½ whatever
    the readers' bias.
    """
    cleared = 1 - grid.values[:, ~synthetic]
    detected = grid.values[:, synthetic]
    rows = [
        _against_guessing(study, _balanced(study, grid.values[:, source == name], cleared))
        for name in generators
    ]
    equivalent = adjusted([row.p for row in rows])
    non_inferior = adjusted([row.p_non_inferior for row in rows])
    return Guessing(
        balanced=_against_guessing(study, _balanced(study, detected, cleared)),
        sensitivity=_against_guessing(study, crossed_rate(detected, level=study.level)),
        specificity=_against_guessing(study, crossed_rate(cleared, level=study.level)),
        by_generator=tuple(
            GeneratorGuessing.extending(row, source=name, p_holm=p, p_non_inferior_holm=p_non_inferior)
            for name, row, p, p_non_inferior in zip(generators, rows, equivalent, non_inferior, strict=True)
        ),
    )


def _balanced(study: Study, detected: Floats, cleared: Floats) -> CrossedMean:
    halves = [np.asarray(detected, dtype=np.float64), np.asarray(cleared, dtype=np.float64)]
    return crossed_contrast(halves, [0.5, 0.5], null=GUESSING, level=study.level, bounds=(0.0, 1.0))


def _against_guessing(study: Study, mean: CrossedMean) -> GuessingShare:
    """Equivalence, and non-inferiority of the images: that readers do no better than guessing plus margin."""
    margin = study.detection_margin
    found = crossed_equivalence(mean, GUESSING, margin or 1.0)
    if margin is None:
        return GuessingShare.extending(undecided(found, NO_MARGIN), p_non_inferior=None)
    return GuessingShare.extending(found, p_non_inferior=found.p_high)
