"""What an MRMC analysis returns."""

from dataclasses import dataclass
from typing import Self

from analysis.result import Result


@dataclass(frozen=True, kw_only=True)
class MrmcEstimate(Result):
    """The mean over readers in one condition; each reader weighs as much as he or she read."""

    condition: str
    estimate: float
    se: float | None
    df: float | None
    low: float | None
    high: float | None
    p: float | None
    n_readers: int
    n_cases: int
    n_answers: int
    level: float
    method: str
    reason: str | None = None

    def cut(self) -> Self:
        """The same with its interval cut off at 0 and 1, beyond which no share and no area lies."""
        if self.low is None or self.high is None:
            return self
        return self.with_(low=max(0.0, self.low), high=min(1.0, self.high))


@dataclass(frozen=True, kw_only=True)
class MrmcDifference(Result):
    """The first condition minus the second."""

    a: str
    b: str
    estimate: float
    se: float | None
    df: float | None
    low: float | None
    high: float | None
    p: float | None
    level: float
    method: str
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class MrmcComponents(Result):
    """Where a variance (a = b), or the covariance of two conditions, comes from.

    Attributes
    ----------
    moments, coefficients
        Second moments of success by what two terms share, and their weights in the (co)variance (BDG).
    components, weights
        Components of readers, cases and their interactions, and their weights (BCK).
    """

    a: str
    b: str
    covariance: float
    moments: tuple[float, ...]
    coefficients: tuple[float, ...]
    components: dict[str, float]
    weights: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class MrmcAnalysis(Result):
    """Estimates by condition, all differences, and the components of every variance and covariance."""

    conditions: tuple[MrmcEstimate, ...]
    differences: tuple[MrmcDifference, ...]
    components: tuple[MrmcComponents, ...]
