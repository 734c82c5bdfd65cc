"""What classifiers are compared by: balanced accuracy, κ, recall, McNemar, paired bootstrap, Holm."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from generation.evidence.interval import Floats, Interval, Ints, resample_weights


def holm(p: Floats) -> Floats:
    """Holm 1979: step-down adjusted p-values, in the order given."""
    order = np.argsort(p)
    raised = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)).clip(max=1)
    adjusted = np.empty(len(p))
    adjusted[order] = raised
    return adjusted


def confusion(truth: Ints, called: Ints, classes: int, weights: Floats | None = None) -> Floats:
    """Rows are the truth."""
    counts = np.bincount(truth * classes + called, weights, minlength=classes**2)
    return np.asarray(counts.reshape(classes, classes), np.float64)


def recalls(table: Floats) -> Floats:
    """The share of each class that was called right; classes without an image are not a number."""
    totals = table.sum(1)
    found: Floats = np.divide(np.diagonal(table), totals, out=np.full(len(table), np.nan), where=totals > 0)
    return found


def balanced_accuracy(table: Floats) -> float:
    return float(np.nanmean(recalls(table)))


def quadratic_kappa(table: Floats) -> float:
    """Cohen 1968 with weights (i - j)²: 1 minus observed over expected disagreement."""
    grades = np.arange(len(table))
    cost = np.square(grades[:, None] - grades)
    expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
    disagreement = float((cost * expected).sum())
    return 1 - float((cost * table).sum()) / disagreement if disagreement else float("nan")


def mcnemar(first_right: NDArray[np.bool_], second_right: NDArray[np.bool_]) -> tuple[int, int, float]:
    """McNemar 1947, exact: cases that only one of two gets right, and the two-sided binomial p."""
    only_first = int((first_right & ~second_right).sum())
    only_second = int((~first_right & second_right).sum())
    if not only_first + only_second:
        return 0, 0, 1.0
    return only_first, only_second, float(stats.binomtest(only_first, only_first + only_second).pvalue)


def paired_bootstrap(
    truth: Ints,
    first: Ints,
    second: Ints,
    classes: int,
    clusters: Ints,
    *,
    replicates: int,
    level: float,
    seed: int,
) -> tuple[Interval, float]:
    """Second minus first balanced accuracy on the same patients; p by inverting the percentile interval.

    `first` and `second` are (runs, cases): every replicate resamples patients and averages over the runs.
    """
    rng = np.random.default_rng(seed)

    def difference(weights: Floats | None) -> float:
        gains = [
            balanced_accuracy(confusion(truth, b, classes, weights))
            - balanced_accuracy(confusion(truth, a, classes, weights))
            for a, b in zip(first, second, strict=True)
        ]
        return float(np.mean(gains))

    found = np.array([difference(resample_weights(clusters, rng)) for _ in range(replicates)])
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    below = (np.sum(found <= 0) + 1) / (replicates + 1)
    above = (np.sum(found >= 0) + 1) / (replicates + 1)
    interval = Interval(
        estimate=difference(None),
        low=float(low),
        high=float(high),
        level=level,
        method=f"paired bootstrap by patient, {replicates} replicates, percentile",
    )
    return interval, float(min(1.0, 2 * min(below, above)))


def auc(truth: Ints, score: Floats, level: float = 0.95) -> Interval:
    """DeLong, DeLong and Clarke-Pearson 1988: the area with its variance from placement values."""
    positive, negative = score[truth == 1], score[truth == 0]
    ranks = stats.rankdata(np.concatenate([positive, negative]))
    m, n = len(positive), len(negative)
    placed_positive = (ranks[:m] - stats.rankdata(positive)) / n
    placed_negative = 1 - (ranks[m:] - stats.rankdata(negative)) / m
    area = float(placed_positive.mean())
    variance = placed_positive.var(ddof=1) / m + placed_negative.var(ddof=1) / n
    reach = float(stats.norm.ppf((1 + level) / 2) * np.sqrt(variance))
    return Interval(
        estimate=area, low=max(0.0, area - reach), high=min(1.0, area + reach), level=level, method="DeLong"
    )
