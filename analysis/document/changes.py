"""`changes` in report.json: the same item in two sections."""

from dataclasses import dataclass

from analysis.crossed import CrossedMean
from analysis.document.json import left_out, named
from analysis.result import Result


@dataclass(frozen=True, kw_only=True)
class Change(Result):
    """The later section minus the earlier one.

    `section` is the earlier one, `from` in report.json. `orders` counts readers who read the later one first,
    and last, where arms differ in this; then each order counts alike, and `period` is half their difference.
    """

    item: str
    ask: str
    what: str
    option: str | None
    section: str = named("from")
    to: str
    before: float
    after: float
    difference: float | None
    se: float | None
    df: float | None
    low: float | None
    high: float | None
    p: float | None
    p_holm: float | None = None
    paired: bool
    inference: str
    n_readers: int | None
    n_cases: int | None
    orders: tuple[int, int] | None = left_out()
    period: CrossedMean | None = left_out()
    reason: str | None = left_out()
