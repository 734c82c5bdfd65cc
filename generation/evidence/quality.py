"""Every distance with what it means: the same distance between real and real, and an interval."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from generation.errors import DatasetError
from generation.evidence.coverage import Coverage, cover
from generation.evidence.distance import KernelDistance, class_score, frechet
from generation.evidence.extractor import Features, OnProgress
from generation.evidence.interval import (
    Floats,
    Interval,
    Ints,
    disjoint_halves,
    largest_half,
    recentred,
    resample_weights,
    spread,
    within,
)
from generation.settings import refuse_below, refuse_beyond_share

FEWEST = 10
KERNEL_MOST = 5_000
FID_NEEDS = 5_000
WIDE = 512
SHARES = ("precision", "recall", "coverage")


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One metric of one group of images; `floor` is the same metric between disjoint real images."""

    name: str
    group: str
    n: int
    value: Interval
    floor: Interval
    better: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much to resample; the seed makes a run repeatable."""

    splits: int = 10
    replicates: int = 200
    level: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
        refuse_below(self, 1, "splits", "replicates")
        refuse_below(self, 0, "seed")
        refuse_beyond_share(self, "level")


@dataclass(frozen=True, kw_only=True)
class _Trio:
    """One split: n real images, n others of other patients, n synthetic ones."""

    real: Ints
    other: Ints
    synthetic: Ints


def measure(
    real: Features,
    synthetic: Features,
    plan: Plan,
    group: str = "all",
    on_progress: OnProgress | None = None,
) -> list[Measured]:
    """All metrics of one group at one n, KID before the Fréchet distance where n is below 5,000."""
    n = min(largest_half(real.clusters), len(synthetic.embedding))
    if n < FEWEST:
        raise DatasetError(
            f"{group}: {len(real.embedding)} real and {len(synthetic.embedding)} synthetic images are too "
            f"few. A distance with its floor needs {2 * FEWEST} real and {FEWEST} synthetic images; there "
            "are more real ones with --real-part all."
        )
    rng = np.random.default_rng(plan.seed)
    trios = [_split(real, synthetic, n, rng) for _ in range(plan.splits)]
    rows: list[Measured] = []
    for done, family in enumerate(_FAMILIES, start=1):
        rows += family(real, synthetic, trios, plan, rng)
        if on_progress is not None:
            on_progress(done, len(_FAMILIES))
    if n >= FID_NEEDS:
        rows[0], rows[1] = rows[1], rows[0]
    return [replace(row, group=group) for row in rows]


def measure_by(
    real: Features,
    synthetic: Features,
    plan: Plan,
    conditions: Sequence[str],
    on_progress: OnProgress | None = None,
) -> tuple[list[Measured], list[str]]:
    """The same for every value of every condition; what has too few images is said, not dropped."""
    rows, refused = [], []
    groups = [
        (name, value) for name in conditions for value in np.unique(synthetic.labels[name]) if value != ""
    ]
    for done, (name, value) in enumerate(groups, start=1):
        group = f"{name} {value}"
        try:
            rows += measure(real.where(name, value), synthetic.where(name, value), plan, group)
        except DatasetError as error:
            refused.append(str(error))
        if on_progress is not None:
            on_progress(done, len(groups))
    return rows, refused


def _split(real: Features, synthetic: Features, n: int, rng: np.random.Generator) -> _Trio:
    first, second = disjoint_halves(real.clusters, n, rng)
    return _Trio(real=first, other=second, synthetic=rng.permutation(len(synthetic.embedding))[:n])


def _row(
    name: str, better: str, n: int, values: list[float], floors: list[float], replicates: Floats, plan: Plan
) -> Measured:
    share = name.partition("[")[0] in SHARES
    method = f"bootstrap by patient, {plan.replicates} replicates, recentred; mean of {plan.splits} splits"
    value = recentred(float(np.mean(values)), replicates, plan.level, method)
    return Measured(
        name=name,
        group="all",
        n=n,
        better=better,
        value=within(value, 0, 1) if share else value,
        floor=spread(
            np.array(floors), plan.level, f"{plan.splits} patient-disjoint splits of the real images"
        ),
    )


def _replicate(
    once: Callable[[Floats, Floats], float],
    first: Ints,
    second: Ints,
    replicates: int,
    rng: np.random.Generator,
) -> Floats:
    return np.array(
        [once(resample_weights(first, rng), resample_weights(second, rng)) for _ in range(replicates)]
    )


def _frechet(
    real: Features, synthetic: Features, trios: list[_Trio], plan: Plan, rng: np.random.Generator
) -> Iterator[Measured]:
    a, b = real.embedding, synthetic.embedding
    values = [frechet(a[t.real], b[t.synthetic]) for t in trios]
    floors = [frechet(a[t.real], a[t.other]) for t in trios]
    trio = trios[0]
    rounds = plan.replicates if a.shape[1] <= WIDE else min(plan.replicates, 20)
    replicates = _replicate(
        partial(frechet, a[trio.real], b[trio.synthetic]),
        real.clusters[trio.real],
        synthetic.clusters[trio.synthetic],
        rounds,
        rng,
    )
    plan = replace(plan, replicates=rounds)
    yield _row(real.named("fd"), "lower", len(trio.real), values, floors, replicates, plan)


def _kernel(
    real: Features, synthetic: Features, trios: list[_Trio], plan: Plan, rng: np.random.Generator
) -> Iterator[Measured]:
    most = slice(KERNEL_MOST)
    a, b = real.embedding, synthetic.embedding
    values, floors = [], []
    for t in trios:
        values.append(KernelDistance(a[t.real[most]], b[t.synthetic[most]]).estimate())
        floors.append(KernelDistance(a[t.real[most]], a[t.other[most]]).estimate())
    first, second = trios[0].real[most], trios[0].synthetic[most]
    kernel = KernelDistance(a[first], b[second])
    replicates = _replicate(
        kernel.estimate, real.clusters[first], synthetic.clusters[second], plan.replicates, rng
    )
    yield _row(real.named("kid"), "lower", len(first), values, floors, replicates, plan)


def _class_score(
    real: Features, synthetic: Features, trios: list[_Trio], plan: Plan, rng: np.random.Generator
) -> Iterator[Measured]:
    """A score of the synthetic images alone; its floor is the score of as many real ones."""
    values = [class_score(synthetic.probabilities[t.synthetic]) for t in trios]
    floors = [class_score(real.probabilities[t.real]) for t in trios]
    chosen = trios[0].synthetic
    replicates = np.array(
        [
            class_score(synthetic.probabilities[chosen], resample_weights(synthetic.clusters[chosen], rng))
            for _ in range(plan.replicates)
        ]
    )
    yield _row(real.named("is"), "higher", len(chosen), values, floors, replicates, plan)


def _coverage(
    real: Features, synthetic: Features, trios: list[_Trio], plan: Plan, rng: np.random.Generator
) -> Iterator[Measured]:
    """The neighbourhoods are held fixed while the images that are asked about are resampled."""
    a, b = real.embedding, synthetic.embedding
    found = [cover(a[t.real], b[t.synthetic]) for t in trios]
    floors = [cover(a[t.real], a[t.other]) for t in trios]
    trio = trios[0]
    for name in ("precision", "density", "recall", "coverage"):
        asked = _asked(name, real, synthetic, trio)
        shown = getattr(found[0], name)
        replicates = np.array(
            [_weighted(shown, resample_weights(asked, rng)) for _ in range(plan.replicates)]
        )
        yield _row(
            real.named(name),
            "higher",
            len(trio.real),
            _means(found, name),
            _means(floors, name),
            replicates,
            plan,
        )


def _asked(name: str, real: Features, synthetic: Features, trio: _Trio) -> Ints:
    if name in ("precision", "density"):
        return synthetic.clusters[trio.synthetic]
    return real.clusters[trio.real]


def _means(found: list[Coverage], name: str) -> list[float]:
    return [float(getattr(one, name).mean()) for one in found]


def _weighted(values: Floats, weights: Floats) -> float:
    return float(weights @ values / weights.sum())


_Family = Callable[[Features, Features, list[_Trio], Plan, np.random.Generator], Iterator[Measured]]
_FAMILIES: tuple[_Family, ...] = (_kernel, _frechet, _class_score, _coverage)
