"""How often intervals hold the truth, and how often equivalence is shown at the edge of its margin.

``python -m tests.bench.coverage [REPLICATES]`` prints the shares that docs/analysis.md gives. Studies are
drawn from crossed effects on the logit or latent scale; the truth is the mean over all readers and cases.
"""

import sys
from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, roots_hermitenorm
from scipy.stats import norm

import analysis

Trial = Callable[[np.random.Generator], bool]
NODES, WEIGHTS = roots_hermitenorm(80)


def share(middle: float, sd: float) -> float:
    """Share of right answers over all readers and cases whose logits have this middle and spread."""
    return float(WEIGHTS @ expit(middle + sd * NODES) / WEIGHTS.sum())


def answers(rng: np.random.Generator, eta: np.ndarray, missing: float) -> np.ndarray:
    table = (rng.random(eta.shape) < expit(eta)).astype(float)
    return np.where(rng.random(eta.shape) < missing, np.nan, table)


def difference(readers: int, images: tuple[int, int], middles: tuple[float, float], missing: float) -> Trial:
    truth = share(middles[0], np.sqrt(0.5**2 + 0.3**2 + 0.6**2)) - share(
        middles[1], np.sqrt(0.5**2 + 0.3**2 + 0.6**2)
    )

    def trial(rng: np.random.Generator) -> bool:
        skill = rng.normal(0, 0.5, (readers, 1))
        arms = [
            answers(rng, m + skill + rng.normal(0, 0.3, (readers, 1)) + rng.normal(0, 0.6, n), missing)
            for m, n in zip(middles, images, strict=True)
        ]
        found = analysis.crossed_difference(*arms)
        return bool(found.low <= truth <= found.high)

    return trial


def incomplete(readers: int, missing: float) -> Trial:
    def trial(rng: np.random.Generator) -> bool:
        skill = rng.normal(0, 0.5, readers)
        table = answers(rng, skill[:, None] + rng.normal(0, 0.6, 40), missing)
        found = analysis.crossed_rate(table)
        truth = share(0, np.hypot(0.5, 0.6))
        if readers < 3:
            # these readers alone, each as often as he or she answered
            truth = float(np.average([share(s, 0.6) for s in skill], weights=np.isfinite(table).sum(axis=1)))
        return bool(found.low <= truth <= found.high)

    return trial


def equivalence(readers: int, trials: int, margin: float, edge: int) -> Trial:
    middle = brentq(lambda m: share(m, np.hypot(0.3, 0.4)) - 0.25 - edge * margin, -9, 9)

    def trial(rng: np.random.Generator) -> bool:
        eta = middle + rng.normal(0, 0.3, (readers, 1)) + rng.normal(0, 0.4, trials)
        rate = analysis.crossed_rate(answers(rng, eta, 0.0))
        return bool(analysis.crossed_equivalence(rate, 0.25, margin).within)

    return trial


def clustered(readers: int) -> Trial:
    reader = np.repeat(np.arange(readers), 20)

    def trial(rng: np.random.Generator) -> bool:
        leniency, taste = rng.normal(0, 0.6, readers), rng.normal(0, 0.3, (2, readers))
        first, second = (
            np.digitize(leniency + own + rng.normal(0, 1, (20, readers)), [-1, 0, 1]).T.ravel()
            for own in taste
        )
        found = analysis.superiority_clustered(first, second, reader, reader)
        return bool(found.low <= 0.5 <= found.high)

    return trial


def mean_area(middle: float) -> float:
    return float(WEIGHTS @ norm.cdf((middle + 0.3 * NODES) / np.sqrt(2.5)) / WEIGHTS.sum())


def area(readers: int, truth: float, scale: str) -> Trial:
    middle = brentq(lambda m: mean_area(m) - truth, 0, 5)
    positive = np.arange(60) < 45

    def trial(rng: np.random.Generator) -> bool:
        scores = rng.normal(0, 0.5, 60) + rng.normal(0, 1, (readers, 60))
        scores += positive * (middle + rng.normal(0, 0.3, (readers, 1)))
        found = analysis.obuchowski_rockette(np.round(1.5 * scores), positive, scale=scale).by_condition[0]
        return bool(found.low <= truth <= found.high)

    return trial


def published_wilcoxon(images: float) -> Trial:
    """Whether the reader-level signed-rank test finds a difference that is not there."""

    def trial(rng: np.random.Generator) -> bool:
        leniency = rng.normal(0, 0.5, (8, 1))
        sums = [
            np.digitize(leniency + rng.normal(0, images, 50) + rng.logistic(size=(8, 50)), [-2, -0.5, 1])
            for _ in range(2)
        ]
        found = analysis.signed_rank(*(table.sum(axis=1) for table in sums), method="wilcoxon-asymptotic")
        return found.p is not None and found.p < 0.05

    return trial


def kappa(readers: int, cases: int, truth: float) -> Trial:
    def trial(rng: np.random.Generator) -> bool:
        seen, own = (
            rng.choice(3, cases, p=[0.5, 0.3, 0.2]),
            rng.choice(3, (readers, cases), p=[0.5, 0.3, 0.2]),
        )
        found = analysis.fleiss_kappa(np.where(rng.random(own.shape) < np.sqrt(truth), seen, own))
        return bool(found.low is not None and found.low <= truth <= found.high)

    return trial


def studies() -> Iterator[tuple[str, Trial]]:
    """Every simulated study by its name."""
    for readers, images, middles, missing in (
        (3, (20, 30), (0.3, -0.3), 0.0),
        (5, (15, 15), (0.0, 0.0), 0.0),
        (8, (30, 30), (0.5, -0.2), 0.3),
        (12, (20, 20), (2.5, 2.0), 0.0),
    ):
        name = f"difference of generators, {readers} readers, {images} images, {missing:.0%} missing"
        yield name, difference(readers, images, middles, missing)
    for readers, missing in ((2, 0.3), (3, 0.0), (3, 0.3), (4, 0.3), (5, 0.3)):
        yield (
            f"share correct, {readers} readers, 40 cases, {missing:.0%} missing",
            incomplete(readers, missing),
        )
    for readers, trials, margin in ((3, 50, 0.1), (8, 50, 0.1), (20, 100, 0.1)):
        for edge in (1, -1):
            name = f"equivalence shown at {edge * margin:+.2f}, {readers} readers, {trials} trials"
            yield name, equivalence(readers, trials, margin, edge)
    for readers in (3, 5, 8, 20):
        yield f"P(higher), {readers} readers as clusters", clustered(readers)
    for truth, readers, scale in product((0.85, 0.93), (3, 5, 8), ("identity", "logit")):
        name = f"mean ROC area of {truth}, {readers} readers, 45 and 15 images, {scale} scale"
        yield name, area(readers, truth, scale)
    for images in (0.0, 0.3, 0.6):
        name = f"published signed-rank test rejects, images vary by {images} logits"
        yield name, published_wilcoxon(images)
    for readers, cases, truth in ((3, 40, 0.3), (8, 50, 0.1), (12, 30, 0.2)):
        yield f"Fleiss' kappa over cases, {readers} readers, {cases} cases", kappa(readers, cases, truth)


def main() -> None:
    replicates = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    for name, trial in studies():
        rng = np.random.default_rng(20251025)
        held = sum(trial(rng) for _ in range(replicates)) / replicates
        sys.stdout.write(f"{100 * held:5.1f}%  {name}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
