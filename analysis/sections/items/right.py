"""How often the answers to an item were right, and how well they tell positive from negative cases."""

import numpy as np

from analysis.arrays import Floats
from analysis.crossed import CrossedMean, crossed_rate, crossed_stratified
from analysis.document.call import Curves, NoRoc, Roc
from analysis.document.common import NotComputed
from analysis.document.items import Accuracy, OverallShare, Share, SourceShare
from analysis.document.pick_real import ReaderShare
from analysis.proportions import wilson
from analysis.sections.call import mean_area
from analysis.sections.call_curves import curves
from analysis.sections.items.asked import Asked

RATE = (0.0, 1.0)
DIFFERENCE = (-1.0, 1.0)


def share(table: Floats, level: float) -> Share | None:
    """A share of a readers x cases table of 0 and 1; None of an empty one."""
    seen = table[np.isfinite(table)]
    if not len(seen):
        return None
    crossed = crossed_rate(table, level=level)
    return shared(seen, crossed)


def shared(seen: Floats, crossed: CrossedMean) -> Share:
    """A share with the interval that was made for it."""
    return Share(
        k=int(seen.sum()),
        n=len(seen),
        rate=float(seen.mean()),
        low=crossed.low,
        high=crossed.high,
        crossed=crossed,
    )


def by_reader(readers: tuple[str, ...], table: Floats, level: float) -> tuple[ReaderShare, ...]:
    """Each reader's share with Wilson's interval."""
    rows = []
    for reader, own in zip(readers, table, strict=True):
        seen = own[np.isfinite(own)]
        if not len(seen):
            continue
        k, n = int(seen.sum()), len(seen)
        found = wilson(k, n, level=level)
        rows.append(ReaderShare(reader=reader, k=k, n=n, rate=k / n, low=found.low, high=found.high))
    return tuple(rows)


def accuracy(asked: Asked, right: Floats | None) -> Accuracy | None:
    """How often answers were right; None where no answer can be judged."""
    if right is None or not np.isfinite(right).any():
        return None
    level = asked.study.level
    grid = asked.grid(right)
    table = grid.values
    seen = table[np.isfinite(table)]
    # cases were drawn source by source, so what lies between sources is no error
    crossed = crossed_stratified(table, asked.group_of_case, level=level)
    whole = shared(seen, crossed)
    rows = [(name, share(table[:, asked.group_of_case == name], level)) for name in asked.groups]
    several = len(asked.sources) > 2
    # the margin of a number is in its own unit, and that of a choice a share
    judged = asked.item.kind == "choice"
    return Accuracy(
        overall=OverallShare.extending(
            whole, n_missing=asked.missing.total, wilson=wilson(whole.k, whole.n, level=level)
        ),
        by_source=tuple(SourceShare.extending(row, source=name) for name, row in rows if row is not None),
        by_reader=by_reader(grid.readers, table, level),
        difference=asked.real_minus_synthetic(right, DIFFERENCE, judged=judged),
        differences=asked.real_minus_each(right, DIFFERENCE, judged=judged) if several else None,
    )


def positive_cases(asked: Asked) -> Floats | None:
    """1 for cases whose truth is positive, 0 for others, NaN where it is unknown; None without positives.

    Where the truth is the kind, synthetic is positive unless the item says otherwise.
    """
    truth = asked.truth_of_case
    if truth is None:
        return None
    positive = asked.item.positive or (("synthetic",) if asked.item.truth == "kind" else ())
    if not positive:
        return None
    known = np.array([value is not None for value in truth], dtype=bool)
    return np.where(known, np.isin(truth.astype(str), positive).astype(float), np.nan)


def area(asked: Asked, scores: Floats, positive: Floats) -> tuple[Roc | NoRoc, Curves | NotComputed]:
    """The readers' mean area of scores against positive cases, and the curves."""
    grid = asked.grid(scores)
    known = np.isfinite(positive)
    table, truth = grid.values[:, known], positive[known] == 1
    if not len(truth) or truth.all() or not truth.any():
        reason = "All cases are of one kind, so there is no curve."
        return NoRoc(reason=reason), NotComputed(reason=reason)
    return mean_area(asked.study, table, truth), curves(grid.readers, table, truth)
