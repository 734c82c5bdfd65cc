"""Crossed random effects: the Hessian of the penalised likelihood, factored through its largest block.

Every answer has exactly one level of each factor (reader, trial, image), so the block of the factor with
the most levels is diagonal. Where each of its levels lies in one level of another factor (images in trials),
both together are solved level by level as well. Only the Schur complement of the others has to be factored
densely. A random slope is one more block whose loading differs between answers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotrs
from scipy.sparse import csr_array

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
        made = cls(tuple(ordered), tuple(term.codes for term in blocks), sizes)
        first, rest = (sum(sizes[k] for k in which) for which in (made.outer, made.rest))
        if first * max(rest, 1) > MAX_BORDER_CELLS or rest**2 > MAX_BORDER_CELLS:
            raise TooManyLevelsError
        return made

    @cached_property
    def parents(self) -> tuple[int, Ints] | None:
        """The first block in one level of which each level of block 0 lies, and in which level."""
        for k, codes in enumerate(self.codes[1:], start=1):
            parent = np.zeros(self.sizes[0], dtype=codes.dtype)
            parent[self.codes[0]] = codes
            if (parent[self.codes[0]] == codes).all():
                return k, parent
        return None

    @property
    def outer(self) -> list[int]:
        """The blocks that are solved level by level."""
        return [0, self.parents[0]] if self.parents else [0]

    @property
    def rest(self) -> list[int]:
        """The blocks whose Schur complement is dense."""
        return [k for k in range(len(self.sizes)) if k not in self.outer]

    def places(self, blocks: Sequence[int]) -> Ints:
        """Where the random effects of these blocks stand among all."""
        starts = np.concatenate([[0], np.cumsum(self.sizes)])
        return np.concatenate([np.arange(starts[k], starts[k + 1]) for k in [*blocks]] or [np.arange(0)])

    @property
    def n_levels(self) -> int:
        return sum(self.sizes)

    @cached_property
    def pairs(self) -> dict[tuple[int, int], Ints]:
        """For two blocks, once they are asked for, the pair of levels of each answer as one code."""
        return {}

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
        own = [self._own(k, weights, loadings) for k in range(len(self.sizes))]
        if self.parents is None:
            by_level = ByLevel.of(own[0])
        else:
            k, parent = self.parents
            coupling = np.bincount(self.codes[0], weights * loadings[0] * loadings[k], self.sizes[0])
            by_level = ByLevel.of(own[0], own[k], np.asarray(coupling, dtype=np.float64), parent)
        if not self.rest:
            return Factored.of(self, by_level, np.empty((0, 0)), np.empty((0, 0)))

        def between(k: int, m: int) -> Floats:
            return np.diag(own[k]) if k == m else self._cross(k, m, weights, loadings)

        border, inner = (
            np.block([[between(k, m) for m in self.rest] for k in rows]) for rows in (self.outer, self.rest)
        )
        return Factored.of(self, by_level, border, inner)

    def _own(self, k: int, weights: Floats, loadings: Sequence[Loading]) -> Floats:
        """The diagonal of a block."""
        sums = np.bincount(self.codes[k], weights * loadings[k] ** 2, self.sizes[k])
        return np.asarray(1.0 + sums, dtype=np.float64)

    def _cross(self, k: int, m: int, weights: Floats, loadings: Sequence[Loading]) -> Floats:
        """What two blocks have in common."""
        if k > m:
            return self._cross(m, k, weights, loadings).T
        if (k, m) not in self.pairs:
            self.pairs[k, m] = self.codes[k] * self.sizes[m] + self.codes[m]
        shape = self.sizes[k], self.sizes[m]
        sums = np.bincount(self.pairs[k, m], weights * loadings[k] * loadings[m], shape[0] * shape[1])
        return np.asarray(sums, dtype=np.float64).reshape(shape)


@dataclass(frozen=True)
class ByLevel:
    """The part of H that is solved level by level: a diagonal, or pairs of nested blocks.

    With nested blocks it is [[diag(first), C], [C', diag]], where C has one entry a row, `coupling` in column
    `parent`; `second` is the diagonal of the Schur complement of the first block.
    """

    first: Floats
    second: Floats
    coupling: Floats
    parent: Ints

    @classmethod
    def of(
        cls,
        first: Floats,
        second: Floats | None = None,
        coupling: Floats | None = None,
        parent: Ints | None = None,
    ) -> "ByLevel":
        if second is None or coupling is None or parent is None:
            return cls(first, np.empty(0), np.zeros(0), np.zeros(0, dtype=np.intp))
        taken = np.bincount(parent, coupling**2 / first, len(second))
        return cls(first, second - taken, coupling, parent)

    @cached_property
    def _coupled(self) -> csr_array:
        """C as a table."""
        n = len(self.first)
        return csr_array((self.coupling, self.parent, np.arange(n + 1)), shape=(n, len(self.second)))

    @property
    def log_determinant(self) -> float:
        return float(np.log(self.first).sum() + np.log(self.second).sum())

    def solve(self, right: Floats) -> Floats:
        """A⁻¹ r, of a vector or of the columns of a table."""
        table = right.reshape(len(right), -1)
        upper, lower = table[: len(self.first)] / self.first[:, None], table[len(self.first) :].copy()
        if not len(self.second):
            return upper.reshape(right.shape)
        lower -= self._coupled.T @ upper
        lower /= self.second[:, None]
        upper -= (self._coupled @ lower) / self.first[:, None]
        return np.concatenate([upper, lower]).reshape(right.shape)

    def inverse(self) -> list[list[Floats]]:
        """Entries of A⁻¹ by blocks: of each level with itself, and with its parent."""
        if not len(self.second):
            return [[1 / self.first]]
        pull = self.coupling / self.first
        across = -pull / self.second[self.parent]
        return [[1 / self.first - pull * across, across], [across, 1 / self.second]]


@dataclass(frozen=True)
class Factored:
    """H = [[by level, border], [border', inner]] with the Cholesky factor of its Schur complement."""

    factors: RandomEffects
    by_level: ByLevel
    border: Floats
    scaled_border: Floats
    schur: Floats | None
    log_determinant: float

    @classmethod
    def of(cls, factors: RandomEffects, by_level: ByLevel, border: Floats, inner: Floats) -> "Factored":
        log_determinant = by_level.log_determinant
        scaled, schur = border, None
        if factors.rest:
            scaled = by_level.solve(border)
            schur = dpotrf(inner - border.T @ scaled, lower=1)[0]
            log_determinant += 2.0 * float(np.log(np.diag(schur)).sum())
        return cls(factors, by_level, border, scaled, schur, log_determinant)

    def solve(self, right: Floats) -> Floats:
        """H⁻¹ r."""
        outer, rest = (self.factors.places(which) for which in (self.factors.outer, self.factors.rest))
        found = np.empty_like(right)
        if self.schur is None:
            found[outer] = self.by_level.solve(right[outer])
            return found
        lower = dpotrs(self.schur, right[rest] - self.scaled_border.T @ right[outer], lower=1)[0]
        found[outer] = self.by_level.solve(right[outer]) - self.scaled_border @ lower
        found[rest] = lower
        return found

    def leverages(self, loadings: Sequence[Loading]) -> tuple[Floats, list[Floats]]:
        """For each answer z' H⁻¹ z, and for each block k its part e_k' H⁻¹ z."""
        inverse = self._inverse_at_answers()
        parts = [
            np.asarray(sum(loadings[m] * entries for m, entries in row.items()), dtype=np.float64)
            for row in inverse
        ]
        total = np.asarray(sum(of * part for of, part in zip(loadings, parts, strict=True)), dtype=np.float64)
        return total, parts

    def _inverse_at_answers(self) -> list[dict[int, Floats]]:
        """Entries of H⁻¹ between the levels of each answer, by pairs of blocks."""
        codes, outer, rest = self.factors.codes, self.factors.outer, self.factors.rest
        found: list[dict[int, Floats]] = [{} for _ in codes]
        child = codes[0]
        level_of = [np.arange(len(self.by_level.first)), self.by_level.parent]
        near = self.by_level.inverse()
        if self.schur is None:
            for i, j in enumerate(outer):
                for n, m in enumerate(outer):
                    found[j][m] = near[i][n][codes[j] if i == n else child]
            return found
        inverse = dpotrs(self.schur, np.eye(len(self.schur)), lower=1)[0]
        starts = np.concatenate([[0], np.cumsum([self.factors.sizes[k] for k in rest])])
        columns = {k: codes[k] + at for k, at in zip(rest, starts[:-1], strict=True)}
        ends = np.cumsum([0] + [self.factors.sizes[k] for k in outer])
        borders = [self.scaled_border[ends[i] : ends[i + 1]] for i in range(len(outer))]
        mixed = [border @ inverse for border in borders]
        for i, j in enumerate(outer):
            own = near[i][i] + np.einsum("ij,ij->i", mixed[i], borders[i])
            found[j][j] = own[codes[j]]
            for k in rest:
                found[j][k] = found[k][j] = -mixed[i][codes[j], columns[k]]
        if len(outer) > 1:
            across = near[0][1] + np.einsum("ij,ij->i", mixed[0], borders[1][level_of[1]])
            found[0][outer[1]] = found[outer[1]][0] = across[child]
        for k in rest:
            for m in rest:
                found[k][m] = inverse[columns[k], columns[m]]
        return found
