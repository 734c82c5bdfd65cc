"""Covariates on a scale of their own: centred and orthonormal for the search, and back for the result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular

from analysis.arrays import Floats, Ints
from analysis.mixed.crossed import Term
from analysis.mixed.search import UnfittedError

DEPENDENT = 1e-9


@dataclass(frozen=True)
class Centred:
    """A design whose columns are centred and orthonormal, and the map back to the columns as given.

    Attributes
    ----------
    design
        Answers x effects, for the search.
    middle
        The mean of each column as given.
    back
        Effects of the columns as given from effects of these.
    """

    design: Floats
    middle: Floats
    back: Floats

    @classmethod
    def of(cls, design: Floats, names: Sequence[str], weight: Floats) -> "Centred":
        """Refuse a column that the others determine."""
        if not design.shape[1]:
            return cls(design, np.zeros(0), np.zeros((0, 0)))
        share = weight / weight.sum()
        middle = share @ design
        root = np.sqrt(share)[:, None]
        size = np.sqrt((share[:, None] * design**2).sum(axis=0))
        upper = np.asarray(np.linalg.qr((design - middle) * root, mode="r"), dtype=np.float64)
        for place, name in enumerate(names):
            if abs(upper[place, place]) <= DEPENDENT * max(size[place], 1e-300):
                raise UnfittedError(
                    f"{name!r} is constant or determined by the other effects: leave it out of the design."
                )
        back = solve_triangular(upper, np.eye(len(names)))
        return cls((design - middle) @ back, middle, back)

    def outward(self, n_thresholds: int) -> Floats:
        """The matrix that turns (thresholds, effects) of the search into those of the design as given."""
        p = len(self.middle)
        matrix = np.eye(n_thresholds + p)
        matrix[n_thresholds:, n_thresholds:] = self.back
        matrix[:n_thresholds, n_thresholds:] = self.middle @ self.back
        return matrix


@dataclass(frozen=True)
class Slopes:
    """A term with its covariates standardised, and the map of its effects back to the covariates as given."""

    term: Term
    back: Floats

    @classmethod
    def of(
        cls, name: str, codes: Ints, size: int, columns: Mapping[str, npt.ArrayLike], *, correlated: bool
    ) -> "Slopes":
        """Centre only where intercept and slope may be correlated: else the centre is part of the model."""
        effects = ("(Intercept)", *columns)
        matrix = np.ones((len(codes), len(effects)))
        back = np.eye(len(effects))
        for place, (effect, values) in enumerate(columns.items(), start=1):
            column = np.asarray(values, dtype=np.float64)
            middle, spread = (column.mean() if correlated else 0.0), column.std()
            if not spread > 0:
                raise UnfittedError(f"{effect!r} is the same in all answers, so it can have no slope.")
            matrix[:, place] = (column - middle) / spread
            back[0, place], back[place, place] = -middle / spread, 1 / spread
        return cls(Term(name, codes, size, matrix, effects, correlated), back)

    def covariance(self, parameters: Floats) -> Floats:
        """Covariance of a level's effects, for the covariates as given."""
        factor = self.back @ self.term.cholesky(parameters)
        return np.asarray(factor @ factor.T)
