"""From moments to estimates, differences and their intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import special

from analysis.arrays import Floats
from analysis.errors import WrongLevelError
from analysis.mrmc.moments import Moments, degrees
from analysis.mrmc.result import MrmcAnalysis, MrmcComponents, MrmcDifference, MrmcEstimate

NORMAL_ABOVE = 50
NEGATIVE = "the unbiased variance came out below zero: the interval rests on the biased one, which never does"
ONE_LEVEL = "one reader or one case alone says nothing about the others"


@dataclass(frozen=True)
class Condition:
    """One condition's mean, and how much was read for it."""

    name: str
    estimate: float
    readers: int
    cases: int
    answers: int


@dataclass(frozen=True)
class Inference:
    """An error with its degrees of freedom and interval."""

    se: float | None
    df: float | None
    low: float | None
    high: float | None
    p: float | None
    reason: str | None


def analyse(
    conditions: Sequence[Condition],
    moments: Callable[[int, int], Moments],
    *,
    null: float | None,
    level: float,
    method: str,
) -> MrmcAnalysis:
    """Analyse each condition, and each pair of them as first minus second."""
    if not 0 < level < 1:
        raise WrongLevelError
    own = [moments(i, i) for i in range(len(conditions))]
    pairs = list(combinations(range(len(conditions)), 2))
    across = {pair: moments(*pair) for pair in pairs}
    estimates = [
        MrmcEstimate(
            condition=c.name,
            estimate=c.estimate,
            n_readers=c.readers,
            n_cases=c.cases,
            n_answers=c.answers,
            level=level,
            method=method,
            **vars(infer(c.estimate, null, [m], None, level)),
        )
        for c, m in zip(conditions, own, strict=True)
    ]
    differences = [
        _difference(
            conditions[i], conditions[j], moments=([own[i], own[j]], across[i, j]), level=level, method=method
        )
        for i, j in pairs
    ]
    components = [_components(c.name, c.name, m) for c, m in zip(conditions, own, strict=True)]
    components += [_components(conditions[i].name, conditions[j].name, m) for (i, j), m in across.items()]
    return MrmcAnalysis(
        conditions=tuple(estimates), differences=tuple(differences), components=tuple(components)
    )


def _difference(
    first: Condition,
    second: Condition,
    *,
    moments: tuple[Sequence[Moments], Moments],
    level: float,
    method: str,
) -> MrmcDifference:
    own, across = moments
    estimate = first.estimate - second.estimate
    return MrmcDifference(
        a=first.name,
        b=second.name,
        estimate=estimate,
        level=level,
        method=method,
        **vars(infer(estimate, 0.0, own, across, level)),
    )


def infer(
    estimate: float, null: float | None, own: Sequence[Moments], across: Moments | None, level: float
) -> Inference:
    """Student's t on whole degrees of freedom, the normal above 50, as in iMRMC."""
    variance = sum(m.covariance for m in own) - (2 * across.covariance if across else 0.0)
    reason = None
    if variance <= 0:
        variance = sum(m.biased_covariance for m in own) - (2 * across.biased_covariance if across else 0.0)
        reason = NEGATIVE
    df = degrees(own, across, variance)
    if df is None or variance <= 0:
        return Inference(None, None, None, None, None, ONE_LEVEL if variance > 0 else "nothing varies")
    se = float(np.sqrt(variance))
    whole = np.inf if df > NORMAL_ABOVE else np.floor(df)
    half = float(special.stdtrit(whole, 0.5 + level / 2)) * se
    p = None if null is None else float(2 * special.stdtr(whole, -abs(estimate - null) / se))
    return Inference(se, df, estimate - half, estimate + half, p, reason)


def _components(a: str, b: str, moments: Moments) -> MrmcComponents:
    def named(values: Floats) -> dict[str, float]:
        return dict(zip(moments.kind.sources, values.tolist(), strict=True))

    return MrmcComponents(
        a=a,
        b=b,
        covariance=moments.covariance,
        moments=tuple(moments.moments.tolist()),
        coefficients=tuple(moments.coefficients.tolist()),
        components=named(moments.components()),
        weights=named(moments.weights),
    )
