"""Simulating studies and judging each as the report would, many at once."""

import numpy as np
from scipy.special import expit, stdtr, stdtrit
from scipy.stats import beta

from analysis.arrays import Floats
from analysis.planning.model import Model

ALPHA = 0.05
SUPERIOR, EQUIVALENT, LOW, HIGH, COVERED = range(5)


def simulate(
    model: Model, grid: tuple[list[int], list[int]], replicates: int, stream: np.random.SeedSequence
) -> Floats:
    """Outcomes x readers x trials x replicates; smaller studies are corners of the largest one."""
    rng = np.random.default_rng(stream)
    rows, columns = grid
    shape = (replicates, rows[-1], columns[-1])
    eta = (
        model.intercept
        + model.reader_sd * rng.standard_normal((*shape[:2], 1))
        + model.case_sd * rng.standard_normal((replicates, 1, columns[-1]))
    )
    uniform = rng.random(shape)
    if model.tie:
        scores = ((uniform < expit(eta - model.tie)).astype(float) + (uniform < expit(eta + model.tie))) / 2
    else:
        scores = (uniform < expit(eta)).astype(float)
    found = np.empty((5, len(rows), len(columns), replicates))
    for i, n_readers in enumerate(rows):
        for j, n_trials in enumerate(columns):
            table = scores[:, :n_readers, :n_trials]
            judge = _judge_labels if model.task == "check_label" else _judge
            found[:, i, j] = judge(model, table)
    return found


def _judge(model: Model, table: Floats) -> Floats:
    """The report's own tests for each simulated study."""
    mean, se, df = crossed_errors(table)
    with np.errstate(divide="ignore", invalid="ignore"):
        above = stdtr(df, -(mean - model.chance) / se)
        low = stdtr(df, -(mean - model.chance + model.margin) / se)
        high = stdtr(df, (mean - model.chance - model.margin) / se)

    reach = np.where(se > 0, stdtrit(df, 0.975) * se, 0.0)
    flat = se <= 0
    superior = np.where(flat, mean > model.chance, above < ALPHA)
    equivalent = np.where(flat, np.abs(mean - model.chance) < model.margin, np.maximum(low, high) < ALPHA)
    covered = np.abs(mean - model.accuracy) <= reach
    return np.stack([superior, equivalent, mean - reach, mean + reach, covered]).astype(float)


def crossed_errors(table: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean, standard error and degrees of freedom of complete replicates x readers x cases tables.

    The same numbers as :func:`analysis.crossed.crossed_rate`, for many tables at once.
    """
    n, readers, cases = table.shape
    row, column = table.mean(axis=2), table.mean(axis=1)
    mean = row.mean(axis=1)
    if readers < 3:
        ms_case = ((column - mean[:, None]) ** 2).sum(axis=1) / (cases - 1)
        return mean, np.sqrt(ms_case / cases), np.full(n, cases - 1.0)
    ss_row = cases * ((row - mean[:, None]) ** 2).sum(axis=1)
    ss_column = readers * ((column - mean[:, None]) ** 2).sum(axis=1)
    total = np.einsum("nrc,nrc->n", table, table) - readers * cases * mean**2
    msr, msc = ss_row / (readers - 1), ss_column / (cases - 1)
    mse = np.maximum(total - ss_row - ss_column, 0.0) / ((readers - 1) * (cases - 1))
    variance = np.maximum(msr + msc - mse, mse)
    parts = msr**2 / (readers - 1) + msc**2 / (cases - 1) + mse**2 / ((readers - 1) * (cases - 1))
    df = np.divide(variance**2, parts, out=np.full(n, 1.0), where=parts > 0)
    return mean, np.sqrt(variance / (readers * cases)), df


def _judge_labels(model: Model, table: Floats) -> Floats:
    """Whether the exact upper end of the consensus rate stays below the margin."""
    readers, cases = table.shape[1:]
    k = (2 * table.sum(axis=1) >= readers).sum(axis=1)
    low = np.where(k > 0, beta.ppf(ALPHA, k, cases - k + 1), 0.0)
    high = np.where(k < cases, beta.ppf(1 - ALPHA, k + 1, cases - k), 1.0)
    covered = (low <= model.accuracy) & (model.accuracy <= high)
    return np.stack([np.zeros(len(k)), high < model.margin, low, high, covered]).astype(float)
