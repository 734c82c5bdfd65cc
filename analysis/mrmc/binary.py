"""A share of several readers and cases (correct, positive, detected), in any design."""

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.errors import NothingToAnalyseError
from analysis.mrmc.analyse import Condition, analyse
from analysis.mrmc.frame import tables, zeros_and_ones
from analysis.mrmc.moments import MEAN, Moments
from analysis.mrmc.result import MrmcAnalysis

METHOD = "U-statistic MRMC of a share (Gallas, Pennello & Myers 2007), readers and cases random, any design"


def mrmc_binary(
    frame: pd.DataFrame,
    *,
    reader: str = "reader",
    case: str = "case",
    condition: str | None = None,
    score: str = "score",
    truth: str | None = None,
    level: float = 0.95,
) -> MrmcAnalysis:
    """Compare shares over readers and cases, whoever read whatever.

    Parameters
    ----------
    frame
        One row an answer; a reader may have read any part of the cases, in any part of the conditions.
    reader, case, condition, score
        Names of its columns; the score is 0 or 1. Without a condition there is one. For sensitivity or
        specificity give the rows of positive or of negative cases alone.
    truth
        With it the score is a call, and the share is that of calls that agree with it.
    level
        Of the intervals, which are not cut off at 0 and 1, as in iMRMC.

    Returns
    -------
    MrmcAnalysis
        ``conditions``, ``differences`` (first minus second) and ``components``, as from ``mrmc_auc``.
    """
    read = tables(frame, reader=reader, case=case, condition=condition, truth=truth, score=score)
    scores = []
    for table in read.scores:
        zeros_and_ones(table[np.isfinite(table)], score)
        right = table if read.truth is None else (table == read.truth).astype(np.float64)
        scores.append(np.where(np.isfinite(table), right, np.nan))
    if any(not np.isfinite(table).any() for table in scores):
        raise NothingToAnalyseError

    def moments(a: int, b: int) -> Moments:
        x, y = scores[a], scores[b]
        success = _shared(np.nan_to_num(x), np.nan_to_num(y))
        pairs = _shared(np.isfinite(x).astype(np.float64), np.isfinite(y).astype(np.float64))
        return Moments.of(MEAN, success, pairs, pairs[-1])

    found = [_condition(name, table) for name, table in zip(read.conditions, scores, strict=True)]
    return analyse(found, moments, null=None, level=level, method=METHOD)


def _condition(name: str, table: Floats) -> Condition:
    seen = np.isfinite(table)
    return Condition(
        name,
        float(np.nanmean(table)),
        int(seen.any(axis=1).sum()),
        int(seen.any(axis=0).sum()),
        int(seen.sum()),
    )


def _shared(x: Floats, y: Floats) -> Floats:
    """Sums of products of answers of the same reader to the same case, same reader, same case, any."""
    return np.array(
        [
            np.einsum("ij,ij->", x, y),
            x.sum(axis=1) @ y.sum(axis=1),
            x.sum(axis=0) @ y.sum(axis=0),
            x.sum() * y.sum(),
        ]
    )
