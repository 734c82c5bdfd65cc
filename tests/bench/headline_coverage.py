"""How often the interval of each headline number holds the truth.

    python -m tests.bench.headline_coverage [STUDIES] [WORDS]

draws studies of each kind and prints the share whose 95% interval holds the truth; WORDS choose the rows
whose names hold them. Readers and cases are drawn anew for each study, from crossed effects on the logit or
latent scale. The truth is that of all readers and all cases, unless the row says otherwise; where there is
no formula for it, it comes from one very large table. `tests.bench.coverage` has less usual designs.
"""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from scipy.stats import norm

import analysis
from analysis.crossed import t_quantile
from tests.bench.coverage import answers, share

Table = np.ndarray
Study = Callable[[np.random.Generator, int, int], Table]
Trial = Callable[[np.random.Generator], bool]
LARGE = (400, 3000)
SKILL, EASE = 0.4, 0.5
CUTS = [-1.5, 0.0, 1.5]
SHAPES = ((8, 50), (5, 40), (12, 60))


def holds(found: Any, truth: float, low: str = "low", high: str = "high") -> bool:
    ends = getattr(found, low), getattr(found, high)
    return bool(ends[0] is not None and ends[0] <= truth <= ends[1])


def effects(rng: np.random.Generator, readers: int, cases: int) -> Table:
    return rng.normal(0, SKILL, (readers, 1)) + rng.normal(0, EASE, cases)


def picks(rng: np.random.Generator, readers: int, cases: int) -> Table:
    """Right and wrong picks of one image out of four, found somewhat more often than by chance."""
    return answers(rng, -0.8 + effects(rng, readers, cases), 0.0)


def ratings(rng: np.random.Generator, readers: int, cases: int, mean: float = 0.3) -> Table:
    """Ratings from 1 to 4."""
    return np.digitize(mean + effects(rng, readers, cases) + rng.logistic(size=(readers, cases)), CUTS) + 1.0


def pair(rng: np.random.Generator, readers: int, cases: int, shift: float = 0.4) -> tuple[Table, Table]:
    """Ratings of real and synthetic images of the same trials; readers differ in what the change does."""
    shared = effects(rng, readers, cases)
    sides = []
    for middle in (0.3, 0.3 - shift):
        own = rng.normal(0, 0.2, (readers, 1)) + rng.normal(0, 0.4, cases)
        latent = middle + shared + own + rng.logistic(size=(readers, cases))
        sides.append(np.digitize(latent, CUTS) + 1.0)
    return sides[0], sides[1]


def number(rng: np.random.Generator, readers: int, cases: int) -> Table:
    """Measurements: a third of their variance lies between cases, a tenth between readers."""
    between = np.sqrt(0.1) * rng.normal(size=(readers, 1)) + np.sqrt(1 / 3) * rng.normal(size=cases)
    return between + np.sqrt(1 - 0.1 - 1 / 3) * rng.normal(size=(readers, cases))


class Calls:
    """Calls of 45 synthetic and 15 real images, with confidence; readers differ in skill and in leaning."""

    synthetic = np.arange(60) < 45
    strength = 1.2

    def scores(self, rng: np.random.Generator, readers: int, images: int = 60) -> tuple[Table, Table]:
        made = self.synthetic if images == 60 else np.arange(images) < images * 3 // 4
        skill, leaning = rng.normal(0, 0.3, (readers, 1)), rng.normal(0, 0.3, (readers, 1))
        latent = leaning + made * (self.strength + skill) - self.strength / 2
        return latent + rng.normal(0, 0.5, images) + rng.normal(0, 1, (readers, images)), made

    def rates(self) -> tuple[float, float]:
        """True sensitivity and specificity."""
        half = self.strength / 2
        return float(norm.cdf(half / np.sqrt(1.25 + 0.18))), float(norm.cdf(half / np.sqrt(1.25 + 0.09)))


def of_large(statistic: Callable[[Table], Any], study: Study) -> float:
    rng = np.random.default_rng(7)
    return float(statistic(study(rng, *LARGE)))


def rates(study: Study, truth: float, r: int, c: int) -> Trial:
    return lambda rng: holds(analysis.crossed_rate(study(rng, r, c)), truth)


def difference_of_ratings(r: int, c: int) -> Trial:
    first, second = pair(np.random.default_rng(7), *LARGE)
    truth = float((first - second).mean())

    def trial(rng: np.random.Generator) -> bool:
        one, other = pair(rng, r, c)
        return holds(analysis.crossed_mean(one - other, bounds=(-3, 3)), truth)

    return trial


def preference_for_real(r: int, c: int) -> Trial:
    first, second = pair(np.random.default_rng(7), *LARGE)
    truth = float((first > second).mean() + (first == second).mean() / 2)

    def trial(rng: np.random.Generator) -> bool:
        return holds(analysis.superiority_crossed(*pair(rng, r, c)), truth)

    return trial


def unpaired_ratings(r: int, c: int) -> Trial:
    truth = of_large(np.mean, ratings) - of_large(
        np.mean, lambda rng, readers, cases: ratings(rng, readers, cases, -0.1)
    )

    def trial(rng: np.random.Generator) -> bool:
        skill = rng.normal(0, SKILL, (r, 1))
        sides = [
            np.digitize(m + skill + rng.normal(0, EASE, c) + rng.logistic(size=(r, c)), CUTS) + 1.0
            for m in (0.3, -0.1)
        ]
        return holds(analysis.crossed_difference(*sides, bounds=(-3, 3)), truth)

    return trial


def ordinal_model(r: int, c: int) -> Trial:
    """The log odds of a source, its images nested in it, the same readers and trials in both."""

    def trial(rng: np.random.Generator) -> bool:
        shared = rng.normal(0, SKILL, (r, 1, 1)) + rng.normal(0, EASE, (1, c, 1))
        latent = shared + rng.normal(0, 0.4, (1, c, 2)) + np.array([0.0, -0.4])
        rating = np.digitize(latent + rng.logistic(size=(r, c, 2)), CUTS)
        reader, case, source = (index.ravel() for index in np.indices(rating.shape))
        groups = {"reader": reader, "trial": case, "image": 2 * case + source}
        model = analysis.fit_ordinal(rating.ravel(), source[:, None].astype(float), ["s"], groups)
        return holds(model.fixed[0], -0.4)

    return trial


def logistic_model(r: int, c: int) -> Trial:
    """The log odds of the average reader on the average case."""

    def trial(rng: np.random.Generator) -> bool:
        table = picks(rng, r, c)
        reader, case = (index.ravel() for index in np.indices(table.shape))
        nothing = np.empty((table.size, 0))
        model = analysis.fit_logistic(table.ravel(), nothing, [], {"reader": reader, "case": case})
        found = model.fixed[0]
        # as the report has it: Student's t on one less than the number of readers
        reach = t_quantile(r - 1, 0.95) * (found.se or 0.0)
        return bool(abs(found.estimate + 0.8) <= reach)

    return trial


def calls(what: str, r: int) -> Trial:
    made = Calls()
    sensitivity, specificity = made.rates()
    truth = {
        "accuracy": 0.75 * sensitivity + 0.25 * specificity,
        "mean of sensitivity and specificity": (sensitivity + specificity) / 2,
        "sensitivity": sensitivity,
        "specificity": specificity,
    }[what]

    def trial(rng: np.random.Generator) -> bool:
        scores, synthetic = made.scores(rng, r)
        right = ((scores > 0) == synthetic).astype(float)
        detected, cleared = right[:, synthetic], right[:, ~synthetic]
        found = {
            "accuracy": lambda: analysis.crossed_stratified(right, synthetic),
            "mean of sensitivity and specificity": lambda: analysis.crossed_contrast(
                [detected, cleared], [0.5, 0.5], bounds=(0, 1)
            ),
            "sensitivity": lambda: analysis.crossed_rate(detected),
            "specificity": lambda: analysis.crossed_rate(cleared),
        }[what]()
        return holds(found, truth)

    return trial


def areas(r: int) -> Trial:
    """The readers' mean area: of the pairs of images, with skill averaged over."""
    made = Calls()
    truth = float(norm.cdf(made.strength / np.sqrt(2 * 1.25 + 0.09)))

    def trial(rng: np.random.Generator) -> bool:
        scores, synthetic = made.scores(rng, r)
        found = analysis.obuchowski_rockette(np.round(1.5 * scores), synthetic, scale="logit")
        return holds(found.by_condition[0], truth)

    return trial


def agreement(name: str, r: int, c: int, over: str) -> Trial:
    """Over cases: these readers on all cases. Over readers: all readers on these cases."""
    study = picks if name in ("fleiss_kappa", "gwet_ac1") else ratings
    options: dict[str, Any] = {
        "fleiss_kappa": {},
        "gwet_ac1": {},
        "gwet_ac2": {"categories": [1, 2, 3, 4]},
        "krippendorff_alpha": {"metric": "interval"},
    }[name]
    coefficient = getattr(analysis, name)
    chance = study is picks

    def trial(rng: np.random.Generator) -> bool:
        # more cases (or readers) than the study has are the population that its interval speaks of
        wide = study(rng, r, 4000) if over == "cases" else study(rng, 600, c)
        found = coefficient(wide[:, :c] if over == "cases" else wide[:r], **options)
        truth = coefficient(wide.astype(int) if chance else wide, **options).estimate
        if over == "cases":
            return holds(found, truth)
        return holds(found, truth, "low_readers", "high_readers")

    return trial


def correlation(r: int, c: int) -> Trial:
    return lambda rng: holds(analysis.icc(number(rng, r, c)), 1 / 3)


def limits(r: int, c: int) -> Trial:
    truth = float(1.959964 * 1.0)

    def trial(rng: np.random.Generator) -> bool:
        low, high = analysis.limits_of_agreement(number(rng, r, c)).high_interval or (np.inf, -np.inf)
        return bool(low <= truth <= high)

    return trial


def subgroup(r: int, c: int) -> Trial:
    """Two kinds of readers, the same cases."""
    truth = share(-0.5, np.hypot(SKILL, EASE)) - share(-1.1, np.hypot(SKILL, EASE))

    def trial(rng: np.random.Generator) -> bool:
        ease, skill = rng.normal(0, EASE, c), rng.normal(0, SKILL, (2 * r, 1))
        middle = np.repeat([-0.5, -1.1], r)[:, None]
        table = answers(rng, middle + skill + ease, 0.0)
        return holds(analysis.crossed_difference(table[:r].T, table[r:].T), truth)

    return trial


def detection(r: int, images: int) -> Trial:
    """Detection rates of two generators, nested images."""
    truth = share(0.6, np.hypot(SKILL, EASE)) - share(0.1, np.hypot(SKILL, EASE))

    def trial(rng: np.random.Generator) -> bool:
        skill = rng.normal(0, SKILL, (r, 1))
        arms = [answers(rng, m + skill + rng.normal(0, EASE, images), 0.0) for m in (0.6, 0.1)]
        return holds(analysis.crossed_difference(*arms), truth)

    return trial


def rows() -> Iterator[tuple[str, Trial]]:
    """Every headline number by its name."""
    right = share(-0.8, np.hypot(SKILL, EASE))
    mean = of_large(np.mean, ratings)
    for r, c in SHAPES:
        at = f"{r} x {c}"
        yield f"share of real images found, and d': {at}", rates(picks, right, r, c)
        yield (
            f"mean rating of a source: {at}",
            lambda rng, r=r, c=c: holds(analysis.crossed_mean(ratings(rng, r, c), bounds=(1, 4)), mean),
        )
        yield f"difference of mean ratings, same trials: {at}", difference_of_ratings(r, c)
        yield f"difference of mean ratings, other images: {at}", unpaired_ratings(r, c)
        yield f"P(real rated higher), readers and trials: {at}", preference_for_real(r, c)
        yield f"log odds of the logistic model: {at}", logistic_model(r, c)
        for name, words in (
            ("fleiss_kappa", "Fleiss' kappa"),
            ("gwet_ac1", "Gwet's AC1"),
            ("gwet_ac2", "Gwet's AC2, quadratic"),
            ("krippendorff_alpha", "Krippendorff's alpha"),
        ):
            yield f"{words} over cases: {at}", agreement(name, r, c, "cases")
            yield f"{words} over readers: {at}", agreement(name, r, c, "readers")
        yield f"ICC(2,1): {at}", correlation(r, c)
        yield f"upper limit of agreement: {at}", limits(r, c)
        yield f"difference of detection rates, two generators: {at}", detection(r, c // 2)
        yield f"difference of two groups of readers, {r} each: {at}", subgroup(r, c)
    for r in (5, 8, 12):
        for what in ("accuracy", "sensitivity", "specificity", "mean of sensitivity and specificity"):
            yield f"{what} of calls: {r} readers, 45 and 15 images", calls(what, r)
        yield f"mean ROC area: {r} readers, 45 and 15 images", areas(r)
    for r, c in SHAPES:
        yield f"log odds of a source, ordinal model: {r} x {c}", ordinal_model(r, c)


def main() -> None:
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    words = sys.argv[2:]
    for name, trial in rows():
        if words and not any(word in name for word in words):
            continue
        rng = np.random.default_rng(20251025)
        held = sum(trial(rng) for _ in range(studies)) / studies
        sys.stdout.write(f"{100 * held:5.1f}%  {name}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
