"""What a machine sees: real against synthetic under cross-validation, to stand beside the humans."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from generation.errors import DatasetError
from generation.evidence.classifier import Recipe, as_tensor, fit, probabilities
from generation.evidence.comparison import auc
from generation.evidence.extractor import Extractor, OnProgress
from generation.evidence.images import ImageSet
from generation.evidence.interval import Floats, Interval, Ints
from generation.evidence.thumbnails import SSIM_PX, shrink

FOLDS = 5
STRENGTH = 0.05


@dataclass(frozen=True, kw_only=True)
class MachineReader:
    """One machine's discrimination, out of fold; positive means "synthetic"."""

    name: str
    auc: Interval
    sensitivity: float
    specificity: float
    n_real: int
    n_synthetic: int
    folds: int

    @property
    def accuracy(self) -> float:
        """As in a study with as many real as synthetic images."""
        return (self.sensitivity + self.specificity) / 2


def read_by_machine(
    real: ImageSet,
    synthetic: ImageSet,
    extractor: Extractor,
    *,
    recipe: Recipe | None = None,
    folds: int = FOLDS,
    seed: int = 0,
    level: float = 0.95,
    on_progress: OnProgress | None = None,
) -> tuple[MachineReader, ...]:
    """By anatomy (the extractor), by texture (the spectrum), and with a recipe by a network of its own."""
    if min(len(real), len(synthetic)) < 2 * folds:
        raise DatasetError(
            f"{len(real)} real and {len(synthetic)} synthetic images are too few for {folds} folds. "
            f"Give {2 * folds} or more of each."
        )
    truth = np.repeat([0, 1], [len(real), len(synthetic)])
    groups = np.concatenate([real.clusters, real.clusters.max() + 1 + np.arange(len(synthetic))])
    parts = list(_folds(truth, groups, folds, seed))
    described = {
        f"logistic on {extractor.name}": _both(real, synthetic, lambda one: extractor.extract(one.pixels)[0]),
        "logistic on the power spectrum": _both(real, synthetic, spectra),
    }
    scores = {name: _logistic_scores(rows, truth, parts) for name, rows in described.items()}
    if recipe is not None:
        scores["network from scratch"] = _network_scores(
            real, synthetic, truth, parts, recipe, seed, on_progress
        )
    return tuple(_reader(name, truth, score, len(parts), level) for name, score in scores.items())


def spectra(images: ImageSet) -> Floats:
    """The logarithm of the power in rings of spatial frequency: noise and blur, whatever the anatomy."""
    small = shrink(images.pixels, SSIM_PX).astype(np.float64)
    small -= small.mean((1, 2), keepdims=True)
    window = np.hanning(SSIM_PX)
    power = np.abs(np.fft.fft2(small * window[:, None] * window)) ** 2
    frequency = np.fft.fftfreq(SSIM_PX) * SSIM_PX
    ring = np.hypot(frequency[:, None], frequency).astype(int).clip(max=SSIM_PX // 2).ravel()
    sums = np.stack([np.bincount(ring, one.ravel()) for one in power])
    return np.asarray(np.log(sums / np.bincount(ring) + 1e-9))


def _both(real: ImageSet, synthetic: ImageSet, describe: Callable[[ImageSet], Floats]) -> Floats:
    return np.concatenate([describe(real), describe(synthetic)])


def _folds(truth: Ints, groups: Ints, folds: int, seed: int) -> list[tuple[Ints, Ints]]:
    """No patient is both learnt from and asked about."""
    splitter = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=seed)
    return list(splitter.split(np.zeros(len(truth)), truth, groups))


def _logistic_scores(rows: Floats, truth: Ints, parts: list[tuple[Ints, Ints]]) -> Floats:
    score = np.empty(len(truth))
    for shown, asked in parts:
        model = make_pipeline(
            StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=2000, class_weight="balanced")
        )
        model.fit(rows[shown], truth[shown])
        score[asked] = model.predict_proba(rows[asked])[:, 1]
    return score


def _network_scores(
    real: ImageSet,
    synthetic: ImageSet,
    truth: Ints,
    parts: list[tuple[Ints, Ints]],
    recipe: Recipe,
    seed: int,
    on_progress: OnProgress | None,
) -> Floats:
    images = as_tensor(np.concatenate([real.pixels, synthetic.pixels]), recipe.size_px)
    score = np.empty(len(truth))
    for fold, (shown, asked) in enumerate(parts):
        net = fit(images[shown], truth[shown], 2, recipe, seed + fold)
        score[asked] = probabilities(net, images[asked])[:, 1]
        if on_progress is not None:
            on_progress(fold + 1, len(parts))
    return score


def _reader(name: str, truth: Ints, score: Floats, folds: int, level: float) -> MachineReader:
    called = score >= 0.5
    return MachineReader(
        name=name,
        auc=auc(truth, score, level),
        sensitivity=float(called[truth == 1].mean()),
        specificity=float(1 - called[truth == 0].mean()),
        n_real=int((truth == 0).sum()),
        n_synthetic=int((truth == 1).sum()),
        folds=folds,
    )
