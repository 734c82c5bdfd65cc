"""The area under the ROC curve of several readers, in any design."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.errors import WrongValueError
from analysis.mrmc.analyse import Condition, analyse
from analysis.mrmc.frame import Tables, tables
from analysis.mrmc.moments import AUC, Moments
from analysis.mrmc.result import MrmcAnalysis

METHOD = "U-statistic MRMC (Gallas 2006; Gallas et al. 2009), readers and cases random, any design"


def mrmc_auc(
    frame: pd.DataFrame,
    *,
    reader: str = "reader",
    case: str = "case",
    condition: str | None = None,
    truth: str = "truth",
    score: str = "score",
    level: float = 0.95,
) -> MrmcAnalysis:
    """Compare areas under ROC curves over readers and cases, whoever read whatever.

    Parameters
    ----------
    frame
        One row an answer; a reader may have read any part of the cases, in any part of the conditions.
    reader, case, condition, truth, score
        Names of its columns; truth is 0 or 1 and belongs to the case, a higher score means positive. Without
        a condition there is one.
    level
        Of the intervals, which are not cut off at 0 and 1, as in iMRMC.

    Returns
    -------
    MrmcAnalysis
        ``conditions``, ``differences`` (first minus second) and ``components``. The area of a condition is
        the mean over all pairs of a negative and a positive case that one reader read, so that a reader
        weighs as much as he or she read; p of a condition is against .5. Variances are unbiased, degrees of
        freedom those of the FDA's iMRMC.

    Raises
    ------
    WrongValueError
        Where no reader of a condition read both a negative and a positive case.
    """
    read = tables(frame, reader=reader, case=case, condition=condition, truth=truth, score=score)
    study = _Areas(read)
    found = [study.condition(place) for place in range(len(read.conditions))]
    return analyse(found, study.moments, null=0.5, level=level, method=METHOD)


class _Areas:
    """Comparisons of negative with positive cases, by condition and reader."""

    def __init__(self, read: Tables) -> None:
        assert read.truth is not None  # noqa: S101 - for the type checker: mrmc_auc names the column
        self.read = read
        self.negative, self.positive = read.truth == 0, read.truth == 1

    def comparisons(self, place: int) -> Iterator[tuple[Floats, Floats]]:
        """Success and presence of each comparison, negatives x positives, one reader after the other."""
        for row in self.read.scores[place]:
            below, above = row[self.negative][:, None], row[self.positive][None, :]
            present = np.isfinite(below) & np.isfinite(above)
            with np.errstate(invalid="ignore"):
                success = np.where(present, (above > below) + 0.5 * (above == below), 0.0)
            yield success, present.astype(np.float64)

    def condition(self, place: int) -> Condition:
        name, scores = self.read.conditions[place], self.read.scores[place]
        success = pairs = 0.0
        for s, d in self.comparisons(place):
            success, pairs = success + float(s.sum()), pairs + float(d.sum())
        if not pairs:
            raise WrongValueError(
                f"In condition {name!r} no reader read both a negative and a positive case, so there is no "
                "area: look whether truth is 1 for positive cases."
            )
        seen = np.isfinite(scores)
        return Condition(
            name, success / pairs, int(seen.any(axis=1).sum()), int(seen.any(axis=0).sum()), int(seen.sum())
        )

    def moments(self, a: int, b: int) -> Moments:
        """Sums over pairs of comparisons by what they share at least."""
        within = np.zeros((2, 4))
        sums: list[list[Floats]] = []
        for first, second in zip(self.comparisons(a), self.comparisons(b), strict=True):
            for kind in (0, 1):
                within[kind] += _shared(first[kind], second[kind])
            sums = [
                [old + new for old, new in zip(side, parts, strict=True)] if sums else list(parts)
                for side, parts in zip(sums or [[], []], (first, second), strict=True)
            ]
        success, pairs = (
            np.concatenate([within[kind], _shared(sums[0][kind], sums[1][kind])]) for kind in (0, 1)
        )
        return Moments.of(AUC, success, pairs, pairs[-1])


def _shared(x: Floats, y: Floats) -> Floats:
    """Sums of products of comparisons with the same two cases, the same positive, the same negative, any."""
    return np.array(
        [
            np.einsum("ij,ij->", x, y),
            x.sum(axis=0) @ y.sum(axis=0),
            x.sum(axis=1) @ y.sum(axis=1),
            x.sum() * y.sum(),
        ]
    )
