"""`staircase` in report.json: how long readers have to see an image."""

from dataclasses import dataclass

from analysis.psychometric import Thresholds
from analysis.result import Result


@dataclass(frozen=True, kw_only=True)
class ExposureStep(Result):
    """Right answers at one exposure, or at those near it."""

    exposure_ms: float
    k: int
    n: int


@dataclass(frozen=True, kw_only=True)
class Staircase(Thresholds):
    """The thresholds of the item that the staircase follows, and right answers by exposure."""

    item: str
    steps: tuple[ExposureStep, ...]
