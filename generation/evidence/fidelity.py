"""Does an image show what was asked for? A classifier's grade, and on phantoms the joint space itself."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from generation.evidence.classifier import Recipe, as_tensor, fit, probabilities
from generation.evidence.comparison import balanced_accuracy, confusion, quadratic_kappa
from generation.evidence.images import ImageSet
from generation.evidence.interval import Floats, Interval, Ints, recentred, resample_weights
from generation.evidence.utility import codes


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Asked against seen: rows of the table are what was asked for (or what the label says)."""

    of: str
    n: int
    table: tuple[tuple[int, ...], ...]
    balanced_accuracy: Interval
    quadratic_kappa: Interval


@dataclass(frozen=True, kw_only=True)
class Called:
    """A classifier trained on real images calls synthetic ones, and held-out real ones for comparison."""

    condition: str
    classes: tuple[str, ...]
    synthetic: Agreement
    heldout: Agreement


@dataclass(frozen=True, kw_only=True)
class JointSpace:
    """The measured joint space by grade, synthetic beside real phantoms."""

    grade: str
    n_synthetic: int
    synthetic_mm: float
    synthetic_sd_mm: float
    n_real: int
    real_mm: float
    real_sd_mm: float


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What callipers say: joint space by grade, its rank correlation with the grade, impossible anatomy."""

    grades: tuple[JointSpace, ...]
    synthetic_rho: float
    real_rho: float
    synthetic_outside: float
    real_outside: float
    synthetic_wrong_side: float
    real_wrong_side: float


def call_grades(
    train: ImageSet,
    heldout: ImageSet,
    synthetic: ImageSet,
    condition: str,
    recipe: Recipe,
    *,
    seeds: int = 3,
    replicates: int = 500,
    level: float = 0.95,
    on_progress: Callable[[str, int, int], None] | None = None,
) -> Called:
    """The ensemble of `seeds` classifiers trained on real images alone."""
    classes = sorted(set(train.label(condition).tolist()))
    images, truth = as_tensor(train.pixels, recipe.size_px), codes(train.label(condition), classes)
    nets = []
    for seed in range(seeds):
        nets.append(fit(images, truth, len(classes), recipe, seed))
        if on_progress is not None:
            on_progress("label fidelity", seed + 1, seeds)

    def agreement(asked: ImageSet) -> Agreement:
        shown = as_tensor(asked.pixels, recipe.size_px)
        seen = np.mean([probabilities(net, shown) for net in nets], axis=0).argmax(1)
        wanted = codes(asked.label(condition), classes)
        return _agreement(asked, wanted, seen, len(classes), replicates, level)

    return Called(
        condition=condition,
        classes=tuple(classes),
        synthetic=agreement(synthetic),
        heldout=agreement(heldout),
    )


def _agreement(
    asked: ImageSet, wanted: Ints, seen: Ints, classes: int, replicates: int, level: float
) -> Agreement:
    rng = np.random.default_rng(0)
    draws = [resample_weights(asked.clusters, rng) for _ in range(replicates)]
    tables = [confusion(wanted, seen, classes, weights) for weights in draws]
    table = confusion(wanted, seen, classes)
    method = f"bootstrap by patient, {replicates} replicates, recentred"
    return Agreement(
        of=asked.name,
        n=len(asked),
        table=tuple(tuple(int(count) for count in row) for row in table),
        balanced_accuracy=recentred(
            balanced_accuracy(table), np.array([balanced_accuracy(one) for one in tables]), level, method
        ),
        quadratic_kappa=recentred(
            quadratic_kappa(table), np.array([quadratic_kappa(one) for one in tables]), level, method
        ),
    )


def measure_joint_spaces(real: ImageSet, synthetic: ImageSet) -> Measured:
    """On phantoms only: their geometry is known, so what cannot be is measurable.

    Outside means narrower or wider than any real phantom of that grade; wrong side means that the medial
    compartment, which the disease narrows, is the wider one by more than half a millimetre.
    """
    real_mm, synthetic_mm = _compartments(real), _compartments(synthetic)
    grades = sorted(set(synthetic.label("grade").tolist()))
    rows, outside = [], []
    for grade in grades:
        ours = synthetic_mm[synthetic.label("grade") == grade].min(1)
        theirs = real_mm[real.label("grade") == grade].min(1)
        outside += [*((ours < theirs.min()) | (ours > theirs.max()))]
        rows.append(
            JointSpace(
                grade=grade,
                n_synthetic=len(ours),
                synthetic_mm=float(ours.mean()),
                synthetic_sd_mm=float(ours.std(ddof=1)),
                n_real=len(theirs),
                real_mm=float(theirs.mean()),
                real_sd_mm=float(theirs.std(ddof=1)),
            )
        )
    return Measured(
        grades=tuple(rows),
        synthetic_rho=_rank_correlation(synthetic, synthetic_mm),
        real_rho=_rank_correlation(real, real_mm),
        synthetic_outside=float(np.mean(outside)),
        real_outside=_expected_outside(real),
        synthetic_wrong_side=_wrong_side(synthetic, synthetic_mm),
        real_wrong_side=_wrong_side(real, real_mm),
    )


def _compartments(images: ImageSet) -> Floats:
    """Left and right of the film, in mm."""
    from generation.phantoms import measure_compartments_mm

    return np.array([measure_compartments_mm(image) for image in images.pixels])


def _rank_correlation(images: ImageSet, spaces_mm: Floats) -> float:
    grade = images.label("grade").astype(int)
    return float(stats.spearmanr(grade, spaces_mm.min(1)).statistic)


def _expected_outside(real: ImageSet) -> float:
    """A new film of n + 1 exchangeable ones is the smallest or the largest with probability 2 / (n + 1)."""
    counts = np.unique(real.label("grade"), return_counts=True)[1]
    return float(np.average(2 / (counts + 1), weights=counts))


def _wrong_side(images: ImageSet, spaces_mm: Floats) -> float:
    """Medial is the right half of a right knee's film, and the left half of a left knee's."""
    if "side" not in images.labels:
        return float("nan")
    right = images.label("side") == "R"
    medial = np.where(right, spaces_mm[:, 1], spaces_mm[:, 0])
    lateral = np.where(right, spaces_mm[:, 0], spaces_mm[:, 1])
    return float(np.mean(medial > lateral + 0.5))
