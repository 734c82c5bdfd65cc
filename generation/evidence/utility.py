"""Are synthetic images of use? A classifier trained with and without them, judged on other real patients."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generation.errors import DatasetError, RequestError
from generation.evidence.classifier import Recipe, as_tensor, fit, probabilities
from generation.evidence.comparison import (
    balanced_accuracy,
    confusion,
    holm,
    mcnemar,
    paired_bootstrap,
    quadratic_kappa,
    recalls,
)
from generation.evidence.images import ImageSet, refuse_shared_patients
from generation.evidence.interval import Floats, Interval, Ints, recentred, resample_weights
from generation.settings import refuse_below, refuse_beyond_share

BASELINE = "real"
FEWEST_SEEDS = 2


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One way to train, over all its seeds."""

    name: str
    n_train: int
    balanced_accuracy: Interval
    quadratic_kappa: Interval
    recall: tuple[float, ...]
    accuracy_by_seed: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Against:
    """An arm against training on real images alone, on the same test patients."""

    arm: str
    gain: Interval
    p: float
    p_holm: float
    only_real_right: int
    only_arm_right: int
    mcnemar_p: float
    mcnemar_p_holm: float


@dataclass(frozen=True, kw_only=True)
class Utility:
    condition: str
    classes: tuple[str, ...]
    n_test: int
    n_test_patients: int
    seeds: int
    recipe: Recipe
    arms: tuple[Arm, ...]
    against: tuple[Against, ...]


@dataclass(frozen=True, kw_only=True)
class Judging:
    """How many times to train and to resample."""

    seeds: int = 5
    replicates: int = 1000
    level: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
        refuse_below(self, 1, "replicates")
        refuse_below(self, 0, "seed")
        refuse_beyond_share(self, "level")


def useful(
    arms: Mapping[str, Sequence[ImageSet]],
    test: ImageSet,
    condition: str,
    recipe: Recipe,
    judging: Judging,
    on_progress: Callable[[str, int, int], None] | None = None,
) -> Utility:
    """`arms` says which sets each arm trains on; one of them is called "real"."""
    classes = _checked_classes(arms, test, condition, judging)
    truth = codes(test.label(condition), classes)
    shown = as_tensor(test.pixels, recipe.size_px)
    called = {}
    for name, sets in arms.items():
        images = as_tensor(np.concatenate([one.pixels for one in sets]), recipe.size_px)
        wanted = codes(np.concatenate([one.label(condition) for one in sets]), classes)
        runs = []
        for seed in range(judging.seeds):
            net = fit(images, wanted, len(classes), recipe, judging.seed + seed)
            runs.append(probabilities(net, shown))
            if on_progress is not None:
                on_progress(name, seed + 1, judging.seeds)
        called[name] = np.stack(runs)
    sizes = {name: sum(len(one) for one in sets) for name, sets in arms.items()}
    return Utility(
        condition=condition,
        classes=tuple(classes),
        n_test=len(test),
        n_test_patients=int(test.clusters.max()) + 1,
        seeds=judging.seeds,
        recipe=recipe,
        arms=tuple(
            _arm(name, sizes[name], truth, runs, test.clusters, judging) for name, runs in called.items()
        ),
        against=_against(called, truth, test.clusters, judging),
    )


def codes(words: NDArray[np.str_], classes: Sequence[str]) -> Ints:
    """The place of each label among the classes."""
    place = {value: row for row, value in enumerate(classes)}
    unknown = sorted(set(words.tolist()) - set(place))
    if unknown:
        raise DatasetError(
            f"the label {unknown[0]!r} is in one set and not in the test set, whose labels are "
            f"{', '.join(classes)}. Leave those images out, or add test images of that label."
        )
    return np.array([place[word] for word in words.tolist()], np.int64)


def _checked_classes(
    arms: Mapping[str, Sequence[ImageSet]], test: ImageSet, condition: str, judging: Judging
) -> list[str]:
    if BASELINE not in arms:
        raise RequestError(f"one arm has to be called {BASELINE!r}: the others are compared with it.")
    if judging.seeds < FEWEST_SEEDS:
        raise RequestError(
            f"{judging.seeds} seeds tell nothing about chance. Ask for {FEWEST_SEEDS} or more."
        )
    classes = sorted(set(test.label(condition).tolist()))
    if len(classes) < 2:
        raise DatasetError(
            f"all test images have the {condition} {classes[0]!r}: a classifier needs two or more."
        )
    for sets in arms.values():
        for one in sets:
            refuse_shared_patients(one, test)
    for name, sets in arms.items():
        missing = set(classes) - {value for one in sets for value in one.label(condition).tolist()}
        if missing:
            raise DatasetError(
                f"the arm {name!r} has no image of {condition} {', '.join(sorted(missing))}. "
                "Sample some of each."
            )
    return classes


def _arm(name: str, n_train: int, truth: Ints, runs: Floats, clusters: Ints, judging: Judging) -> Arm:
    calls = runs.argmax(2)
    classes = runs.shape[2]
    rng = np.random.default_rng(judging.seed)
    draws = [resample_weights(clusters, rng) for _ in range(judging.replicates)]
    tables = np.stack([confusion(truth, called, classes) for called in calls])

    def interval(metric: Callable[[Floats], float]) -> Interval:
        replicates = [
            np.mean([metric(confusion(truth, called, classes, weights)) for called in calls])
            for weights in draws
        ]
        estimate = float(np.mean([metric(table) for table in tables]))
        method = f"bootstrap by test patient, {judging.replicates} replicates, mean of {len(calls)} seeds"
        return recentred(estimate, np.array(replicates), judging.level, method)

    return Arm(
        name=name,
        n_train=n_train,
        balanced_accuracy=interval(balanced_accuracy),
        quadratic_kappa=interval(quadratic_kappa),
        recall=tuple(float(value) for value in np.mean([recalls(table) for table in tables], axis=0)),
        accuracy_by_seed=tuple(balanced_accuracy(table) for table in tables),
    )


def _against(
    called: Mapping[str, Floats], truth: Ints, clusters: Ints, judging: Judging
) -> tuple[Against, ...]:
    """Paired bootstrap of the mean over seeds; McNemar on the calls of the seeds' mean probabilities."""
    others = [name for name in called if name != BASELINE]
    if not others:
        return ()
    base = called[BASELINE]
    right = base.mean(0).argmax(1) == truth
    gains, tables = [], []
    for name in others:
        gains.append(
            paired_bootstrap(
                truth,
                base.argmax(2),
                called[name].argmax(2),
                base.shape[2],
                clusters,
                replicates=judging.replicates,
                level=judging.level,
                seed=judging.seed,
            )
        )
        tables.append(mcnemar(right, called[name].mean(0).argmax(1) == truth))
    p_holm = holm(np.array([p for _, p in gains]))
    mcnemar_holm = holm(np.array([p for _, _, p in tables]))
    return tuple(
        Against(
            arm=name,
            gain=gains[row][0],
            p=gains[row][1],
            p_holm=float(p_holm[row]),
            only_real_right=tables[row][0],
            only_arm_right=tables[row][1],
            mcnemar_p=tables[row][2],
            mcnemar_p_holm=float(mcnemar_holm[row]),
        )
        for row, name in enumerate(others)
    )
