"""Crossed random intercepts: the Hessian of the penalised likelihood, factored through its largest block.

Every answer has exactly one level of each factor (reader, trial, image), so the block of the factor with
the most levels is diagonal, and only the Schur complement of the others has to be factored densely.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve

from analysis.errors import AnalysisError

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

MAX_BORDER_CELLS = 25_000_000


class TooManyLevelsError(AnalysisError):
    """The random effects have too many levels for a mixed model; use gee, or fit a part of the answers."""


@dataclass(frozen=True)
class CrossedIntercepts:
    """The random factors of a model, the one with the most levels first.

    Attributes
    ----------
    codes
        For each factor, the level of each answer.
    sizes
        The number of levels of each factor.
    """

    codes: tuple[Codes, ...]
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, codes: Sequence[Codes], sizes: Sequence[int]) -> "CrossedIntercepts":
        """Check that the dense border fits into memory."""
        rest = sum(sizes[1:])
        if sizes[0] * max(rest, 1) > MAX_BORDER_CELLS or rest**2 > MAX_BORDER_CELLS:
            raise TooManyLevelsError
        return cls(tuple(codes), tuple(sizes))

    @property
    def n_levels(self) -> int:
        return sum(self.sizes)

    def split(self, u: Floats) -> list[Floats]:
        """The random effects of each factor."""
        return np.split(u, np.cumsum(self.sizes)[:-1])

    def spread(self, u: Floats, sd: Floats) -> Floats:
        """Z u: what the random effects add to each answer."""
        effects = np.zeros(len(self.codes[0]))
        for code, scale, part in zip(self.codes, sd, self.split(u), strict=True):
            effects += (scale * part)[code]
        return effects

    def gather(self, values: Floats, sd: Floats) -> Floats:
        """Z' v: sums of the answers' values over the levels."""
        return np.concatenate(
            [
                scale * np.bincount(code, values, size)
                for code, scale, size in zip(self.codes, sd, self.sizes, strict=True)
            ]
        )

    def factor(self, weights: Floats, sd: Floats) -> "Factored":
        """Factor H = I + Z' W Z."""
        first = 1.0 + sd[0] ** 2 * np.bincount(self.codes[0], weights, self.sizes[0])
        rest = sum(self.sizes[1:])
        border = np.empty((self.sizes[0], rest))
        inner = np.empty((rest, rest))
        offsets = np.concatenate([[0], np.cumsum(self.sizes[1:])])
        for k in range(1, len(self.sizes)):
            rows = slice(offsets[k - 1], offsets[k])
            border[:, rows] = sd[0] * sd[k] * self._cross(0, k, weights)
            inner[rows, rows] = np.diag(1.0 + sd[k] ** 2 * np.bincount(self.codes[k], weights, self.sizes[k]))
            for m in range(k + 1, len(self.sizes)):
                columns = slice(offsets[m - 1], offsets[m])
                inner[rows, columns] = sd[k] * sd[m] * self._cross(k, m, weights)
                inner[columns, rows] = inner[rows, columns].T
        return Factored.of(self, first, border, inner)

    def _cross(self, k: int, m: int, weights: Floats) -> Floats:
        flat = self.codes[k] * self.sizes[m] + self.codes[m]
        sums: Floats = np.bincount(flat, weights, self.sizes[k] * self.sizes[m]).astype(np.float64)
        return sums.reshape(self.sizes[k], self.sizes[m])


@dataclass(frozen=True)
class Factored:
    """H = [[diag, border], [border', inner]] with the Cholesky factor of its Schur complement."""

    factors: CrossedIntercepts
    diagonal: Floats
    scaled_border: Floats
    schur: Floats | None
    log_determinant: float

    @classmethod
    def of(cls, factors: CrossedIntercepts, diagonal: Floats, border: Floats, inner: Floats) -> "Factored":
        scaled = border / diagonal[:, None]
        log_determinant = float(np.log(diagonal).sum())
        schur = None
        if len(inner):
            schur = cho_factor(inner - border.T @ scaled, lower=True, check_finite=False)[0]
            log_determinant += 2.0 * float(np.log(np.diag(schur)).sum())
        return cls(factors, diagonal, scaled, schur, log_determinant)

    def solve(self, right: Floats) -> Floats:
        """H⁻¹ r."""
        n_first = len(self.diagonal)
        if self.schur is None:
            return right / self.diagonal
        first, rest = right[:n_first], right[n_first:]
        lower = cho_solve((self.schur, True), rest - self.scaled_border.T @ first, check_finite=False)
        return np.concatenate([first / self.diagonal - self.scaled_border @ lower, lower])

    def leverages(self, sd: Floats) -> tuple[Floats, list[Floats]]:
        """For each answer z' H⁻¹ z, and for each factor k its part e_k' H⁻¹ z."""
        codes, n_factors = self.factors.codes, len(self.factors.sizes)
        if self.schur is None:
            part = sd[0] / self.diagonal[codes[0]]
            return sd[0] * part, [part]
        inverse = cho_solve((self.schur, True), np.eye(len(self.schur)), check_finite=False)
        mixed = self.scaled_border @ inverse
        first = 1.0 / self.diagonal + np.einsum("ij,ij->i", mixed, self.scaled_border)
        offsets = np.concatenate([[0], np.cumsum(self.factors.sizes[1:])])
        inner = [codes[k] + offsets[k - 1] for k in range(1, n_factors)]
        parts = [sd[0] * first[codes[0]]] + [np.zeros(len(codes[0])) for _ in inner]
        for k in range(1, n_factors):
            across = -mixed[codes[0], inner[k - 1]]
            parts[0] += sd[k] * across
            parts[k] += sd[0] * across
            for m in range(1, n_factors):
                parts[k] += sd[m] * inverse[inner[k - 1], inner[m - 1]]
        total = np.zeros(len(codes[0]))
        for scale, part in zip(sd, parts, strict=True):
            total += scale * part
        return total, parts
