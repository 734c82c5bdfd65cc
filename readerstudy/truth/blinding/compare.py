"""The measuring half of the blinding audit: do the formats of the two arms tell them apart?

Every feature of the delivered images is compared by its area under the ROC curve with a permutation p,
corrected by Holm over the features; a classifier on all of them together is judged beside. The two routes
to an alarm share an error rate of 0.05 equally, so that two halves of one arm raise a false alarm in at
most one of twenty audits. Facts of the originals are shown and never gate; what tells the arms apart by
content is reported as machine detectability and never gates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.stats import rankdata

from readerstudy.imaging.features import FEATURE_NAMES, SKETCH_SIDE
from readerstudy.imaging.measuring import Measured
from readerstudy.truth.blinding.auc import Area, Arms, Floats, Shuffles, areas_of, areas_of_shuffles, holm
from readerstudy.truth.blinding.classifier import Separation, separate, spread_columns
from readerstudy.truth.blinding.limits import LEAK_FROM
from readerstudy.truth.blinding.words import DELIVERED, OF_SOME, ORIGINALS, Words, container_words
from readerstudy.truth.errors import TooFewImages

ALARM = 0.05
SHUFFLES = 4000
MOST_IMAGES = 1000
FEWEST_IMAGES = 5
BINS = 24

Verdict = Literal["no difference found", "look", "leak"]
#: Nothing was significant, which does not show that the arms are equal.
NOT_FOUND: Verdict = "no difference found"


@dataclass(frozen=True, kw_only=True)
class Histogram:
    """Both arms over the same bins; `edges` has one more entry than there are bins."""

    edges: tuple[float, ...]
    real: tuple[int, ...]
    synthetic: tuple[int, ...]

    def as_dict(self) -> dict[str, Any]:
        return {"edges": list(self.edges), "real": list(self.real), "synthetic": list(self.synthetic)}


@dataclass(frozen=True, kw_only=True)
class Comparison:
    name: str
    words: Words
    median_real: float
    median_synthetic: float
    auc: Area
    p: float
    p_corrected: float
    verdict: Verdict
    histogram: Histogram

    @property
    def sentence(self) -> str:
        """Return the finding in words, with what to do about it."""
        if self.verdict == NOT_FOUND:
            return f"{self.words.title}: no difference was found."
        higher = "synthetic" if self.auc.estimate > 0.5 else "real"
        return (
            f"{self.words.title}: an area of {self.auc.apart:.2f} tells the arms apart; "
            f"the {higher} images have the larger values. {self.words.remedy}"
        )

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "title": self.words.title,
            "meaning": self.words.meaning,
            "median": {"real": self.median_real, "synthetic": self.median_synthetic},
            "auc": self.auc.as_dict(),
            "p": self.p,
            "p_corrected": self.p_corrected,
            "verdict": self.verdict,
            "sentence": self.sentence,
            "remedy": "" if self.verdict == NOT_FOUND else self.words.remedy,
            "histogram": self.histogram.as_dict(),
        }


@dataclass(frozen=True, kw_only=True)
class BlindingReport:
    """What the audit found. `passed` is the gate before lock."""

    n_real: int
    n_synthetic: int
    features: tuple[Comparison, ...]
    originals: tuple[Comparison, ...]
    classifier: Separation
    detectability: Separation
    seed: int

    @property
    def classifier_p_corrected(self) -> float:
        return min(1.0, 2 * self.classifier.p)

    @property
    def classifier_leaks(self) -> bool:
        return self.classifier_p_corrected < ALARM and self.classifier.auc.low > 0.5

    @property
    def leaks(self) -> tuple[Comparison, ...]:
        return tuple(feature for feature in self.features if feature.verdict == "leak")

    @property
    def passed(self) -> bool:
        return not self.leaks and not self.classifier_leaks

    @property
    def sentence(self) -> str:
        auc = self.classifier.auc
        measured = f"area {auc.estimate:.2f}, 95% interval {auc.low:.2f} to {auc.high:.2f}"
        if auc.estimate <= 0.5:
            # Where there is nothing to learn, what was learned from one part misleads in the other.
            measured = "no better than chance"
        if self.passed:
            return (
                f"No difference in format was found between {self.n_real} real and {self.n_synthetic} "
                f"synthetic images (classifier on all features: {measured})."
            )
        titles = (
            "; ".join(_within_sentence(leak.words.title) for leak in self.leaks)
            or "several features together"
        )
        return f"The format tells real from synthetic by {titles} (classifier on all features: {measured})."

    def as_dict(self) -> dict[str, Any]:
        return {
            "passed": self.passed,
            "sentence": self.sentence,
            "n": {"real": self.n_real, "synthetic": self.n_synthetic},
            "features": [feature.as_dict() for feature in self.features],
            "originals": [fact.as_dict() for fact in self.originals],
            "classifier": {
                **self.classifier.as_dict(),
                "p_corrected": self.classifier_p_corrected,
                "verdict": "leak" if self.classifier_leaks else NOT_FOUND,
            },
            "detectability": self.detectability.as_dict(),
            "alarm": ALARM,
            "permutations": SHUFFLES,
            "seed": self.seed,
        }


def compare_arms(real: Sequence[Measured], synthetic: Sequence[Measured], *, seed: int) -> BlindingReport:
    """Compare two arms. Of large arms a sample of 1,000 images each is judged."""
    if min(len(real), len(synthetic)) < FEWEST_IMAGES:
        raise TooFewImages(
            f"There are {len(real)} real and {len(synthetic)} synthetic images; the audit needs at least "
            f"{FEWEST_IMAGES} of each. Import more images."
        )
    rng = np.random.default_rng(seed)
    real, synthetic = _sampled(real, rng), _sampled(synthetic, rng)
    both = [*real, *synthetic]
    arms = Arms.of([each.group for each in real], [each.group for each in synthetic])
    names = (*FEATURE_NAMES, *both[0].more)
    rows = [{**each.features.as_dict(), **each.more} for each in both]
    values = np.array([[row[name] for name in names] for row in rows], dtype=np.float64)
    facts, fact_words = _facts(both)
    shuffles = arms.shuffles(rng, SHUFFLES)
    return BlindingReport(
        n_real=len(real),
        n_synthetic=len(synthetic),
        features=_compared(DELIVERED, names, values, arms, shuffles, gates=True),
        originals=_compared(fact_words, tuple(fact_words), facts, arms, shuffles, gates=False),
        classifier=separate(spread_columns(values), arms, shuffles, rng),
        detectability=separate(_sketches(both), arms, shuffles, rng),
        seed=seed,
    )


def _sampled(arm: Sequence[Measured], rng: np.random.Generator) -> Sequence[Measured]:
    if len(arm) <= MOST_IMAGES:
        return arm
    return [arm[at] for at in np.sort(rng.permutation(len(arm))[:MOST_IMAGES])]


def _facts(measured: Sequence[Measured]) -> tuple[Floats, dict[str, Words]]:
    """The facts of the originals as columns; a format becomes one column for each container there is."""
    containers = sorted({str(each.facts.get("container", "unknown")) for each in measured})
    known = [
        name for name in ORIGINALS if name not in OF_SOME or any(each.facts.get(name) for each in measured)
    ]
    words = {name: ORIGINALS[name] for name in known}
    words |= {f"stored as {name}": container_words(name) for name in containers}
    rows = [
        [float(each.facts.get(name, 0)) for name in known]
        + [float(each.facts.get("container", "unknown") == name) for name in containers]
        for each in measured
    ]
    return np.array(rows, dtype=np.float64), words


def _sketches(measured: Sequence[Measured]) -> Floats:
    sketches = np.frombuffer(b"".join(each.sketch for each in measured), dtype=np.uint8)
    return sketches.reshape(len(measured), 2 * SKETCH_SIDE**2).astype(np.float64)


def _compared(
    words: Mapping[str, Words],
    names: tuple[str, ...],
    values: Floats,
    arms: Arms,
    shuffles: Shuffles,
    *,
    gates: bool,
) -> tuple[Comparison, ...]:
    areas = areas_of(values, arms)
    p = _permutation_p(values, np.array([each.estimate for each in areas]), shuffles)
    # The classifier has the other half of the error rate.
    corrected = np.minimum(2 * holm(p), 1)
    return tuple(
        Comparison(
            name=name,
            words=words[name],
            median_real=float(np.median(column[~arms.synthetic])),
            median_synthetic=float(np.median(column[arms.synthetic])),
            auc=found,
            p=float(raw),
            p_corrected=float(after),
            verdict=_verdict(found, float(raw), float(after), gates=gates),
            histogram=_histogram(column, arms),
        )
        for name, column, found, raw, after in zip(names, values.T, areas, p, corrected, strict=True)
    )


def _permutation_p(values: Floats, estimates: Floats, shuffles: Shuffles) -> Floats:
    """Two-sided, for all columns under the same shuffles."""
    p = np.ones(values.shape[1])
    varies = np.ptp(values, axis=0) > 0
    shuffled = areas_of_shuffles(rankdata(values[:, varies], axis=0), shuffles)
    beyond = np.abs(shuffled - 0.5) >= np.abs(estimates[varies] - 0.5) - 1e-9
    p[varies] = (1 + beyond.sum(axis=0)) / (1 + len(shuffles))
    return p


def _verdict(found: Area, p: float, p_corrected: float, *, gates: bool) -> Verdict:
    certain = p_corrected < ALARM and found.excludes_chance
    if gates and certain and found.apart >= LEAK_FROM:
        return "leak"
    return "look" if certain or (p < 0.01 and found.apart >= LEAK_FROM) else NOT_FOUND


def _within_sentence(title: str) -> str:
    """A title in the middle of a sentence: JPEG stays JPEG."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _histogram(column: Floats, arms: Arms) -> Histogram:
    low, high = np.quantile(column, [0.005, 0.995])
    if low == high:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, BINS + 1)
    within = np.clip(column, low, high)
    real, _ = np.histogram(within[~arms.synthetic], edges)
    synthetic, _ = np.histogram(within[arms.synthetic], edges)
    return Histogram(
        edges=tuple(map(float, edges)), real=tuple(map(int, real)), synthetic=tuple(map(int, synthetic))
    )
