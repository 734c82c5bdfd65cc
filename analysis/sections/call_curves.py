"""Receiver operating characteristic: curves of the readers and their mean, areas of each generator."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.bundle.study import Study
from analysis.document.call import (
    AreaDifference,
    Curve,
    Curves,
    GeneratorArea,
    GeneratorAreas,
    ReaderCurve,
)
from analysis.document.common import NotComputed
from analysis.errors import AnalysisError
from analysis.mrmc.auc import mrmc_auc
from analysis.ranks.multiplicity import adjusted
from analysis.roc.auc import roc_curve

GRID = 101


def curves(readers: Sequence[str], scores: Floats, synthetic: Any) -> Curves | NotComputed:
    """Points of each reader's empirical curve, and the mean of their sensitivities at each rate."""
    rows, heights = [], []
    false_alarms = np.linspace(0, 1, GRID)
    for reader, own in zip(readers, scores, strict=True):
        seen = np.isfinite(own)
        if synthetic[seen].all() or not synthetic[seen].any():
            continue
        x, y, _ = roc_curve(own[seen], synthetic[seen])
        rows.append(ReaderCurve(reader=reader, false_alarms=tuple(x.tolist()), sensitivity=tuple(y.tolist())))
        heights.append(np.interp(false_alarms, x, y))
    if not rows:
        return NotComputed(reason="No reader scored images of both kinds.")
    mean = np.mean(heights, axis=0)
    return Curves(
        by_reader=tuple(rows),
        mean=Curve(false_alarms=tuple(false_alarms.tolist()), sensitivity=tuple(mean.tolist())),
        method="vertical average of the readers' empirical curves",
    )


def by_generator(
    study: Study, scores: Floats, source: Any, generators: Sequence[str]
) -> GeneratorAreas | NotComputed:
    """Mean area of each generator against the real images, and differences with these real images in common.

    The real images are the negative cases of every generator, so that differences keep their covariance.
    """
    real = np.isin(source, study.real_sources)
    frames = []
    for name in generators:
        reader, case = np.nonzero(np.isfinite(scores) & (real | (source == name)))
        truth = (~real[case]).astype(int)
        frames.append(
            pd.DataFrame(
                {"reader": reader, "case": case, "truth": truth, "score": scores[reader, case]}
            ).assign(condition=name)
        )
    try:
        found = mrmc_auc(pd.concat(frames), condition="condition", level=study.level)
    except AnalysisError as error:
        return NotComputed(reason=str(error))
    held = adjusted([row.p for row in found.differences])
    return GeneratorAreas(
        areas=tuple(GeneratorArea.extending(row.cut(), source=row.condition) for row in found.conditions),
        differences=tuple(
            AreaDifference.extending(row, difference=row.estimate, p_holm=p_holm)
            for row, p_holm in zip(found.differences, held, strict=True)
        ),
    )
