"""`realism` in report.json: the results of ratings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from analysis.crossed import CrossedMean
from analysis.document.common import HolmMean, NoInterval, NotComputed, NoTest
from analysis.document.json import left_out
from analysis.mixed.result import Coefficient, ComponentTest, RandomIntercept
from analysis.ranks.location import Shift
from analysis.ranks.rank_sum import RankSum
from analysis.ranks.several import Several
from analysis.ranks.signed import SignedRank
from analysis.rasch import Rasch
from analysis.result import Equivalence, Interval, Result


@dataclass(frozen=True, kw_only=True)
class Ratings(Result):
    """Ratings described; `text` is the mean to three decimals, halves up."""

    n: int
    mean: float
    sd: float | None
    text: str
    low: float | None
    high: float | None
    crossed: CrossedMean
    counts: Mapping[str, int]
    floor: float
    ceiling: float


@dataclass(frozen=True, kw_only=True)
class SourceRatings(Ratings):
    """The ratings of one source."""

    source: str


@dataclass(frozen=True, kw_only=True)
class MaskedRealism(Result):
    """The results of ratings in a masked bundle."""

    reason: str
    overall: Ratings


@dataclass(frozen=True, kw_only=True)
class ReaderMeans(Result):
    """One reader's mean rating of each source."""

    reader: str
    means: Mapping[str, float | None]


@dataclass(frozen=True, kw_only=True)
class HolmSignedRank(SignedRank):
    """A signed-rank test with its p-value after Holm's correction."""

    p_holm: float | None = None


@dataclass(frozen=True, kw_only=True)
class HolmRankSum(RankSum):
    """A rank-sum test with its p-value after Holm's correction."""

    p_holm: float | None = None


@dataclass(frozen=True, kw_only=True)
class Effect(Result):
    """Sizes of a difference; the shift is in points of the scale."""

    rank_biserial: float | None
    hodges_lehmann: Shift | NoInterval
    hodges_lehmann_of_units: Shift | NoInterval | None = left_out()


@dataclass(frozen=True, kw_only=True)
class Pair(Result):
    """Two sources compared, with readers or trials as the unit of the rank tests."""

    a: str
    b: str
    unit: Literal["reader", "trial"]
    paired: bool
    tests: tuple[HolmSignedRank | HolmRankSum, ...]
    compared: Literal["sums", "means"] | None = left_out()
    n_units: int | None = left_out()
    higher: int | None = left_out()
    equal: int | None = left_out()
    lower: int | None = left_out()
    effect: Effect
    superiority: Interval | None = left_out()


@dataclass(frozen=True, kw_only=True)
class ReaderPair(Pair):
    """Two sources compared over readers and cases, and within the protocol's margin."""

    difference: HolmMean
    equivalence: Equivalence


@dataclass(frozen=True, kw_only=True)
class OverSources(Several):
    """A test over all sources at once."""

    unit: str
    sources: tuple[str, ...] | None = left_out()


@dataclass(frozen=True, kw_only=True)
class SourceCoefficient(Coefficient):
    """Log odds of a higher rating of one source against the reference."""

    source: str
    odds_ratio: float
    p_holm: float | None = None


@dataclass(frozen=True, kw_only=True)
class OrdinalModel(Result):
    """Cumulative-logit mixed model of the ratings."""

    reference: str
    coefficients: tuple[SourceCoefficient, ...]
    thresholds: tuple[Coefficient, ...]
    random: tuple[RandomIntercept, ...]
    components: tuple[ComponentTest, ...]
    log_likelihood: float
    n: int
    method: str
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Realism(Result):
    """Everything about the ratings of a section."""

    by_source: tuple[SourceRatings, ...]
    by_reader: tuple[ReaderMeans, ...]
    pairs: tuple[Pair, ...]
    friedman: OverSources | NoTest
    ordinal_model: OrdinalModel | NotComputed
    severity: Rasch | NotComputed | None = left_out()

    @property
    def reader_pairs(self) -> tuple[ReaderPair, ...]:
        """The comparisons over readers and cases."""
        return tuple(pair for pair in self.pairs if isinstance(pair, ReaderPair))
