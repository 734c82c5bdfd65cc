"""Receiver operating characteristic: curves of the readers and their mean, areas of each generator."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.bundle import Study
from analysis.errors import AnalysisError
from analysis.mrmc import mrmc_auc
from analysis.ranks import adjusted
from analysis.roc import roc_curve
from analysis.sections.grid import Floats
from analysis.sections.whole import whole

STEPS = 101


def curves(readers: Sequence[str], scores: Floats, synthetic: Any) -> dict[str, Any]:
    """Points of each reader's empirical curve, and the mean of their sensitivities at each rate."""
    rows, heights = [], []
    false_alarms = np.linspace(0, 1, STEPS)
    for reader, own in zip(readers, scores, strict=True):
        seen = np.isfinite(own)
        if synthetic[seen].all() or not synthetic[seen].any():
            continue
        x, y, _ = roc_curve(own[seen], synthetic[seen])
        rows.append({"reader": reader, "false_alarms": x.tolist(), "sensitivity": y.tolist()})
        heights.append(np.interp(false_alarms, x, y))
    if not rows:
        return {}
    mean = np.mean(heights, axis=0)
    return {
        "by_reader": rows,
        "mean": {"false_alarms": false_alarms.tolist(), "sensitivity": mean.tolist()},
        "method": "vertical average of the readers' empirical curves",
    }


def by_generator(study: Study, scores: Floats, source: Any, generators: Sequence[str]) -> dict[str, Any]:
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
        return {"reason": str(error)}
    areas = [{"source": row.condition} | whole(row) for row in found.conditions]
    differences = [{"difference": row.estimate} | whole(row) for row in found.differences]
    for row, p_holm in zip(differences, adjusted([row["p"] for row in differences]), strict=True):
        row["p_holm"] = p_holm
    return {"areas": areas, "differences": differences}
