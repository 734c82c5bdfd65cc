"""Ratings of two sources compared: rank tests, sizes of the difference, and equivalence."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol, Self, TypeVar

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.bundle.grid import Grid, as_text, spread
from analysis.bundle.study import Study
from analysis.crossed import CrossedMean, crossed_difference, crossed_equivalence, crossed_mean
from analysis.document.common import HolmMean, NoInterval
from analysis.document.rate import Effect, HolmRankSum, HolmSignedRank, Pair, ReaderPair
from analysis.errors import NothingToAnalyseError, TooLargeError
from analysis.ranks.location import Shift, hodges_lehmann, hodges_lehmann_two_sample
from analysis.ranks.multiplicity import adjusted
from analysis.ranks.rank_sum import rank_sum
from analysis.ranks.signed import SignedRank, signed_rank
from analysis.ranks.superiority import superiority_clustered, superiority_crossed
from analysis.sections.margins import undecided
from analysis.sections.rate_units import Sums, by_row, of_source, scale_ends, unit_value

PAIRED_METHODS = ("wilcoxon-asymptotic", "wilcoxon-exact", "wilcoxon-pratt")
NO_MARGIN = "The study fixed no margin for realism, so equivalence is not decided; read the smallest margin."


def compared_pairs(study: Study, ratings: pd.DataFrame, sources: list[str]) -> tuple[Pair, ...]:
    """Real against each synthetic source; all pairs where the bundle is masked or has no real source."""
    real = [source for source in sources if source in study.real_sources]
    others = [source for source in sources if source not in real]
    compared = [(a, b) for a in real for b in others]
    if not compared:
        compared = [(a, b) for i, a in enumerate(sources) for b in sources[i + 1 :]]
    readers = [_pair_of_readers(study, ratings, a, b) for a, b in compared]
    trials = [_pair_of_trials(study, ratings, a, b) for a, b in compared]
    differences = _corrected([pair.difference for pair in readers])
    corrected = [p.with_(difference=d) for p, d in zip(_holm(readers), differences, strict=True)]
    return (*corrected, *_holm(trials))


RankTest = HolmSignedRank | HolmRankSum


class _Tested(Protocol):
    @property
    def p(self) -> float | None: ...

    def with_(self, **changes: Any) -> Self: ...


Corrected = TypeVar("Corrected", bound=_Tested)


def _holm(family: Sequence[Pair]) -> Sequence[Pair]:
    """Correct over the comparisons of one unit: each test with those of its place."""
    places = range(max((len(pair.tests) for pair in family), default=0))
    by_place = [_corrected([_test_at(pair, place) for pair in family]) for place in places]
    return [
        pair.with_(tests=tuple(tests[at] for tests in by_place[: len(pair.tests)]))
        for at, pair in enumerate(family)
    ]


def _test_at(pair: Pair, place: int) -> RankTest | None:
    return pair.tests[place] if place < len(pair.tests) else None


def _corrected(found: Sequence[Corrected | None]) -> list[Corrected | None]:
    p_holm = iter(adjusted([each.p for each in found if each is not None]))
    return [None if each is None else each.with_(p_holm=next(p_holm)) for each in found]


def _trials(study: Study, first: pd.DataFrame, second: pd.DataFrame) -> tuple[Grid, Grid, bool]:
    """The ratings of two sources over the trials, and whether trial and reader are common to both."""
    one, other = spread(first, "trial", first["rating"]), spread(second, "trial", second["rating"])
    paired = one.cases == other.cases and one.readers == other.readers
    # readers may have been given one arm each
    return one, other, paired and bool(np.isfinite(one.values - other.values).any())


def _pair_of_readers(study: Study, ratings: pd.DataFrame, a: str, b: str) -> ReaderPair:
    first, second = of_source(ratings, a), of_source(ratings, b)
    one, other, paired = _trials(study, first, second)
    x, y = by_row(first, "reader"), by_row(second, "reader")
    bare = _signed(study, (a, b), "reader", (x, y), sorted(set(x) & set(y)))
    difference = _difference(study, one.values, other.values, paired=paired)
    equivalence = crossed_equivalence(difference, 0.0, study.realism_margin or 1.0)
    if study.realism_margin is None:
        equivalence = undecided(equivalence, NO_MARGIN)
    return ReaderPair.extending(bare, difference=HolmMean.extending(difference), equivalence=equivalence)


def _pair_of_trials(study: Study, ratings: pd.DataFrame, a: str, b: str) -> Pair:
    first, second = of_source(ratings, a), of_source(ratings, b)
    one, other, paired = _trials(study, first, second)
    if not paired:
        return _unpaired(study, (a, b), first, second)
    bare = _signed(study, (a, b), "trial", (by_row(first, "trial"), by_row(second, "trial")), one.cases)
    return bare.with_(superiority=superiority_crossed(one.values, other.values, level=study.level))


def _unpaired(study: Study, names: tuple[str, str], first: pd.DataFrame, second: pd.DataFrame) -> Pair:
    """Two arms of single images: their mean ratings ranked, and answers compared with readers as clusters."""
    x, y = ([total / n for total, n in by_row(rows, "image").values()] for rows in (first, second))
    test = rank_sum(x, y)
    superior = superiority_clustered(
        first["rating"],
        second["rating"],
        as_text(first, "reader"),
        as_text(second, "reader"),
        level=study.level,
    )
    return Pair(
        a=names[0],
        b=names[1],
        unit="trial",
        paired=False,
        tests=(HolmRankSum.extending(test),),
        effect=Effect(
            rank_biserial=test.rank_biserial,
            hodges_lehmann=_shift(hodges_lehmann_two_sample, x, y, study.level),
        ),
        superiority=superior,
    )


def _signed(
    study: Study,
    names: tuple[str, str],
    unit: Literal["reader", "trial"],
    sides: tuple[Sums, Sums],
    units: Sequence[str],
) -> Pair:
    """Signed-rank tests over the units that both arms have; Hodges and Lehmann's shift is in points."""
    counts = {n for side in sides for _, n in side.values()}
    sums = len(counts) == 1
    x, y = ([unit_value(side[name], sums=sums) for name in units] for side in sides)
    found = {method: _signed_rank(x, y, method) for method in PAIRED_METHODS}
    delta = np.array(x) - np.array(y)
    shift = _shift(hodges_lehmann, x, y, study.level)
    return Pair(
        a=names[0],
        b=names[1],
        unit=unit,
        paired=True,
        tests=tuple(HolmSignedRank.extending(test) for test in found.values()),
        compared="sums" if sums else "means",
        n_units=len(x),
        higher=int((delta > 0).sum()),
        equal=int((delta == 0).sum()),
        lower=int((delta < 0).sum()),
        effect=Effect(
            rank_biserial=found["wilcoxon-asymptotic"].rank_biserial,
            hodges_lehmann=_divided(shift, counts.pop() if sums else 1),
            hodges_lehmann_of_units=shift,
        ),
    )


def _divided(shift: Shift | NoInterval, size: int) -> Shift | NoInterval:
    ends = {end: getattr(shift, end) for end in ("estimate", "low", "high")}
    return shift.with_(**{end: None if value is None else value / size for end, value in ends.items()})


def _signed_rank(x: list[float], y: list[float], method: str) -> SignedRank:
    """The test, or why there is none: no unit in both arms, or too many for the exact form."""
    try:
        return signed_rank(x, y, method=method)
    except (TooLargeError, NothingToAnalyseError) as error:
        return SignedRank(statistic=None, p=None, method=method, n=len(x), reason=str(error))


def _shift(
    estimator: Callable[..., Shift], x: list[float], y: list[float], level: float
) -> Shift | NoInterval:
    try:
        found = estimator(x, y, level=level)
    except (TooLargeError, NothingToAnalyseError) as error:
        return NoInterval(reason=str(error))
    if found.level_reached is not None and found.level_reached < level:
        # an interval below its level is none; what it would reach stays readable
        return found.with_(low=None, high=None, reason=f"{len(x)} values cannot reach the level")
    return found


def _difference(study: Study, one: Floats, other: Floats, *, paired: bool) -> CrossedMean:
    """Difference of means with readers and cases random."""
    ends = scale_ends(study)
    bounds = (ends[0] - ends[1], ends[1] - ends[0]) if ends else None
    if paired:
        return crossed_mean(one - other, null=0.0, level=study.level, bounds=bounds)
    return crossed_difference(one, other, level=study.level, bounds=bounds)
