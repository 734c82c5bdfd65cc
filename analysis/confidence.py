"""Signal detection with confidence: two normal distributions of unequal spread, and metacognition.

Positive means synthetic throughout. Each reader is fitted by maximum likelihood; the readers are put together
as Obuchowski and Rockette do with areas, from the influence of each case on each reader's estimate, so that
the interval carries readers and cases.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.arrays import Bools, Floats, as_flags, as_scores
from analysis.counted_likelihood import LEAST, by_count, jacobian, maximum
from analysis.crossed import BOTH_RANDOM, FEWEST_RANDOM_READERS, FIXED_READERS, t_quantile
from analysis.errors import NothingToAnalyseError, WrongShapeError
from analysis.proportions import check_level, normal_quantile
from analysis.result import Interval, Result

BINORMAL = "binormal model by maximum likelihood (Dorfman & Alf 1969)"
META = "meta-d' by maximum likelihood (Maniscalco & Lau 2014)"
NO_MAXIMUM = "The likelihood has no maximum: answers of the two kinds overlap in too few categories."
NO_CALLS = "Both calls have to be made for both kinds of image."
NO_LEVELS = "Confidence has one level, so it tells nothing beyond the call."
AT_CHANCE = "d' is 0 or less, so there is nothing that confidence could follow."
BINORMAL_INDICES = ("a", "b", "d_a", "sd_ratio", "area")
META_INDICES = ("dprime", "criterion", "meta_dprime", "m_difference", "m_ratio")
NUDGE = 1e-4
NO_DPRIME = 1e-9
NOBODY = "No reader has this index."
NO_SPREAD = "The readers do not vary, so there is no interval."


@dataclass(frozen=True)
class _Estimate:
    """Indices from the counts of one reader, and how each changes with each count."""

    values: Mapping[str, float]
    slopes: Mapping[str, Floats]


Estimator = Callable[[Floats], "_Estimate | str"]


@dataclass(frozen=True, kw_only=True)
class ReaderIndices(Result):
    """One reader's indices with their standard errors over cases, or the reason why there are none."""

    reader: str
    values: Mapping[str, float]
    se: Mapping[str, float]
    reason: str | None = None


# a reader and the influence of each case on each index
Fitted = tuple[ReaderIndices, Mapping[str, Floats]]


@dataclass(frozen=True, kw_only=True)
class MeanIndex(Interval):
    """An index's mean over readers; `between_sd` is the standard deviation of their true values."""

    name: str
    between_sd: float | None = None


@dataclass(frozen=True, kw_only=True)
class ConfidenceModel(Result):
    """A model of calls with confidence: each reader's indices and their means."""

    by_reader: tuple[ReaderIndices, ...]
    means: tuple[MeanIndex, ...]
    method: str

    def mean(self, name: str) -> MeanIndex:
        """The mean of one index."""
        return next(each for each in self.means if each.name == name)


def binormal(
    scores: npt.ArrayLike, truth: npt.ArrayLike, *, readers: Sequence[str] | None = None, level: float = 0.95
) -> ConfidenceModel:
    """Unequal-variance signal detection (Green & Swets 1966; Dorfman & Alf 1969, J Math Psychol 6:487).

    Scores of negative cases are N(0, 1), of positive ones N(μ, σ²), cut into ordered categories. The indices
    are `a` = μ/σ and `b` = 1/σ, the parameters of the ROC curve; `d_a` = μ √(2/(1 + σ²)); `sd_ratio` = σ; and
    `area` = Φ(d_a/√2).

    Parameters
    ----------
    scores
        Readers x cases, ordered scores of few values such as `signed_confidence` gives; NaN where missing.
    truth
        1 or true for positive (synthetic) cases.
    readers
        Their names; 1, 2, … where left out.
    level
        Confidence level of the intervals.

    Returns
    -------
    ConfidenceModel
        The indices of each reader, and their means with readers and cases random (from three readers on; else
        for these readers). A reader without a maximum is left out of the means, and says why.
    """
    return _model(scores, truth, readers, level, _binormal_of, BINORMAL_INDICES, BINORMAL)


def meta_dprime(
    scores: npt.ArrayLike,
    truth: npt.ArrayLike,
    *,
    readers: Sequence[str] | None = None,
    padded: bool = False,
    level: float = 0.95,
) -> ConfidenceModel:
    """How well confidence tells right calls from wrong ones, in units of d' (Maniscalco & Lau 2012, 2014).

    meta-d' is the d' at which an ideal observer with the reader's criterion would have the reader's
    confidence. `m_difference` is meta-d' - d', `m_ratio` their ratio; the mean of `m_ratio` is the ratio of
    the means.

    Parameters
    ----------
    scores
        Readers x cases of signed confidence (`signed_confidence`): above zero called positive, below zero
        negative, further away surer; NaN where missing.
    truth
        1 or true for positive (synthetic) cases.
    readers
        Their names; 1, 2, … where left out.
    padded
        Add 1/(number of categories) to each count, as Hautus (1995) does; it allows for empty categories.
    level
        Confidence level of the intervals.

    Returns
    -------
    ConfidenceModel
        The indices of each reader and their means, as `binormal` has them.
    """
    values = as_scores(scores)
    if (values == 0).any():
        raise WrongShapeError("Scores have to be above or below zero; see signed_confidence.")
    cuts = np.unique(values[np.isfinite(values)])
    calls = cuts > 0

    def estimate(counts: Floats) -> _Estimate | str:
        return _meta_of(counts + 1 / counts.shape[1] if padded else counts, calls)

    return _model(values, truth, readers, level, estimate, META_INDICES, META)


def _model(
    scores: npt.ArrayLike,
    truth: npt.ArrayLike,
    readers: Sequence[str] | None,
    level: float,
    estimate: Estimator,
    names: Sequence[str],
    method: str,
) -> ConfidenceModel:
    check_level(level)
    values, positive = as_scores(scores), as_flags(truth)
    if positive.shape != (values.shape[1],):
        raise WrongShapeError(f"{values.shape[1]} cases need as many truths, not {positive.size}.")
    if not np.isfinite(values).any():
        raise NothingToAnalyseError
    cuts = np.unique(values[np.isfinite(values)])
    who = list(readers) if readers is not None else [str(i + 1) for i in range(len(values))]
    fitted = [_reader(name, own, positive, cuts, estimate) for name, own in zip(who, values, strict=True)]
    kept = [(row, influence) for row, influence in fitted if influence is not None]
    means = tuple(_mean(name, kept, len(positive), level, method) for name in names)
    return ConfidenceModel(by_reader=tuple(row for row, _ in fitted), means=means, method=method)


def _reader(
    name: str, scores: Floats, positive: Bools, cuts: Floats, estimate: Estimator
) -> tuple[ReaderIndices, Mapping[str, Floats] | None]:
    """One reader's indices, and the influence of each case on them (zero where it was not answered)."""
    seen = np.isfinite(scores)
    place = np.searchsorted(cuts, scores[seen])
    counts = np.stack(
        [np.bincount(place[positive[seen] == kind], minlength=len(cuts)) for kind in (False, True)]
    ).astype(float)
    found = estimate(counts)
    if isinstance(found, str):
        return ReaderIndices(reader=name, values={}, se={}, reason=found), None
    influence = {}
    for index, slope in found.slopes.items():
        # the infinitesimal jackknife (Jaeckel 1972): what a case adds beyond the mean of its kind
        n = counts.sum(axis=1, keepdims=True)
        centred = (slope - (slope * counts).sum(axis=1, keepdims=True) / n) * np.sqrt(
            n / np.maximum(n - 1, 1)
        )
        influence[index] = np.zeros(len(scores))
        influence[index][seen] = centred[positive[seen].astype(int), place]
    se = {index: math.sqrt(float(each @ each)) for index, each in influence.items()}
    return ReaderIndices(reader=name, values=found.values, se=se), influence


def _mean(
    name: str,
    kept: Sequence[Fitted],
    n_cases: int,
    level: float,
    method: str,
) -> MeanIndex:
    bare = MeanIndex(
        name=name,
        estimate=None,
        low=None,
        high=None,
        level=level,
        method=method,
        n_readers=len(kept),
        n_cases=n_cases,
    )
    if not kept:
        return bare.with_(reason=NOBODY)
    estimate, own, influence = _of_readers(name, kept)
    bare, r = bare.with_(estimate=estimate), len(kept)
    covariance = influence @ influence.T
    var = float(np.trace(covariance)) / r
    cov2 = (float(covariance.sum()) - float(np.trace(covariance))) / (r * (r - 1)) if r > 1 else 0.0
    if r < FEWEST_RANDOM_READERS:
        se = math.sqrt((var + (r - 1) * max(cov2, 0.0)) / r)
        reach = normal_quantile(level) * se
        said = (FIXED_READERS,)
        return bare.with_(low=estimate - reach, high=estimate + reach, se=se, assumptions=said)
    between = float(own.var(ddof=1))
    total = between + max(r * cov2, 0.0)
    df = total**2 / (between**2 / (r - 1)) if between > 0 else None
    if df is None:
        return bare.with_(reason=NO_SPREAD)
    se = math.sqrt(total / r)
    reach = t_quantile(df, level) * se
    return bare.with_(
        low=estimate - reach,
        high=estimate + reach,
        se=se,
        df=df,
        between_sd=math.sqrt(max(between - var + cov2, 0.0)),
        assumptions=(BOTH_RANDOM,),
    )


def _of_readers(name: str, kept: Sequence[Fitted]) -> tuple[float, Floats, Floats]:
    """The mean, and each reader's value and influences; a ratio of means is linearised (delta method)."""
    if name != "m_ratio":
        own = np.array([row.values[name] for row, _ in kept])
        return float(own.mean()), own, np.stack([influence[name] for _, influence in kept])
    top, meta, above = _of_readers("meta_dprime", kept)
    bottom, dprime, below = _of_readers("dprime", kept)
    ratio = top / bottom
    return ratio, (meta - ratio * dprime) / bottom, (above - ratio * below) / bottom


def _binormal_of(counts: Floats) -> _Estimate | str:
    """From the counts of negative and positive cases over ordered categories."""
    filled = counts.sum(axis=0) > 0
    used = counts[:, filled]
    kinds = used.shape[1]
    if kinds < 3 or (used.sum(axis=1) == 0).any():
        return NO_MAXIMUM

    def probabilities(at: Floats) -> Floats:
        cuts = at[..., 2:3] + _rising(at[..., 3:])
        below = np.zeros((*at.shape[:-1], 2, kinds + 1))
        b = np.exp(at[..., 1:2])
        below[..., 0, 1:-1], below[..., 1, 1:-1] = cuts, b * cuts - at[..., 0:1] * np.hypot(1.0, b)
        special.ndtr(below, out=below)
        below[..., 0], below[..., -1] = 0.0, 1.0
        return (below[..., 1:] - below[..., :-1]).reshape(*at.shape[:-1], 2 * kinds)

    def indices(at: Floats) -> Floats:
        # the area's deviate, which stays within bounds where a reader's spreads differ most
        z, b = at[..., 0], np.exp(at[..., 1])
        return np.stack([z * np.hypot(1.0, b), b, z * math.sqrt(2), 1 / b, special.ndtr(z)], axis=-1)

    at = maximum(used.ravel(), np.repeat([0.0, 1.0], kinds), probabilities, _smoothed(used))
    if at is None:
        return NO_MAXIMUM
    by_cell = jacobian(indices, at) @ by_count(used.ravel(), probabilities, at)
    slopes = np.zeros((len(by_cell), *counts.shape))
    slopes[:, :, filled] = by_cell.reshape(-1, 2, kinds)
    return _Estimate(
        dict(zip(BINORMAL_INDICES, indices(at).tolist(), strict=True)),
        dict(zip(BINORMAL_INDICES, slopes, strict=True)),
    )


def _rising(log_steps: Floats) -> Floats:
    """Places that rise from 0 by the steps whose logarithms are given."""
    places = np.zeros((*log_steps.shape[:-1], log_steps.shape[-1] + 1))
    np.cumsum(np.exp(log_steps), axis=-1, out=places[..., 1:])
    return places


def _smoothed(used: Floats) -> Floats:
    """Where the search begins: the line through the smoothed points of the curve on normal deviates."""
    kinds = used.shape[1]
    below = np.cumsum(used + 0.5, axis=1)[:, :-1] / (used.sum(axis=1, keepdims=True) + kinds / 2)
    cuts, others = special.ndtri(below)
    slope, level = np.polyfit(cuts, others, 1)
    gaps = np.log(np.maximum(np.diff(cuts), 0.05))
    b = max(float(slope), 0.2)
    return np.array([-level / math.hypot(1.0, b), math.log(b), cuts[0], *gaps])


def _meta_of(counts: Floats, calls: Bools) -> _Estimate | str:
    """From the counts of categories, from the surest negative call to the surest positive one."""
    called = np.stack([counts[:, calls].sum(axis=1), counts[:, ~calls].sum(axis=1)])
    if called.min() <= 0:
        return NO_CALLS

    def first(called: Floats) -> Floats:
        """d', c and c/d' from how often each kind was called positive and negative."""
        n = called[..., :2] + called[..., 2:]
        z_alarm, z_hit = np.moveaxis(special.ndtri(called[..., :2] / n), -1, 0)
        dprime, criterion = z_hit - z_alarm, -(z_hit + z_alarm) / 2
        relative = np.divide(criterion, dprime, out=np.full_like(dprime, np.nan), where=dprime != 0)
        return np.stack([dprime, criterion, relative], axis=-1)

    dprime, criterion, relative = first(called.ravel()).tolist()
    if dprime <= NO_DPRIME:
        return AT_CHANCE
    filled = counts.sum(axis=0) > 0
    # each call's categories from the least sure outwards
    places = [np.flatnonzero(filled & ~calls)[::-1], np.flatnonzero(filled & calls)]
    if max(map(len, places)) < 2:
        return NO_LEVELS
    found = _meta_fitted(counts, places, relative)
    if found is None:
        return NO_MAXIMUM
    meta, own, by_relative = found
    by_called = jacobian(first, called.ravel()).reshape(3, 2, 2)
    through = np.where(calls, by_called[:, 0, :, None], by_called[:, 1, :, None])
    slope = own + by_relative * through[2]
    ratio = meta / dprime
    values = (dprime, criterion, meta, meta - dprime, ratio)
    slopes = (*through[:2], slope, slope - through[0], (slope - ratio * through[0]) / dprime)
    return _Estimate(
        dict(zip(META_INDICES, values, strict=True)), dict(zip(META_INDICES, slopes, strict=True))
    )


def _meta_fitted(
    counts: Floats, places: Sequence[npt.NDArray[np.intp]], relative: float
) -> tuple[float, Floats, float] | None:
    """meta-d' at the relative criterion c/d', its change with each count, and with the relative criterion.

    Confidence rises away from the criterion on either side. Each block is one call about one kind of image.
    """
    gaps = [len(each) - 1 for each in places]

    def model(relative: float) -> Callable[[Floats], Floats]:
        def probabilities(at: Floats) -> Floats:
            blocks, meta, middle = [], at[..., None, :1], 1 + gaps[0]
            centres = np.concatenate([-meta / 2, meta / 2], axis=-2)
            for side, steps in ((-1, at[..., None, 1:middle]), (1, at[..., None, middle:])):
                cuts = relative * meta + side * _rising(steps)
                beyond = special.ndtr(side * (centres - cuts))
                whole = np.maximum(beyond[..., :1], LEAST)
                beyond[..., :-1] -= beyond[..., 1:]
                blocks.append((beyond / whole).reshape(*at.shape[:-1], -1))
            return np.concatenate(blocks, axis=-1)

        return probabilities

    cells = [(kind, place) for places_of in places for kind in (0, 1) for place in places_of]
    where = tuple(np.array(cells).T)
    blocks = np.repeat(np.arange(4.0), [len(each) for each in places for _ in (0, 1)])
    start = np.array([1.0, *np.full(sum(gaps), math.log(0.5))])
    at = maximum(counts[where], blocks, model(relative), start)
    if at is None:
        return None
    slope = np.zeros_like(counts)
    slope[where] = by_count(counts[where], model(relative), at)[0]
    near = [maximum(counts[where], blocks, model(relative + nudge), at) for nudge in (NUDGE, -NUDGE)]
    if near[0] is None or near[1] is None:
        return None
    return float(at[0]), slope, float(near[0][0] - near[1][0]) / (2 * NUDGE)
