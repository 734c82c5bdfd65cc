"""How large a study has to be: power by simulation from the crossed model.

logit P(correct) = μ + a_r + b_c, a_r ~ N(0, reader_sd²), b_c ~ N(0, case variance); μ is set so that the
share correct over all readers and cases is the accuracy asked for. The case variance follows from the
correlation of two readers' answers to one case on the logit scale, icc = s² / (s² + π²/3). Every
simulated study is analysed as the report would: crossed variance (Gallas, Pennello & Myers 2007), t with
Satterthwaite's degrees of freedom, one-sided superiority over chance, and two one-sided tests of
equivalence with chance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import expit, roots_hermitenorm, stdtr, stdtrit
from scipy.stats import beta, binom

from analysis.errors import AnalysisError
from analysis.result import Result
from analysis.sample_size import sample_size_equivalence, sample_size_superiority

Floats = npt.NDArray[np.float64]
Task = Literal["pick_real", "call", "rate", "check_label"]

ALPHA = 0.05
GOAL = 0.8
REPLICATES_A_CHUNK = 250
GRID_FACTORS = (0.5, 0.75, 1.0, 1.5, 2.0)
MOST_CELLS = 40_000
CHUNK_CELLS = 4_000_000
TIE_SHARE = 0.3
LIMITS: Mapping[str, tuple[float, float]] = {
    "alternatives": (2, 64),
    "readers": (2, 500),
    "trials": (2, 20_000),
    "replicates": (100, 1_000_000),
    "reader_sd": (0, 5),
    "case_icc": (0, 0.9),
    "jobs": (-64, 1024),
}


class PlanError(AnalysisError):
    """The plan cannot be computed from these numbers; look at the allowed range and ask again."""


@dataclass(frozen=True, kw_only=True)
class CurvePoint(Result):
    """Power at one size of the study."""

    readers: int
    trials: int
    power_superiority: float | None
    power_equivalence: float


@dataclass(frozen=True, kw_only=True)
class Plan(Result):
    """The power of a planned study.

    Attributes
    ----------
    power_superiority, power_equivalence
        Shares of simulated studies that show the rate to be above chance, or within the margin of it.
        For ``check_label``, equivalence means a rate below the margin, and superiority does not exist.
    se_superiority, se_equivalence
        Their Monte Carlo errors.
    independent_superiority, independent_equivalence
        Power of exact binomial tests, as if all answers were independent: a bound that no study reaches.
    answers_superiority, answers_equivalence
        Independent answers that a power of 0.8 takes at least.
    mean_low, mean_high, coverage
        The average 95% interval, and the share of simulated intervals that hold the true rate.
    curve
        Power over numbers of readers and trials, from the same random numbers.
    sentence
        For a protocol or an ethics application.
    """

    task: str
    alternatives: int | None
    readers: int
    trials: int
    accuracy: float
    chance: float
    margin: float
    reader_sd: float
    case_icc: float
    replicates: int
    seed: int
    alpha: float
    power_superiority: float | None
    se_superiority: float | None
    power_equivalence: float
    se_equivalence: float
    independent_superiority: float | None
    independent_equivalence: float
    answers_superiority: int | None
    answers_equivalence: int | None
    mean_low: float
    mean_high: float
    coverage: float
    curve: tuple[CurvePoint, ...]
    sentence: str

    def text(self) -> str:
        """The plan as a few lines to read."""
        rows = [self.sentence, "", "  power of equivalence (superiority) by readers and trials"]
        trials = sorted({point.trials for point in self.curve})
        rows.append("  readers " + "".join(f"{n:>14}" for n in trials))
        for readers in sorted({point.readers for point in self.curve}):
            cells = [point for point in self.curve if point.readers == readers]
            shown = [f"{p.power_equivalence:.2f} ({_shown(p.power_superiority)})" for p in cells]
            rows.append(f"  {readers:>7} " + "".join(f"{cell:>14}" for cell in shown))
        return "\n".join(rows)


@dataclass(frozen=True, kw_only=True)
class _Model:
    task: Task
    intercept: float
    reader_sd: float
    case_sd: float
    chance: float
    margin: float
    accuracy: float
    tie: float


def plan(
    *,
    task: Task = "pick_real",
    alternatives: int = 4,
    readers: int = 8,
    trials: int = 50,
    accuracy: float | None = None,
    margin: float = 0.10,
    reader_sd: float = 0.3,
    case_icc: float = 0.05,
    replicates: int = 2000,
    seed: int = 1,
    jobs: int = 1,
) -> Plan:
    """Power of a study, by simulating it many times.

    Parameters
    ----------
    task
        ``pick_real`` (chance 1/alternatives), ``call`` (chance ½), ``rate`` (share of trials whose real image
        is rated higher, ties counting half, chance ½) or ``check_label`` (share of discrepant labels).
    alternatives
        Images of a trial of ``pick_real``.
    readers, trials
        Size of the study. Every reader sees every trial.
    accuracy
        The true rate; chance where it is left out (for ``check_label`` a fifth of the margin).
    margin
        Of equivalence around chance; for ``check_label`` the highest rate that is acceptable.
    reader_sd
        Standard deviation between readers, in logits.
    case_icc
        Correlation of two readers' answers to one case, on the logit scale.
    replicates, seed
        Simulated studies and where they start; the same seed gives the same plan for any ``jobs``.
    jobs
        Processes, as joblib counts them; ``joblib.parallel_config`` chooses another backend.

    Returns
    -------
    Plan
    """
    sizes = {"alternatives": alternatives, "readers": readers, "trials": trials, "replicates": replicates}
    _check(task, sizes | {"reader_sd": reader_sd, "case_icc": case_icc, "jobs": jobs})
    model = _model(task, alternatives, accuracy, margin, reader_sd, case_icc)
    grid = _grid(readers, trials)
    chunks = _chunks(replicates, max(grid[0]) * max(grid[1]))
    streams = np.random.SeedSequence(seed).spawn(len(chunks))
    found = np.concatenate(_run(model, grid, chunks, streams, jobs), axis=-1)
    return _summary(model, grid, found, alternatives, readers, trials, case_icc, seed)


def _check(task: str, numbers: Mapping[str, float]) -> None:
    if task not in get_args(Task):
        raise PlanError(f"The task {task!r} is unknown; choose from {', '.join(get_args(Task))}.")
    for name, value in numbers.items():
        low, high = LIMITS[name]
        if not low <= value <= high:
            raise PlanError(f"{name} is {value:g}; give a number from {low:g} to {high:g}.")
    if numbers["readers"] * numbers["trials"] > MOST_CELLS:
        raise PlanError(
            f"{numbers['readers']:g} readers x {numbers['trials']:g} trials are more than "
            f"{MOST_CELLS:,} answers a "
            "study; plan a smaller one, whose power is high enough already."
        )


def _model(
    task: Task, alternatives: int, accuracy: float | None, margin: float, reader_sd: float, case_icc: float
) -> _Model:
    chance = {"pick_real": 1 / alternatives, "check_label": 0.0}.get(task, 0.5)
    if accuracy is None:
        accuracy = margin / 5 if task == "check_label" else chance
    if not 0 < accuracy < 1:
        raise PlanError(f"accuracy is {accuracy:g}; give a rate above 0 and below 1.")
    if not 0 < margin < 1:
        raise PlanError(f"margin is {margin:g}; give a distance above 0 and below 1.")
    case_sd = float(np.sqrt(case_icc / (1 - case_icc) * np.pi**2 / 3))
    spread = float(np.hypot(reader_sd, case_sd))
    tie = _tie_width(spread) if task == "rate" else 0.0

    def surplus(intercept: float) -> float:
        return _marginal(intercept, spread, tie) - accuracy

    intercept = float(brentq(surplus, -60.0, 60.0))
    return _Model(
        task=task,
        intercept=intercept,
        reader_sd=reader_sd,
        case_sd=case_sd,
        chance=chance,
        margin=margin,
        accuracy=accuracy,
        tie=tie,
    )


def _marginal(intercept: float, spread: float, tie: float) -> float:
    """Mean score over readers and cases, by Gauss-Hermite quadrature."""
    nodes, weights = roots_hermitenorm(60)
    eta = intercept + spread * nodes
    score = (expit(eta - tie) + expit(eta + tie)) / 2
    return float(weights @ score / weights.sum())


def _tie_width(spread: float) -> float:
    """Half the width of the band in which two ratings are equal, for the usual share of ties."""

    def surplus(width: float) -> float:
        nodes, weights = roots_hermitenorm(60)
        share = expit(spread * nodes + width) - expit(spread * nodes - width)
        return float(weights @ share / weights.sum()) - TIE_SHARE

    return float(brentq(surplus, 0.0, 40.0))


def _grid(readers: int, trials: int) -> tuple[list[int], list[int]]:
    rows = sorted({max(2, round(readers * factor)) for factor in GRID_FACTORS})
    columns = sorted({max(2, round(trials * factor)) for factor in GRID_FACTORS})
    return rows, columns


def _chunks(replicates: int, cells: int) -> list[int]:
    size = max(1, min(REPLICATES_A_CHUNK, CHUNK_CELLS // cells))
    whole, rest = divmod(replicates, size)
    return [size] * whole + ([rest] if rest else [])


def _run(
    model: _Model,
    grid: tuple[list[int], list[int]],
    chunks: Sequence[int],
    streams: Sequence[np.random.SeedSequence],
    jobs: int,
) -> list[Floats]:
    if jobs == 1:
        return [_simulate(model, grid, n, stream) for n, stream in zip(chunks, streams, strict=True)]
    from joblib import Parallel, delayed

    work = (delayed(_simulate)(model, grid, n, stream) for n, stream in zip(chunks, streams, strict=True))
    return list(Parallel(n_jobs=jobs)(work))


SUPERIOR, EQUIVALENT, LOW, HIGH, COVERED = range(5)


def _simulate(
    model: _Model, grid: tuple[list[int], list[int]], replicates: int, stream: np.random.SeedSequence
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


def _judge(model: _Model, table: Floats) -> Floats:
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


def _judge_labels(model: _Model, table: Floats) -> Floats:
    """Whether the exact upper end of the consensus rate stays below the margin."""
    readers, cases = table.shape[1:]
    k = (2 * table.sum(axis=1) >= readers).sum(axis=1)
    low = np.where(k > 0, beta.ppf(ALPHA, k, cases - k + 1), 0.0)
    high = np.where(k < cases, beta.ppf(1 - ALPHA, k + 1, cases - k), 1.0)
    covered = (low <= model.accuracy) & (model.accuracy <= high)
    return np.stack([np.zeros(len(k)), high < model.margin, low, high, covered]).astype(float)


def _summary(
    model: _Model,
    grid: tuple[list[int], list[int]],
    found: Floats,
    alternatives: int,
    readers: int,
    trials: int,
    case_icc: float,
    seed: int,
) -> Plan:
    means = found.mean(axis=-1)
    i, j = grid[0].index(readers), grid[1].index(trials)
    n = found.shape[-1]
    label = model.task == "check_label"
    superior, equivalent = float(means[SUPERIOR, i, j]), float(means[EQUIVALENT, i, j])
    curve = tuple(
        CurvePoint(
            readers=r,
            trials=c,
            power_superiority=None if label else float(means[SUPERIOR, a, b]),
            power_equivalence=float(means[EQUIVALENT, a, b]),
        )
        for a, r in enumerate(grid[0])
        for b, c in enumerate(grid[1])
    )
    values: dict[str, Any] = {
        "task": model.task,
        "alternatives": alternatives if model.task == "pick_real" else None,
        "readers": readers,
        "trials": trials,
        "accuracy": model.accuracy,
        "chance": model.chance,
        "margin": model.margin,
        "reader_sd": model.reader_sd,
        "case_icc": case_icc,
        "replicates": n,
        "seed": seed,
        "alpha": ALPHA,
        "power_superiority": None if label else superior,
        "se_superiority": None if label else _error(superior, n),
        "power_equivalence": equivalent,
        "se_equivalence": _error(equivalent, n),
        "mean_low": float(means[LOW, i, j]),
        "mean_high": float(means[HIGH, i, j]),
        "coverage": float(means[COVERED, i, j]),
        "curve": curve,
    }
    values |= _independent(model, readers * trials if not label else trials)
    return Plan(**values, sentence=_sentence(values))


def _error(power: float, n: int) -> float:
    return float(np.sqrt(power * (1 - power) / n))


def _independent(model: _Model, n: int) -> dict[str, Any]:
    """Exact binomial power and sizes, as if the answers were independent."""
    chance, margin, accuracy = model.chance, model.margin, model.accuracy
    k = np.arange(n + 1)
    chances = binom.pmf(k, n, accuracy)
    above = None if model.task == "check_label" else float(chances[binom.sf(k - 1, n, chance) < ALPHA].sum())
    low = binom.sf(k - 1, n, chance - margin) if chance - margin > 0 else np.zeros(n + 1)
    high = binom.cdf(k, n, chance + margin) if chance + margin < 1 else np.zeros(n + 1)
    within = float(chances[np.maximum(low, high) < ALPHA].sum())
    superior = equivalent = None
    if model.task != "check_label":
        if accuracy > chance + 0.01:
            superior = sample_size_superiority(accuracy, chance, alpha=ALPHA, power=GOAL).n
        if abs(accuracy - chance) < margin - 0.01:
            equivalent = sample_size_equivalence(accuracy, chance, margin, alpha=ALPHA, power=GOAL).n
    return {
        "independent_superiority": above,
        "independent_equivalence": within,
        "answers_superiority": superior,
        "answers_equivalence": equivalent,
    }


def _shown(power: float | None) -> str:
    return "–" if power is None else f"{power:.2f}"


WHAT = {
    "pick_real": "share of real images found",
    "call": "share of images called correctly",
    "rate": "share of trials whose real image is rated higher",
    "check_label": "share of labels found discrepant by consensus",
}


def _sentence(v: Mapping[str, Any]) -> str:
    error = 1.96 * v["se_equivalence"]
    aim = (
        f"to show the rate to be below {v['margin']:.0%}"
        if v["task"] == "check_label"
        else f"to show equivalence with chance ({v['chance']:.0%}) within ±{v['margin']:.0%}"
    )
    superior = ""
    if v["power_superiority"] is not None:
        superior = f", and {v['power_superiority']:.0%} to show a rate above chance"
    return (
        f"With {v['readers']} readers who each see {v['trials']} trials, and a true {WHAT[v['task']]} of "
        f"{v['accuracy']:.1%}, the study has {v['power_equivalence']:.0%} power (simulation error "
        f"±{error:.1%}) "
        f"{aim}{superior}, at a one-sided significance level of {v['alpha']:.0%}; simulated "
        f"{v['replicates']:,} "
        f"times with a standard deviation between readers of {v['reader_sd']:g} logits and a "
        "correlation within "
        f"cases of {v['case_icc']:g} (seed {v['seed']}), readers and cases both taken as random."
    )
