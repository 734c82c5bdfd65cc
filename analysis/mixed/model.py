"""From a request for a mixed model to its result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats, Ints
from analysis.errors import WrongValueError
from analysis.mixed.boundary import component_tests
from analysis.mixed.covariates import Centred, Slopes
from analysis.mixed.crossed import RandomEffects, Term
from analysis.mixed.laplace import Answers, LaplaceLikelihood, dense_codes
from analysis.mixed.links import Link
from analysis.mixed.profile import Profiled, profile_interval
from analysis.mixed.quadrature import QuadratureLikelihood
from analysis.mixed.result import (
    ComponentTest,
    MixedModel,
    RandomCorrelation,
    RandomIntercept,
    coefficient_of,
)
from analysis.mixed.search import Maximum, Search
from analysis.result import Interval


@dataclass(frozen=True, kw_only=True, eq=False)
class Request:
    """What is to be fitted; the model's English name is `title`."""

    category: Ints
    n_categories: int
    design: Floats
    names: list[str]
    thresholds: list[str]
    groups: Mapping[str, npt.ArrayLike]
    slopes: Mapping[str, Mapping[str, npt.ArrayLike]]
    correlated: bool
    link: Link
    nodes: int
    weight: Floats
    level: float
    title: str

    def terms(self) -> dict[str, Slopes]:
        """The random factors by name, with their slopes."""
        if unknown := sorted(self.slopes.keys() - self.groups.keys()):
            raise WrongValueError(
                f"{unknown[0]!r} has slopes but is no random factor: "
                f"the factors are {', '.join(self.groups)}."
            )
        found = {}
        for name, levels in self.groups.items():
            codes, size = dense_codes(levels)
            columns = self.slopes.get(name, {})
            found[name] = Slopes.of(name, codes, size, columns, correlated=self.correlated)
        return found

    def likelihood(self, design: Floats, terms: Mapping[str, Slopes]) -> LaplaceLikelihood:
        """The likelihood of the answers with this design."""
        answers = Answers(
            category=self.category,
            n_categories=self.n_categories,
            design=design,
            random=RandomEffects.of([slopes.term for slopes in terms.values()]),
            weight=self.weight,
            link=self.link,
        )
        if self.nodes == 1:
            return LaplaceLikelihood(answers)
        if len(answers.random.sizes) > 1 or self.nodes < 1:
            raise WrongValueError(
                "Quadrature takes one random intercept and at least one node; with several random effects "
                "leave `nodes` at 1 (Laplace's approximation)."
            )
        return QuadratureLikelihood(answers, nodes=self.nodes)

    @property
    def method(self) -> str:
        if self.nodes == 1:
            return f"{self.title}, Laplace"
        return f"{self.title}, adaptive Gauss-Hermite quadrature with {self.nodes} nodes"


@dataclass(frozen=True, eq=False)
class Fitted:
    """A request with the maximum of its likelihood."""

    request: Request
    terms: dict[str, Slopes]
    centred: Centred
    search: Search
    best: Maximum

    @classmethod
    def of(cls, request: Request) -> "Fitted":
        terms = request.terms()
        centred = Centred.of(request.design, request.names, request.weight)
        search = Search(request.likelihood(centred.design, terms))
        return cls(request, terms, centred, search, search.best())

    @cached_property
    def places(self) -> dict[str, slice]:
        """Where the parameters of each random factor are."""
        found, at = {}, self.search.first_spread
        for term in self.search.answers.random.terms:
            found[term.name] = slice(at, at + len(term.entries))
            at += len(term.entries)
        return found

    def model(self) -> MixedModel:
        """The result, on the scale of the covariates as given."""
        j = len(self.request.thresholds)
        estimates, covariance = self._outward()
        labels = [*self.request.thresholds, *self.request.names]
        coefficients = tuple(
            coefficient_of(label, float(estimate), float(covariance[i, i]), self.request.level)
            for i, (label, estimate) in enumerate(zip(labels, estimates, strict=True))
        )
        # the only threshold of two categories is the intercept
        split = 0 if self.request.thresholds == ["(Intercept)"] else j
        random, correlations = random_effects(
            {name: (slopes, self.best.parameters[self.places[name]]) for name, slopes in self.terms.items()}
        )
        return MixedModel(
            thresholds=coefficients[:split],
            fixed=coefficients[split:],
            random=random,
            correlations=correlations,
            log_likelihood=-self.best.value,
            n=round(float(self.request.weight.sum())),
            level=self.request.level,
            method=self.request.method,
            notes=tuple(notes_of(random, correlations)),
            covariance=covariance,
            _tests=self.component_tests,
            _profile=self.profile,
        )

    def component_tests(self) -> tuple[ComponentTest, ...]:
        return component_tests(self.search, self.best, list(self.request.groups))

    def profile(self, name: str, level: float) -> Interval:
        estimates, covariance = self._outward()
        return profile_interval(
            Profiled(
                request=self.request,
                terms=self.terms,
                best=self.best,
                places=self.places,
                estimates=dict(zip([*self.request.thresholds, *self.request.names], estimates, strict=True)),
                errors=np.sqrt(np.diag(covariance)),
            ),
            name,
            level,
        )

    def _outward(self) -> tuple[Floats, Floats]:
        """Thresholds and effects of the design as given, and the covariance of all parameters."""
        first = self.search.first_spread
        matrix = self.centred.outward(len(self.request.thresholds))
        estimates = matrix @ self.best.parameters[:first]
        inner = self.search.covariance(self.best)
        order = [
            place
            for name in self.request.groups
            for place in range(self.places[name].start, self.places[name].stop)
        ]
        map_back = np.zeros((first + len(order),) * 2)
        map_back[:first, :first] = matrix
        for row, place in enumerate(order):
            map_back[first + row, place] = np.sign(self.best.parameters[place]) or 1.0
        held = np.isnan(np.diag(inner))
        covariance = map_back @ np.where(np.isnan(inner), 0.0, inner) @ map_back.T
        empty = np.abs(map_back) @ held > 0
        empty |= np.array([False] * first + [self._has_slopes(place) for place in order])
        covariance[empty] = covariance[:, empty] = np.nan
        return estimates, covariance

    def _has_slopes(self, place: int) -> bool:
        return any(p.start <= place < p.stop and p.stop - p.start > 1 for p in self.places.values())


def random_effects(
    terms: Mapping[str, tuple[Slopes, Floats]],
) -> tuple[tuple[RandomIntercept, ...], tuple[RandomCorrelation, ...]]:
    """Deviations and correlations of each factor's effects, from its parameters."""
    effects, correlations = [], []
    for name, (slopes, parameters) in terms.items():
        term, covariance = slopes.term, slopes.covariance(parameters)
        sd = np.sqrt(np.diag(covariance))
        effects += [
            RandomIntercept(
                name=name,
                sd=float(s),
                variance=float(s**2),
                levels=term.size,
                effect=effect,
                at_boundary=bool(s == 0),
            )
            for effect, s in zip(term.effects, sd, strict=True)
        ]
        if term.correlated:
            correlations += _correlations(term, covariance, sd)
    return tuple(effects), tuple(correlations)


def notes_of(random: Sequence[RandomIntercept], correlations: Sequence[RandomCorrelation]) -> list[str]:
    """What lies at the edge of the parameters."""
    several = {r.name for r in random if r.effect != "(Intercept)"}
    zero = [f"{r.name} {r.effect}" if r.name in several else r.name for r in random if r.at_boundary]
    notes = [f"the variance of {', '.join(zero)} is estimated at zero"] if zero else []
    notes += [
        f"the correlation of the random effects of {c.name} is estimated at {c.correlation:+.0f}"
        for c in correlations
        if c.correlation is not None and abs(c.correlation) > 1 - 1e-6
    ]
    return notes


def _correlations(term: Term, covariance: Floats, sd: Floats) -> list[RandomCorrelation]:
    q = len(term.effects)
    return [
        RandomCorrelation(
            name=term.name,
            effects=(term.effects[a], term.effects[b]),
            correlation=float(covariance[a, b] / (sd[a] * sd[b])) if sd[a] * sd[b] > 0 else None,
        )
        for a in range(q)
        for b in range(a + 1, q)
    ]
