"""Whether calls are as good as guessing: all together, of each kind of image, and of each generator."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from analysis.bundle import Study
from analysis.crossed import CrossedMean, crossed_contrast, crossed_equivalence, crossed_rate
from analysis.ranks import adjusted
from analysis.sections.grid import Floats, Grid
from analysis.sections.whole import whole

GUESSING = 0.5
NO_MARGIN = (
    "The study fixed no margin for detection, so equivalence is not decided; read the smallest margin."
)


def call_equivalence(
    study: Study, grid: Grid, source: Any, synthetic: Any, generators: Sequence[str]
) -> dict[str, Any]:
    """Two one-sided tests that shares lie within the protocol's margin of guessing, and no better than it.

    A generator is judged on the mean of its detection and of the specificity, which guessing makes ½ whatever
    the readers' bias.
    """
    cleared = 1 - grid.values[:, ~synthetic]
    detected = grid.values[:, synthetic]
    rows = [
        {"source": name} | _against_guessing(study, _balanced(study, grid.values[:, source == name], cleared))
        for name in generators
    ]
    for key in ("p", "p_non_inferior"):
        held = adjusted([row[key] for row in rows])
        for row, p_holm in zip(rows, held, strict=True):
            row[f"{key}_holm"] = p_holm
    return {
        "balanced": _against_guessing(study, _balanced(study, detected, cleared)),
        "sensitivity": _against_guessing(study, crossed_rate(detected, level=study.level)),
        "specificity": _against_guessing(study, crossed_rate(cleared, level=study.level)),
        "by_generator": rows,
    }


def _balanced(study: Study, detected: Floats, cleared: Floats) -> CrossedMean:
    halves = [np.asarray(detected, dtype=np.float64), np.asarray(cleared, dtype=np.float64)]
    return crossed_contrast(halves, [0.5, 0.5], null=GUESSING, level=study.level, bounds=(0.0, 1.0))


def _against_guessing(study: Study, mean: CrossedMean) -> dict[str, Any]:
    """Equivalence, and non-inferiority of the images: that readers do no better than guessing plus margin."""
    margin = study.detection_margin
    found: dict[str, Any] = whole(crossed_equivalence(mean, GUESSING, margin or 1.0))
    if margin is None:
        undecided = dict.fromkeys(("margin", "p", "p_low", "p_high", "within"))
        return found | undecided | {"p_non_inferior": None, "reason": NO_MARGIN}
    return found | {"p_non_inferior": found["p_high"]}
