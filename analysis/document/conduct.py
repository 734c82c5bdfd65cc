"""`conduct` in report.json: how a section was run."""

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.agreement.result import Agreement
from analysis.document.common import NotComputed
from analysis.document.json import left_out
from analysis.mixed.result import Coefficient, RandomIntercept
from analysis.result import Result


@dataclass(frozen=True, kw_only=True)
class ReaderAnswers(Result):
    """How many answers a reader gave, and how many are missing."""

    reader: str
    n: int
    missing: int


@dataclass(frozen=True, kw_only=True)
class Completeness(Result):
    """Answers given, of all cases that any reader saw."""

    readers: int
    cases: int
    unit: str
    answers: int
    missing: int
    by_reader: tuple[ReaderAnswers, ...]


@dataclass(frozen=True, kw_only=True)
class ReaderMean(Result):
    """Mean of one number a reader, with its t-interval."""

    estimate: float | None
    low: float | None
    high: float | None
    se: float | None = left_out()
    df: int | None = left_out()
    level: float | None = left_out()
    method: str | None = left_out()
    reason: str | None = left_out()


@dataclass(frozen=True, kw_only=True)
class ReaderPace(Result):
    """A reader's median response time; `fast` counts answers under a second."""

    reader: str
    median_ms: float
    fast: int
    n: int


@dataclass(frozen=True, kw_only=True)
class ResponseTimes(Result):
    """Response times, and their change over the answers of a reader."""

    n: int
    median_ms: float
    quartiles_ms: tuple[float, float]
    under_one_second: int
    by_reader: tuple[ReaderPace, ...]
    log_slope_per_answer: ReaderMean


@dataclass(frozen=True, kw_only=True)
class Orders(Result):
    """Whether readers met the cases in orders of their own."""

    readers: int
    distinct_orders: int


@dataclass(frozen=True, kw_only=True)
class Stage(Result):
    """Correct answers in one fifth of the section, with the Wilson interval of their share."""

    stage: int
    k: int
    n: int
    rate: float
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class Trend(Coefficient):
    """Change of the log odds of a correct answer from the first to the last."""

    method: str
    random: tuple[RandomIntercept, ...]


@dataclass(frozen=True, kw_only=True)
class Learning(Result):
    """Share correct over the course of the section."""

    stages: tuple[Stage, ...]
    trend: Trend | NotComputed


@dataclass(frozen=True, kw_only=True)
class RepeatKappas(Result):
    """Cohen's kappa of first and second answers, quadratic too where the answers are numbers."""

    kappa: Agreement | None = left_out()
    kappa_quadratic: Agreement | None = left_out()


@dataclass(frozen=True, kw_only=True)
class LabelRepeats(RepeatKappas):
    """The repeats of one label."""

    label: str
    n: int


@dataclass(frozen=True, kw_only=True)
class Repeats(RepeatKappas):
    """Agreement of readers with their own first answers; only `n` and `reason` where none was shown."""

    n: int
    reason: str | None = left_out()
    same: int | None = left_out()
    share: float | None = left_out()
    low: float | None = left_out()
    high: float | None = left_out()
    method: str | None = left_out()
    by_label: tuple[LabelRepeats, ...] | None = left_out()


@dataclass(frozen=True, kw_only=True)
class CatchTrials(Result):
    """Obvious fakes that were recognised; only `n` and `reason` where that is not known."""

    n: int
    reason: str | None = left_out()
    k: int | None = left_out()
    share: float | None = left_out()
    low: float | None = left_out()
    high: float | None = left_out()
    method: str | None = left_out()
    failed_by_reader: Mapping[str, int] | None = left_out()


@dataclass(frozen=True, kw_only=True)
class StraightLining(Result):
    """The point that a reader used most."""

    reader: str
    most_used: float
    share: float
    flagged: bool


@dataclass(frozen=True, kw_only=True)
class MatchedValue(Result):
    """How many images of each source had one value of a matched label, of those that count."""

    label: str
    value: str
    images: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Conduct(Result):
    """How the answers of a section came about."""

    completeness: Completeness
    response_times: ResponseTimes | None = left_out()
    order: Orders | None = left_out()
    learning: Learning | None = left_out()
    repeats: Repeats
    catch_trials: CatchTrials
    straight_lining: tuple[StraightLining, ...] | None = left_out()
    balance: tuple[MatchedValue, ...] | None = left_out()
