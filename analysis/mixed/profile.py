"""Profile-likelihood intervals: the values of a parameter that the likelihood ratio test does not reject.

Each end is a root of the deviance with this parameter held and all others at their maximum. Unlike Wald's,
the interval of a standard deviation knows that it cannot be negative. Venzon & Moolgavkar (1988), "A method
for computing profile-likelihood-based confidence intervals".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import special
from scipy.optimize import brentq

from analysis.arrays import Floats
from analysis.errors import UnknownChoiceError
from analysis.mixed.covariates import Centred, Slopes
from analysis.mixed.search import Maximum, Search, UnfittedError
from analysis.result import Interval

if TYPE_CHECKING:
    from analysis.mixed.model import Request

FARTHEST = 40.0
Deviance = Callable[[float], float]


@dataclass(frozen=True, kw_only=True, eq=False)
class Profiled:
    """A fitted model, as its profiles need it."""

    request: Request
    terms: Mapping[str, Slopes]
    best: Maximum
    places: Mapping[str, slice]
    estimates: Mapping[str, float]
    errors: Floats


def profile_interval(model: Profiled, name: str, level: float) -> Interval:
    """The interval of a fixed effect, the intercept, or a random intercept's standard deviation."""
    request = model.request
    if name in request.names:
        estimate, deviance, floor = model.estimates[name], _of_effect(model, name), -np.inf
        scale = model.errors[len(request.thresholds) + request.names.index(name)]
    elif name == "(Intercept)" and request.thresholds == [name]:
        estimate, deviance, floor = model.estimates[name], _of_intercept(model), -np.inf
        scale = model.errors[0]
    elif name in model.places and not request.slopes.get(name):
        estimate = abs(float(model.best.parameters[model.places[name].start]))
        deviance, floor = _of_deviation(model, model.places[name].start), 0.0
        scale = max(0.3, estimate / 2)
    else:
        known = [*request.names, *(g for g in model.places if not request.slopes.get(g))]
        raise UnknownChoiceError(f"No profile of {name!r}: there is one for {', '.join(known)}.")
    limit = float(special.chdtri(1, 1 - level))
    return Interval(
        estimate=float(estimate),
        low=_end(deviance, float(estimate), -float(scale), limit, floor),
        high=_end(deviance, float(estimate), float(scale), limit, floor),
        level=level,
        method=f"profile likelihood, {request.method}",
    )


def _end(deviance: Deviance, estimate: float, step: float, limit: float, floor: float) -> float | None:
    """Where the deviance reaches its limit; the floor where it never does, None where it runs away."""
    inside, size = estimate, 1.5 * step
    while True:
        outside = max(estimate + size, floor)
        if deviance(outside) > limit:
            break
        if outside == floor:
            return floor
        if abs(size) > FARTHEST * abs(step):
            return None
        inside, size = outside, size * 1.5
    return float(brentq(lambda x: deviance(x) - limit, inside, outside, xtol=1e-6 * abs(step), rtol=1e-8))


def _deviance_of(model: Profiled, fit: Callable[[float], float]) -> Deviance:
    def deviance(x: float) -> float:
        try:
            return 2 * (fit(x) - model.best.value)
        except UnfittedError:
            return np.inf

    return deviance


def _of_effect(model: Profiled, name: str) -> Deviance:
    """Hold one effect: its column is an offset, and the others are centred without it."""
    request = model.request
    place = request.names.index(name)
    others = [n for n in request.names if n != name]
    centred = Centred.of(np.delete(request.design, place, axis=1), others, request.weight)
    column = request.design[:, place] - np.average(request.design[:, place], weights=request.weight)
    likelihood = request.likelihood(centred.design, model.terms)
    j, spreads = (
        len(request.thresholds),
        model.best.parameters[len(request.thresholds) + len(request.names) :],
    )
    start = np.concatenate([model.best.parameters[:j], np.zeros(len(others)), spreads])

    def fit(x: float) -> float:
        nonlocal start
        likelihood.answers = replace(likelihood.answers, offset=column * x)
        found = Search(likelihood).climb(start, _same_edge(model, len(start)))
        start = found.parameters
        return found.value

    return _deviance_of(model, fit)


def _of_intercept(model: Profiled) -> Deviance:
    """Hold the intercept: the design is scaled but keeps its origin."""
    request = model.request
    centred = Centred.of(request.design, request.names, request.weight)
    likelihood = request.likelihood(request.design @ centred.back, model.terms)
    search, start = Search(likelihood), model.best.parameters

    def fit(x: float) -> float:
        nonlocal start
        found = search.climb(start, {**model.best.held, 0: x})
        start = found.parameters
        return found.value

    return _deviance_of(model, fit)


def _of_deviation(model: Profiled, place: int) -> Deviance:
    request = model.request
    centred = Centred.of(request.design, request.names, request.weight)
    search, start = Search(request.likelihood(centred.design, model.terms)), model.best.parameters

    def fit(x: float) -> float:
        nonlocal start
        found = search.climb(start, {**model.best.held, place: x})
        start = found.parameters
        return found.value

    return _deviance_of(model, fit)


def _same_edge(model: Profiled, n: int) -> dict[int, float]:
    """What the maximum holds at zero, one place earlier: there is one effect fewer."""
    return {place - (len(model.best.parameters) - n): value for place, value in model.best.held.items()}
