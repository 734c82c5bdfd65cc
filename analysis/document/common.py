"""Results that several tasks share."""

from dataclasses import dataclass

from analysis.crossed import CrossedMean
from analysis.document.json import left_out
from analysis.result import Result


@dataclass(frozen=True, kw_only=True)
class NotComputed(Result):
    """Takes the place of a result that was not computed, with the reason."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class NoInterval(Result):
    """Takes the place of an interval without an estimate."""

    reason: str
    estimate: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True)
class NoTest(Result):
    """Takes the place of a test that was not computed."""

    reason: str
    statistic: float | None = None
    p: float | None = None


@dataclass(frozen=True, kw_only=True)
class CountTest(Result):
    """A chi-squared test of counts, which assumes independent answers."""

    statistic: float | None
    df: int | None
    p: float | None
    method: str | None = left_out()
    reason: str | None = left_out()


@dataclass(frozen=True, kw_only=True)
class HolmMean(CrossedMean):
    """A mean or difference with its p-value after Holm's correction."""

    p_holm: float | None = None
