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
from typing import Any, get_args

import numpy as np
from scipy.stats import binom

from analysis.arrays import Floats
from analysis.planning.model import Model, PlanError, Task, model_of
from analysis.planning.sentence import sentence
from analysis.planning.simulate import ALPHA, COVERED, EQUIVALENT, HIGH, LOW, SUPERIOR, simulate
from analysis.result import Result
from analysis.sample_size import sample_size_equivalence, sample_size_superiority

GOAL = 0.8
REPLICATES_A_CHUNK = 250
GRID_FACTORS = (0.5, 0.75, 1.0, 1.5, 2.0)
MOST_CELLS = 40_000
CHUNK_CELLS = 4_000_000
LIMITS: Mapping[str, tuple[float, float]] = {
    "alternatives": (2, 64),
    "readers": (2, 500),
    "trials": (2, 20_000),
    "replicates": (100, 1_000_000),
    "reader_sd": (0, 5),
    "case_icc": (0, 0.9),
    "jobs": (-64, 1024),
    "seed": (0, 2**63),
}


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
    _check(task, sizes | {"reader_sd": reader_sd, "case_icc": case_icc, "jobs": jobs, "seed": seed})
    model = model_of(task, alternatives, accuracy, margin, reader_sd, case_icc)
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
    if not numbers["jobs"]:
        raise PlanError("jobs is 0; give 1 or more, or -1 for all processors.")
    if numbers["readers"] * numbers["trials"] > MOST_CELLS:
        raise PlanError(
            f"{numbers['readers']:g} readers x {numbers['trials']:g} trials are more than "
            f"{MOST_CELLS:,} answers a "
            "study; plan a smaller one, whose power is high enough already."
        )


def _grid(readers: int, trials: int) -> tuple[list[int], list[int]]:
    rows = sorted({max(2, round(readers * factor)) for factor in GRID_FACTORS})
    columns = sorted({max(2, round(trials * factor)) for factor in GRID_FACTORS})
    return rows, columns


def _chunks(replicates: int, cells: int) -> list[int]:
    size = max(1, min(REPLICATES_A_CHUNK, CHUNK_CELLS // cells))
    whole, rest = divmod(replicates, size)
    return [size] * whole + ([rest] if rest else [])


def _run(
    model: Model,
    grid: tuple[list[int], list[int]],
    chunks: Sequence[int],
    streams: Sequence[np.random.SeedSequence],
    jobs: int,
) -> list[Floats]:
    if jobs == 1:
        return [simulate(model, grid, n, stream) for n, stream in zip(chunks, streams, strict=True)]
    from joblib import Parallel, delayed

    work = (delayed(simulate)(model, grid, n, stream) for n, stream in zip(chunks, streams, strict=True))
    return list(Parallel(n_jobs=jobs)(work))


def _summary(
    model: Model,
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
    return Plan(**values, sentence=sentence(values))


def _error(power: float, n: int) -> float:
    return float(np.sqrt(power * (1 - power) / n))


def _independent(model: Model, n: int) -> dict[str, Any]:
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
