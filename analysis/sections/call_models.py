"""Models of calls with confidence: the binormal curve, and whether confidence follows being right."""

from collections.abc import Callable
from functools import partial
from typing import Any

from analysis.bundle.grid import Grid
from analysis.bundle.study import Study
from analysis.confidence import ConfidenceModel, binormal, meta_dprime
from analysis.document.call import ConfidenceCalibration
from analysis.document.common import NotComputed
from analysis.errors import AnalysisError

ONE_KIND = "All images are of one kind, so there is no curve."

Fit = Callable[..., ConfidenceModel]
#: Unequal-variance signal detection.
BINORMAL: Fit = binormal
#: meta-d' with padded counts: else readers who were never wrong about one kind would be left out.
METACOGNITION: Fit = partial(meta_dprime, padded=True)


def confidence_model(
    fit: Fit,
    study: Study,
    grid: Grid,
    scores: Any,
    synthetic: Any,
    scale: ConfidenceCalibration | NotComputed,
) -> ConfidenceModel | NotComputed:
    """Fit a model of calls with confidence, where confidence is a scale of few points."""
    if isinstance(scale, NotComputed):
        return scale
    if synthetic.all() or not synthetic.any():
        return NotComputed(reason=ONE_KIND)
    try:
        return fit(scores, synthetic, readers=grid.readers, level=study.level)
    except AnalysisError as error:
        return NotComputed(reason=str(error))
