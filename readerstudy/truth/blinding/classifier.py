"""Can a machine that sees these numbers tell the arms apart? Ridge regression, cross-validated by patient.

The folds and the numbers do not change when the arms are shuffled, so one matrix maps the labels to their
cross-validated scores, and thousands of shuffles cost one product of matrices.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from readerstudy.truth.blinding.auc import Area, Arms, Floats, Shuffles, area

FOLDS = 5
SHUFFLES = 1000
PENALTY = 0.3


@dataclass(frozen=True, kw_only=True)
class Separation:
    """How well the arms were told apart, by images that the machine had not learned from."""

    auc: Area
    p: float

    def as_dict(self) -> dict[str, object]:
        return {
            "auc": self.auc.as_dict(),
            "p": self.p,
            "method": f"ridge regression, {FOLDS}-fold cross-validation by patient, {SHUFFLES} permutations",
        }


def separate(columns: Floats, arms: Arms, shuffles: Shuffles, rng: np.random.Generator) -> Separation:
    """The cross-validated area of a classifier on images × columns; one-sided permutation p."""
    smoother = _smoother(columns, arms, rng)
    if smoother is None:
        return Separation(auc=Area(estimate=0.5, low=0.5, high=0.5), p=1.0)
    scores = smoother @ arms.synthetic.astype(np.float64)
    observed = area(scores, arms)
    labels = shuffles[:SHUFFLES].T
    shuffled = _areas(smoother @ labels.astype(np.float64), labels)
    beyond = int((shuffled >= observed.estimate - 1e-12).sum())
    return Separation(auc=observed, p=(1 + beyond) / (1 + len(shuffled)))


def spread_columns(features: Floats) -> Floats:
    """Each feature as a normal score, and its square, which sees an arm that scatters more."""
    normal: Floats = ndtri((rankdata(features, axis=0) - 0.5) / len(features))
    return np.concatenate([normal, normal**2], axis=1)


def _smoother(columns: Floats, arms: Arms, rng: np.random.Generator) -> Floats | None:
    columns = columns[:, np.ptp(columns, axis=0) > 1e-9]
    if columns.shape[1] == 0:
        return None
    columns = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    fold = (rng.permutation(int(arms.cluster.max()) + 1) % FOLDS)[arms.cluster]
    smoother = np.zeros((len(columns), len(columns)))
    for number in range(FOLDS):
        test, train = fold == number, fold != number
        if test.any() and train.any():
            smoother[np.ix_(test, train)] = _map(columns[train], columns[test])
    return smoother


def _map(train: Floats, test: Floats) -> Floats:
    """From the labels of the training images to the scores of the others."""
    middle = train.mean(axis=0)
    inner, outer = train - middle, test - middle
    if inner.shape[1] <= inner.shape[0]:
        gram = inner.T @ inner + PENALTY * len(inner) * np.eye(inner.shape[1])
        scores: Floats = outer @ np.linalg.solve(gram, inner.T)
    else:
        gram = inner @ inner.T + PENALTY * inner.shape[1] * np.eye(len(inner))
        scores = np.linalg.solve(gram, inner @ outer.T).T
    # Without the mean of its training labels a fold's scores do not depend on how many of each it got.
    centred: Floats = scores - scores.mean(axis=1, keepdims=True)
    return centred


def _areas(scores: Floats, labels: Shuffles) -> Floats:
    """The area of each column of scores under the same column of labels."""
    ranks = np.empty(scores.shape)
    # Scores are sums of many terms and practically never tie, so that plain ranks will do.
    np.put_along_axis(ranks, scores.argsort(axis=0), np.arange(1.0, len(scores) + 1)[:, None], axis=0)
    m = labels.sum(axis=0)
    areas: Floats = ((ranks * labels).sum(axis=0) - m * (m + 1) / 2) / np.maximum(m * (len(labels) - m), 1)
    return areas
