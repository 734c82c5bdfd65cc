"""Models of calls with confidence: the binormal curve, and whether confidence follows being right."""

from collections.abc import Sequence
from typing import Any

from analysis.arrays import Floats
from analysis.bundle.study import Study
from analysis.confidence import ConfidenceModel, binormal, meta_dprime
from analysis.document.call import ConfidenceCalibration
from analysis.document.common import NotComputed
from analysis.errors import AnalysisError

ONE_KIND = "All images are of one kind, so there is no curve."


def binormal_curve(
    study: Study,
    scores: Floats,
    readers: Sequence[str],
    synthetic: Any,
    scale: ConfidenceCalibration | NotComputed,
) -> ConfidenceModel | NotComputed:
    """Unequal-variance signal detection, where confidence is a scale of few points."""
    if reason := _none(synthetic, scale):
        return NotComputed(reason=reason)
    try:
        return binormal(scores, synthetic, readers=readers, level=study.level)
    except AnalysisError as error:
        return NotComputed(reason=str(error))


def metacognition(
    study: Study,
    scores: Floats,
    readers: Sequence[str],
    synthetic: Any,
    scale: ConfidenceCalibration | NotComputed,
) -> ConfidenceModel | NotComputed:
    """meta-d', its counts padded: else readers who were never wrong about one kind would be left out."""
    if reason := _none(synthetic, scale):
        return NotComputed(reason=reason)
    try:
        return meta_dprime(scores, synthetic, readers=readers, padded=True, level=study.level)
    except AnalysisError as error:
        return NotComputed(reason=str(error))


def _none(synthetic: Any, scale: ConfidenceCalibration | NotComputed) -> str | None:
    if isinstance(scale, NotComputed):
        return scale.reason
    return ONE_KIND if synthetic.all() or not synthetic.any() else None
