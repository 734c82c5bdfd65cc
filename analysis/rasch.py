"""Many-facet Rasch measurement: ratings by the realism of images, readers' severity, and a scale's steps.

Rating scale model (Andrich 1978) with a facet of readers (Linacre 1989): P(x = k) is proportional to
exp(Σ_{j ≤ k} (θ_i - α_r - τ_j)). Images are a sample, θ_i ~ N(μ of their source, σ²), and are integrated out
(marginal maximum likelihood), so that nothing is biased by few readers, as joint maximum likelihood is, and
images that all readers gave the same extreme rating stay in.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special
from scipy.optimize import minimize

from analysis.arrays import Floats, Ints, as_scores
from analysis.errors import NothingToAnalyseError, WrongShapeError
from analysis.proportions import check_level, normal_quantile
from analysis.result import Result

METHOD = "many-facet rating scale model, marginal maximum likelihood (Andrich 1978; Linacre 1989)"
NODES = 201
REACH = 6.0
LEAST_LOG_SD, LARGEST_LOG_SD = -6.0, 3.0
AT_BOUNDARY, NEAR_ZERO = -5.0, -2.0
FARTHEST = 15.0
STEP = 1e-4
UNDETERMINED = "The ratings do not tell readers, sources and steps apart, so there is no Rasch model."
EXTREME = "gave one end of the scale throughout, so the severity has no estimate; leave the reader out."


@dataclass(frozen=True, kw_only=True)
class Measure(Result):
    """A source's, reader's or step's place on the common scale, in logits."""

    name: str
    estimate: float
    se: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Severity(Measure):
    """A reader's severity; mean squares of residuals are 1 where the reader rates as the model expects.

    `infit` weighs answers by their information, `outfit` counts them alike.
    """

    infit: float
    outfit: float


@dataclass(frozen=True, kw_only=True)
class ImageMeasure(Result):
    """An image's realism given its ratings: mean and standard deviation of the posterior."""

    name: str
    estimate: float
    sd: float


@dataclass(frozen=True, kw_only=True)
class SourceDifference(Measure):
    """Difference of the mean realism of two sources, with Wald's test."""

    a: str
    b: str
    p: float


@dataclass(frozen=True, kw_only=True)
class Rasch(Result):
    """Where sources, readers, steps and images lie.

    Attributes
    ----------
    sources, differences
        Mean realism of each source, and each against the first; images are random, readers these.
    readers
        Severities, whose mean is zero; `severity_p` tests whether all are alike (Wald's chi-square).
    reader_reliability
        Share of the severities' variance that is not error: near 1, readers differ beyond chance.
    image_sd
        Between images of a source; `at_boundary` where the largest likelihood lies at zero.
    steps
        Between neighbouring points of the scale; their mean is zero.
    """

    sources: tuple[Measure, ...]
    differences: tuple[SourceDifference, ...]
    readers: tuple[Severity, ...]
    severity_p: float
    reader_reliability: float
    steps: tuple[Measure, ...]
    images: tuple[ImageMeasure, ...]
    image_sd: float
    at_boundary: bool
    log_likelihood: float
    n: int
    level: float
    method: str = METHOD


def many_facet_rasch(
    ratings: npt.ArrayLike,
    sources: Sequence[str],
    *,
    readers: Sequence[str] | None = None,
    images: Sequence[str] | None = None,
    level: float = 0.95,
) -> Rasch:
    """Place sources, readers and images on one scale.

    Parameters
    ----------
    ratings
        Readers x images, numbers of an ordered scale; NaN where missing.
    sources
        The source of each image.
    readers, images
        Their names; 1, 2, … where left out.
    level
        Confidence level of the intervals.

    Returns
    -------
    Rasch
        Measures in logits. The intervals of sources speak of these readers.
    """
    check_level(level)
    model = _Model.of(as_scores(ratings), [str(source) for source in sources])
    who = list(readers) if readers is not None else [str(i + 1) for i in range(model.n_readers)]
    for name, own in zip(who, model.codes, strict=True):
        seen = own[own >= 0]
        if not len(seen):
            raise NothingToAnalyseError(f"Reader {name} gave no rating; leave the reader out.")
        if seen.max() == 0 or seen.min() == model.n_steps:
            raise NothingToAnalyseError(f"Reader {name} {EXTREME}")
    at, value = _climbed(model)
    what = list(images) if images is not None else [str(i + 1) for i in range(model.codes.shape[1])]
    return _results(model, at, value, who, what, level)


@dataclass(frozen=True)
class _Parts:
    """Parameters by their meaning."""

    means: Floats
    severity: Floats
    steps: Floats
    log_sd: float


@dataclass(frozen=True)
class _Model:
    """Ratings as steps above the lowest (-1 where missing), and the source of each image as a number."""

    codes: Ints
    source: Ints
    names: tuple[str, ...]
    points: tuple[float, ...]

    @classmethod
    def of(cls, ratings: Floats, sources: list[str]) -> _Model:
        if ratings.ndim != 2 or ratings.shape[1] != len(sources):
            raise WrongShapeError("Each image (column) needs its source.")
        seen = np.isfinite(ratings)
        points = np.unique(ratings[seen])
        if len(points) < 2 or len(ratings) < 2:
            raise NothingToAnalyseError("A scale needs two readers and two points that were given.")
        codes = np.where(seen, np.searchsorted(points, np.where(seen, ratings, points[0])), -1)
        names = tuple(dict.fromkeys(sources))
        return cls(codes, np.array([names.index(s) for s in sources]), names, tuple(points.tolist()))

    @property
    def n_steps(self) -> int:
        return len(self.points) - 1

    @property
    def n_readers(self) -> int:
        return len(self.codes)

    def parts(self, at: Floats) -> _Parts:
        """Severities and steps are free but for the last, which makes their mean zero."""
        cuts = np.cumsum([len(self.names), self.n_readers - 1, self.n_steps - 1])
        means, severity, steps, rest = np.split(at, cuts)
        return _Parts(means, np.append(severity, -severity.sum()), np.append(steps, -steps.sum()), rest[0])

    def free(self, means: Floats, severity: Floats, steps: Floats, log_sd: float) -> Floats:
        """A gradient of all parameters as that of the free ones."""
        return np.concatenate([means, severity[:-1] - severity[-1], steps[:-1] - steps[-1], [log_sd]])


@dataclass(frozen=True)
class _At:
    """What the model expects at one point: over a common grid of realism."""

    grid: Floats
    # readers x grid x points of the scale
    chances: Floats
    # images x grid
    posterior: Floats
    value: float


def _expected(model: _Model, at: Floats) -> _At:
    parts = model.parts(at)
    sd = math.exp(parts.log_sd)
    grid = np.linspace(parts.means.min() - REACH * sd, parts.means.max() + REACH * sd, NODES)
    points = np.arange(model.n_steps + 1)
    climbed = np.concatenate([[0.0], np.cumsum(parts.steps)])
    exponents = points * (grid[None, :, None] - parts.severity[:, None, None]) - climbed
    chances, size = _shares(exponents)
    seen = (model.codes >= 0).astype(float)
    given = np.maximum(model.codes, 0)
    fixed = -(seen * (given * parts.severity[:, None] + climbed[given])).sum(axis=0)
    answers = fixed[:, None] + (seen * given).sum(axis=0)[:, None] * grid - seen.T @ size[..., 0]
    away = (grid - parts.means[model.source][:, None]) / sd
    spacing = math.log((grid[1] - grid[0]) / sd) - 0.5 * math.log(2 * math.pi)
    joint = answers - 0.5 * away**2 + spacing
    posterior, whole = _shares(joint)
    return _At(grid, chances, posterior, float(whole.sum()))


def _shares(logarithms: Floats) -> tuple[Floats, Floats]:
    """Shares of the sum along the last axis, and its logarithm; scipy's takes twice the exponentials."""
    largest = logarithms.max(axis=-1, keepdims=True)
    found = np.exp(logarithms - largest)
    total = found.sum(axis=-1, keepdims=True)
    found /= total
    return found, largest + np.log(total)


def _gradient(model: _Model, at: Floats, found: _At) -> Floats:
    """By Fisher's identity: the complete data's gradient, averaged over the posterior."""
    parts = model.parts(at)
    sd = math.exp(parts.log_sd)
    seen = (model.codes >= 0).astype(float)
    # readers x grid: how many of a reader's images are thought to lie there
    load = seen @ found.posterior
    above = np.flip(np.cumsum(np.flip(found.chances, axis=2), axis=2), axis=2)[..., 1:]
    score = above.sum(axis=2)
    severity = (load * score).sum(axis=1) - (seen * np.maximum(model.codes, 0)).sum(axis=1)
    reached = [(model.codes > step).sum() for step in range(model.n_steps)]
    steps = (load[..., None] * above).sum(axis=(0, 1)) - np.array(reached, dtype=float)
    away = found.grid - parts.means[model.source][:, None]
    by_image = (found.posterior * away).sum(axis=1) / sd**2
    means = np.bincount(model.source, by_image, minlength=len(model.names)).astype(np.float64)
    log_sd = float((found.posterior * away**2).sum()) / sd**2 - len(model.source)
    return model.free(means, severity, steps, log_sd)


def _climbed(model: _Model) -> tuple[Floats, float]:
    """The maximum; where it seems to lie at a spread of zero, from a second start as well."""

    def objective(at: Floats) -> tuple[float, Floats]:
        found = _expected(model, at)
        return -found.value, -_gradient(model, at, found)

    free = len(model.names) + model.n_readers + model.n_steps - 2
    bounds = [(-FARTHEST, FARTHEST)] * free + [(LEAST_LOG_SD, LARGEST_LOG_SD)]
    best: Any = None
    for log_sd in (-0.7, -3.0):
        start = np.append(np.zeros(free), log_sd)
        found = minimize(
            objective,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"ftol": 1e-13, "gtol": 1e-8},
        )
        if best is None or found.fun < best.fun:
            best = found
        if best.x[-1] > NEAR_ZERO:
            break
    return best.x, -float(best.fun)


def _information(model: _Model, at: Floats) -> Floats:
    """Minus the second derivatives, without the spread where it lies at zero."""

    def slope(where: Floats) -> Floats:
        return _gradient(model, where, _expected(model, where))

    steps = STEP * np.eye(len(at))
    second = np.stack([(slope(at + step) - slope(at - step)) / (2 * STEP) for step in steps])
    return -(second + second.T) / 2


def _results(
    model: _Model, at: Floats, value: float, who: Sequence[str], what: Sequence[str], level: float
) -> Rasch:
    parts, found = model.parts(at), _expected(model, at)
    boundary = parts.log_sd < AT_BOUNDARY
    covariance = _covariance(model, at, len(at) - boundary)
    z = normal_quantile(level)

    def measure(name: str, estimate: float, weights: Floats) -> dict[str, Any]:
        se = math.sqrt(float(weights @ covariance @ weights))
        return {
            "name": name, "estimate": float(estimate), "se": se, "low": float(estimate) - z * se,
            "high": float(estimate) + z * se,
        }  # fmt: skip

    rows = _rows_of_free(model, len(at))
    severities = [measure(*each) for each in zip(who, parts.severity, rows["severity"], strict=True)]
    numbers = [f"{a:g} to {b:g}" for a, b in pairwise(model.points)]
    own = rows["severity"] @ covariance @ rows["severity"].T
    spread = float(np.var(parts.severity, ddof=1))
    error = float(np.mean(np.diag(own)))
    wald = float(parts.severity[:-1] @ np.linalg.solve(own[:-1, :-1], parts.severity[:-1]))
    return Rasch(
        sources=tuple(
            Measure(**measure(*e)) for e in zip(model.names, parts.means, rows["means"], strict=True)
        ),
        differences=tuple(_difference(model, parts, rows["means"], measure)),
        readers=tuple(
            Severity(**each, infit=infit, outfit=outfit)
            for each, (infit, outfit) in zip(severities, _fits(model, found), strict=True)
        ),
        severity_p=float(special.chdtrc(model.n_readers - 1, wald)),
        reader_reliability=max(1 - error / spread, 0.0) if spread > 0 else 0.0,
        steps=tuple(Measure(**measure(*e)) for e in zip(numbers, parts.steps, rows["steps"], strict=True)),
        images=tuple(_images(found, what)),
        image_sd=0.0 if boundary else math.exp(parts.log_sd),
        at_boundary=bool(boundary),
        log_likelihood=value,
        n=int((model.codes >= 0).sum()),
        level=level,
    )


def _covariance(model: _Model, at: Floats, kept: int) -> Floats:
    """Of the estimates; a spread at zero, the last of them, is taken as known."""
    found = np.zeros((len(at), len(at)))
    try:
        found[:kept, :kept] = np.linalg.inv(_information(model, at)[:kept, :kept])
    except np.linalg.LinAlgError as error:
        raise NothingToAnalyseError(UNDETERMINED) from error
    if not np.isfinite(found).all() or (np.diag(found)[:kept] <= 0).any():
        raise NothingToAnalyseError(UNDETERMINED)
    return found


def _rows_of_free(model: _Model, n: int) -> dict[str, Floats]:
    """Each measure as a weighted sum of the free parameters."""
    unit = np.eye(n)
    cuts = np.cumsum([len(model.names), model.n_readers - 1, model.n_steps - 1])
    means, severity, steps, _ = np.split(unit, cuts)
    return {
        "means": means,
        "severity": np.vstack([severity, -severity.sum(axis=0)]),
        "steps": np.vstack([steps, -steps.sum(axis=0)]),
    }


def _difference(
    model: _Model, parts: _Parts, rows: Floats, measure: Callable[..., dict[str, Any]]
) -> Sequence[SourceDifference]:
    first, base = model.names[0], parts.means[0]
    found = []
    for name, mean, row in zip(model.names[1:], parts.means[1:], rows[1:], strict=True):
        each = measure(f"{name} – {first}", mean - base, row - rows[0])
        p = float(2 * special.ndtr(-abs(each["estimate"]) / each["se"]))
        found.append(SourceDifference(**each, a=name, b=first, p=p))
    return found


def _fits(model: _Model, found: _At) -> Sequence[tuple[float, float]]:
    """Infit and outfit of each reader over the posterior of the images, whose expectation is 1."""
    points = np.arange(model.n_steps + 1.0)
    expected = found.chances @ points
    variance = found.chances @ points**2 - expected**2
    rows = []
    for own, centre, spread in zip(model.codes, expected, variance, strict=True):
        seen = own >= 0
        weight = found.posterior[seen]
        squares = (own[seen][:, None] - centre) ** 2
        infit = float((weight * squares).sum() / (weight * spread).sum())
        # where the model leaves no doubt a point of the grid has no spread, and only what is weighed counts
        standard = np.divide(squares, spread, out=np.zeros_like(squares), where=weight * spread > 0)
        rows.append((infit, float((weight * standard).sum() / seen.sum())))
    return rows


def _images(found: _At, names: Sequence[str]) -> Sequence[ImageMeasure]:
    means = found.posterior @ found.grid
    spreads = np.sqrt(np.maximum(found.posterior @ found.grid**2 - means**2, 0.0))
    return [
        ImageMeasure(name=name, estimate=float(mean), sd=float(sd))
        for name, mean, sd in zip(names, means, spreads, strict=True)
    ]
