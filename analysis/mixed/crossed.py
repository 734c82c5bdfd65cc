"""Crossed random effects: the Hessian of the penalised likelihood, factored through its largest block.

Every answer has exactly one level of each factor (reader, trial, image), so the block of the factor with
the most levels is diagonal, and only the Schur complement of the others has to be factored densely. A random
slope is one more block whose loading differs between answers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotrs

from analysis.arrays import Floats, Ints
from analysis.errors import AnalysisError

Loading = float | Floats

MAX_BORDER_CELLS = 25_000_000


class TooManyLevelsError(AnalysisError):
    """The random effects have too many levels for a mixed model; use gee, or fit a part of the answers."""


@dataclass(frozen=True, eq=False)
class Term:
    """The random effects of one factor: an intercept for each level, and slopes where `columns` says so.

    Attributes
    ----------
    codes
        The level of each answer.
    columns
        Answers x effects: ones for the intercept, then the covariates that have a slope.
    correlated
        Whether the effects of a level are correlated with each other.
    """

    name: str
    codes: Ints
    size: int
    columns: Floats
    effects: tuple[str, ...]
    correlated: bool = True

    @property
    def entries(self) -> list[tuple[int, int]]:
        """Row and column in the Cholesky factor of each parameter."""
        q = len(self.effects)
        if not self.correlated:
            return [(d, d) for d in range(q)]
        return [(c, d) for d in range(q) for c in range(d, q)]

    def cholesky(self, parameters: Floats) -> Floats:
        """The factor of the covariance of a level's effects."""
        factor = np.zeros((len(self.effects),) * 2)
        for (c, d), value in zip(self.entries, parameters, strict=True):
            factor[c, d] = value
        return factor

    def loadings(self, parameters: Floats) -> list[Loading]:
        """How much a standard normal variable of each block adds to each answer."""
        if len(self.effects) == 1:
            return [float(parameters[0])]
        return list((self.columns @ self.cholesky(parameters)).T)


@dataclass(frozen=True, eq=False)
class RandomEffects:
    """The random terms of a model, the one with the most levels first; each effect of a term is a block.

    Attributes
    ----------
    codes, sizes
        For each block, the level of each answer and the number of levels.
    """

    terms: tuple[Term, ...]
    codes: tuple[Ints, ...]
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, terms: Sequence[Term]) -> "RandomEffects":
        """Check that the dense border fits into memory."""
        ordered = sorted(terms, key=lambda term: -term.size)
        blocks = [term for term in ordered for _ in term.effects]
        sizes = tuple(term.size for term in blocks)
        rest = sum(sizes[1:])
        if sizes[0] * max(rest, 1) > MAX_BORDER_CELLS or rest**2 > MAX_BORDER_CELLS:
            raise TooManyLevelsError
        return cls(tuple(ordered), tuple(term.codes for term in blocks), sizes)

    @property
    def n_levels(self) -> int:
        return sum(self.sizes)

    @cached_property
    def pairs(self) -> dict[tuple[int, int], Ints]:
        """For each two blocks, the pair of levels of each answer as one code."""
        blocks = range(len(self.sizes))
        return {(k, m): self.codes[k] * self.sizes[m] + self.codes[m] for m in blocks for k in range(m)}

    def parts(self, parameters: Floats) -> Iterator[tuple[Term, Floats]]:
        """Each term with its parameters."""
        at = 0
        for term in self.terms:
            n = len(term.entries)
            yield term, parameters[at : at + n]
            at += n

    def loadings(self, parameters: Floats) -> list[Loading]:
        """The loadings of all blocks."""
        return [loading for term, part in self.parts(parameters) for loading in term.loadings(part)]

    def slots(self) -> Iterator[tuple[int, Floats | None]]:
        """For each parameter its block, and how its loading grows with it (None: by one)."""
        first = 0
        for term in self.terms:
            for c, d in term.entries:
                yield first + d, None if len(term.effects) == 1 else term.columns[:, c]
            first += len(term.effects)

    def split(self, u: Floats) -> list[Floats]:
        """The random effects of each block."""
        parts, at = [], 0
        for size in self.sizes:
            parts.append(u[at : at + size])
            at += size
        return parts

    def spread(self, u: Floats, loadings: Sequence[Loading]) -> Floats:
        """Z u: what the random effects add to each answer."""
        effects = np.zeros(len(self.codes[0]))
        for code, loading, part in zip(self.codes, loadings, self.split(u), strict=True):
            effects += loading * part[code]
        return effects

    def gather(self, values: Floats, loadings: Sequence[Loading]) -> Floats:
        """Z' v: sums of the answers' values over the levels."""
        return np.concatenate(
            [
                np.bincount(code, loading * values, size)
                for code, loading, size in zip(self.codes, loadings, self.sizes, strict=True)
            ]
        )

    def factor(self, weights: Floats, loadings: Sequence[Loading]) -> "Factored":
        """Factor H = I + Z' W Z."""
        first = 1.0 + np.bincount(self.codes[0], weights * loadings[0] ** 2, self.sizes[0])
        rest = sum(self.sizes[1:])
        border = np.empty((self.sizes[0], rest))
        inner = np.empty((rest, rest))
        offsets = np.concatenate([[0], np.cumsum(self.sizes[1:])])
        for k in range(1, len(self.sizes)):
            rows = slice(offsets[k - 1], offsets[k])
            own = weights * loadings[k]
            border[:, rows] = self._cross(0, k, own * loadings[0])
            inner[rows, rows] = np.diag(1.0 + np.bincount(self.codes[k], own * loadings[k], self.sizes[k]))
            for m in range(k + 1, len(self.sizes)):
                columns = slice(offsets[m - 1], offsets[m])
                inner[rows, columns] = self._cross(k, m, own * loadings[m])
                inner[columns, rows] = inner[rows, columns].T
        return Factored.of(self, np.asarray(first, dtype=np.float64), border, inner)

    def _cross(self, k: int, m: int, weights: Floats) -> Floats:
        sums = np.bincount(self.pairs[k, m], weights, self.sizes[k] * self.sizes[m])
        return np.asarray(sums, dtype=np.float64).reshape(self.sizes[k], self.sizes[m])


@dataclass(frozen=True)
class Factored:
    """H = [[diag, border], [border', inner]] with the Cholesky factor of its Schur complement."""

    factors: RandomEffects
    diagonal: Floats
    scaled_border: Floats
    schur: Floats | None
    log_determinant: float

    @classmethod
    def of(cls, factors: RandomEffects, diagonal: Floats, border: Floats, inner: Floats) -> "Factored":
        scaled = border / diagonal[:, None]
        log_determinant = float(np.log(diagonal).sum())
        schur = None
        if len(inner):
            schur = dpotrf(inner - border.T @ scaled, lower=1)[0]
            log_determinant += 2.0 * float(np.log(np.diag(schur)).sum())
        return cls(factors, diagonal, scaled, schur, log_determinant)

    def solve(self, right: Floats) -> Floats:
        """H⁻¹ r."""
        n_first = len(self.diagonal)
        if self.schur is None:
            return right / self.diagonal
        first, rest = right[:n_first], right[n_first:]
        lower = dpotrs(self.schur, rest - self.scaled_border.T @ first, lower=1)[0]
        return np.concatenate([first / self.diagonal - self.scaled_border @ lower, lower])

    def leverages(self, loadings: Sequence[Loading]) -> tuple[Floats, list[Floats]]:
        """For each answer z' H⁻¹ z, and for each block k its part e_k' H⁻¹ z."""
        codes, n_factors = self.factors.codes, len(self.factors.sizes)
        if self.schur is None:
            part = loadings[0] / self.diagonal[codes[0]]
            return loadings[0] * part, [part]
        inverse = dpotrs(self.schur, np.eye(len(self.schur)), lower=1)[0]
        mixed = self.scaled_border @ inverse
        first = 1.0 / self.diagonal + np.einsum("ij,ij->i", mixed, self.scaled_border)
        offsets = np.concatenate([[0], np.cumsum(self.factors.sizes[1:])])
        inner = [codes[k] + offsets[k - 1] for k in range(1, n_factors)]
        parts = [loadings[0] * first[codes[0]]] + [np.zeros(len(codes[0])) for _ in inner]
        for k in range(1, n_factors):
            across = -mixed[codes[0], inner[k - 1]]
            parts[0] += loadings[k] * across
            parts[k] += loadings[0] * across
            for m in range(1, n_factors):
                parts[k] += loadings[m] * inverse[inner[k - 1], inner[m - 1]]
        total = np.zeros(len(codes[0]))
        for loading, part in zip(loadings, parts, strict=True):
            total += loading * part
        return total, parts
