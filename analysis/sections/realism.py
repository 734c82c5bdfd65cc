"""Ratings: how realistic each source looked, by source, in pairs, and in an ordinal mixed model."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from analysis.bundle import Study
from analysis.crossed import CrossedMean, crossed_difference, crossed_equivalence, crossed_mean
from analysis.errors import NothingToAnalyseError, TooLargeError
from analysis.mixed import TooManyLevelsError, UnfittedError, fit_ordinal, treatment_design
from analysis.model_limit import MODEL_ANSWERS, too_many
from analysis.ranks import (
    adjusted,
    friedman,
    hodges_lehmann,
    hodges_lehmann_two_sample,
    kruskal,
    rank_sum,
    signed_rank,
    superiority_clustered,
    superiority_crossed,
)
from analysis.ranks.location import Shift
from analysis.ranks.signed import SignedRank
from analysis.rounding import half_up
from analysis.sections.grid import Floats, as_text, has_values, spread
from analysis.sections.whole import whole

PAIRED_METHODS = ("wilcoxon-asymptotic", "wilcoxon-exact", "wilcoxon-pratt")
NO_MARGIN = "The study fixed no margin for realism, so equivalence is not decided; read the smallest margin."
MASKED = (
    "The bundle is masked: which ratings are of the same source is not known, so sources are not compared."
)
INSTEAD = "the crossed differences of means in realism.pairs carry readers and cases at any size"


def realism(study: Study, ratings: pd.DataFrame, limit: int = MODEL_ANSWERS) -> dict[str, Any]:
    """Everything about the ratings of one section."""
    if study.masked and not has_values(ratings, "source"):
        return {"reason": MASKED, "overall": _described(study, ratings)}
    sources = [name for name in study.source_names if name in set(ratings["source"].cat.categories)]
    return {
        "by_source": [_of_source(study, ratings, source) for source in sources],
        "by_reader": _by_reader(ratings, sources),
        "pairs": _pairs(study, ratings, sources),
        "friedman": _friedman(ratings, sources),
        "ordinal_model": _ordinal_model(study, ratings, sources, limit),
    }


def _of(ratings: pd.DataFrame, source: str) -> pd.DataFrame:
    rows = ratings[(ratings["source"] == source).to_numpy()]
    names = {name: rows[name].cat.remove_unused_categories() for name in ("trial", "image")}
    return rows.assign(**names)


def _of_source(study: Study, ratings: pd.DataFrame, source: str) -> dict[str, Any]:
    return {"source": source} | _described(study, _of(ratings, source))


def _described(study: Study, ratings: pd.DataFrame) -> dict[str, Any]:
    values = ratings["rating"].to_numpy()
    points = list(study.scale.points) if study.scale else sorted(set(values.tolist()))
    total = sum(Fraction(point) * int((values == point).sum()) for point in set(values.tolist()))
    counts = {f"{point:g}": int((values == point).sum()) for point in points}
    table = spread(ratings, "image", values).values
    crossed = crossed_mean(table, level=study.level, bounds=_ends(study))
    return {
        "n": len(values),
        "mean": float(total / len(values)),
        "sd": float(values.std(ddof=1)) if len(values) > 1 else None,
        "text": half_up(total / len(values), 3),
        "low": crossed.low,
        "high": crossed.high,
        "crossed": whole(crossed),
        "counts": counts,
        "floor": counts[f"{points[0]:g}"] / len(values),
        "ceiling": counts[f"{points[-1]:g}"] / len(values),
    }


def _ends(study: Study) -> tuple[float, float] | None:
    """Where the scale begins and ends, beyond which no mean of ratings can lie."""
    return (study.scale.points[0], study.scale.points[-1]) if study.scale else None


def _by_reader(ratings: pd.DataFrame, sources: list[str]) -> list[dict[str, Any]]:
    means = spread(ratings, "source", ratings["rating"])
    place = {name: i for i, name in enumerate(means.cases)}
    return [
        {"reader": reader, "means": {source: whole(float(row[place[source]])) for source in sources}}
        for reader, row in zip(means.readers, means.values, strict=True)
    ]


def _pairs(study: Study, ratings: pd.DataFrame, sources: list[str]) -> list[dict[str, Any]]:
    """Real against each synthetic source; all pairs where the bundle is masked or has no real source."""
    real = [source for source in sources if source in study.real_sources]
    others = [source for source in sources if source not in real]
    compared = [(a, b) for a in real for b in others]
    if not compared:
        compared = [(a, b) for i, a in enumerate(sources) for b in sources[i + 1 :]]
    rows: list[dict[str, Any]] = []
    for unit in ("reader", "trial"):
        family = [_pair(study, ratings, a, b, unit) for a, b in compared]
        for position in range(max((len(pair["tests"]) for pair in family), default=0)):
            tests = [pair["tests"][position] for pair in family if position < len(pair["tests"])]
            for test, p_holm in zip(tests, adjusted([t["p"] for t in tests]), strict=True):
                test["p_holm"] = p_holm
        differences = [pair["difference"] for pair in family if "difference" in pair]
        for found, p_holm in zip(differences, adjusted([d["p"] for d in differences]), strict=True):
            found["p_holm"] = p_holm
        rows += family
    return rows


def _pair(study: Study, ratings: pd.DataFrame, a: str, b: str, unit: str) -> dict[str, Any]:
    first, second = _of(ratings, a), _of(ratings, b)
    one, other = spread(first, "trial", first["rating"]), spread(second, "trial", second["rating"])
    paired = one.cases == other.cases and one.readers == other.readers
    # readers may have been given one arm each
    paired = paired and bool(np.isfinite(one.values - other.values).any())
    pair: dict[str, Any] = {"a": a, "b": b, "unit": unit, "paired": paired or unit == "reader"}
    if unit == "reader":
        x, y = _by_row(first, "reader"), _by_row(second, "reader")
        pair |= _signed(study, x, y, sorted(set(x) & set(y)))
        pair |= _difference(study, one.values, other.values, paired=paired)
    elif paired:
        pair |= _signed(study, _by_row(first, "trial"), _by_row(second, "trial"), one.cases)
        superior = superiority_crossed(one.values, other.values, level=study.level)
        pair["superiority"] = whole(superior)
    else:
        pair |= _unpaired(study, first, second)
    return pair


def _unpaired(study: Study, first: pd.DataFrame, second: pd.DataFrame) -> dict[str, Any]:
    """Two arms of single images: their mean ratings ranked, and answers compared with readers as clusters."""
    x, y = ([total / n for total, n in _by_row(rows, "image").values()] for rows in (first, second))
    test = rank_sum(x, y)
    superior = superiority_clustered(
        first["rating"],
        second["rating"],
        as_text(first, "reader"),
        as_text(second, "reader"),
        level=study.level,
    )
    return {
        "tests": [whole(test)],
        "effect": {
            "rank_biserial": test.rank_biserial,
            "hodges_lehmann": _shift(hodges_lehmann_two_sample, x, y, study.level),
        },
        "superiority": whole(superior),
    }


def _by_row(rows: pd.DataFrame, unit: str) -> dict[str, tuple[float, int]]:
    """Sum and count of the ratings of each reader, trial or image."""
    codes = rows[unit].cat.codes.to_numpy()
    names = rows[unit].cat.categories
    sums = np.bincount(codes, rows["rating"].to_numpy(), len(names))
    counts = np.bincount(codes, minlength=len(names))
    return {str(name): (float(s), int(n)) for name, s, n in zip(names, sums, counts, strict=True) if n}


def _unit(value: tuple[float, int], *, sums: bool) -> float:
    """Sums where every unit has as many ratings, since rounded means would break ties; else means."""
    return value[0] if sums else value[0] / value[1]


Sums = Mapping[str, tuple[float, int]]


def _signed(study: Study, first: Sums, second: Sums, units: Sequence[str]) -> dict[str, Any]:
    """Signed-rank tests over the units that both arms have; Hodges and Lehmann's shift is in points."""
    counts = {n for side in (first, second) for _, n in side.values()}
    sums = len(counts) == 1
    x, y = ([_unit(side[unit], sums=sums) for unit in units] for side in (first, second))
    found = {method: _signed_rank(x, y, method) for method in PAIRED_METHODS}
    delta = np.array(x) - np.array(y)
    shift = _shift(hodges_lehmann, x, y, study.level)
    size = counts.pop() if sums else 1
    ends = ("estimate", "low", "high")
    return {
        "tests": [whole(test) for test in found.values()],
        "compared": "sums" if sums else "means",
        "n_units": len(x),
        "higher": int((delta > 0).sum()),
        "equal": int((delta == 0).sum()),
        "lower": int((delta < 0).sum()),
        "effect": {
            "rank_biserial": found["wilcoxon-asymptotic"].rank_biserial,
            "hodges_lehmann": shift
            | {end: None if shift[end] is None else shift[end] / size for end in ends},
            "hodges_lehmann_of_units": shift,
        },
    }


def _signed_rank(x: list[float], y: list[float], method: str) -> SignedRank:
    """The test, or why there is none: no unit in both arms, or too many for the exact form."""
    try:
        return signed_rank(x, y, method=method)
    except (TooLargeError, NothingToAnalyseError) as error:
        return SignedRank(statistic=None, p=None, method=method, n=len(x), reason=str(error))


def _shift(estimator: Callable[..., Shift], x: list[float], y: list[float], level: float) -> dict[str, Any]:
    try:
        found = estimator(x, y, level=level)
        if found.level_reached is not None and found.level_reached < level:
            # an interval below its level is none; what it would reach stays readable
            found = found.with_(low=None, high=None, reason=f"{len(x)} values cannot reach the level")
        return dict(whole(found))
    except (TooLargeError, NothingToAnalyseError) as error:
        return {"estimate": None, "low": None, "high": None, "reason": str(error)}


def _difference(study: Study, one: Floats, other: Floats, *, paired: bool) -> dict[str, Any]:
    """Difference of means with readers and cases random, and its equivalence."""
    ends = _ends(study)
    bounds = (ends[0] - ends[1], ends[1] - ends[0]) if ends else None
    if paired:
        difference: CrossedMean = crossed_mean(one - other, null=0.0, level=study.level, bounds=bounds)
    else:
        difference = crossed_difference(one, other, level=study.level, bounds=bounds)
    margin = study.realism_margin
    equivalence = whole(crossed_equivalence(difference, 0.0, margin or 1.0))
    if margin is None:
        equivalence |= {"margin": None, "p": None, "p_low": None, "p_high": None, "within": None}
        equivalence["reason"] = equivalence["reason"] or NO_MARGIN
    return {"difference": whole(difference), "equivalence": equivalence}


def _friedman(ratings: pd.DataFrame, sources: list[str]) -> dict[str, Any]:
    """Over sources, one row a reader."""
    reason = "A test over sources needs two sources and two readers."
    if len(sources) < 2:
        return {"statistic": None, "p": None, "reason": reason}
    sums = [_by_row(_of(ratings, source), "reader") for source in sources]
    even = len({n for side in sums for _, n in side.values()}) == 1
    readers = sorted(set.intersection(*(set(side) for side in sums)))
    table = np.array([[_unit(side[reader], sums=even) for side in sums] for reader in readers])
    if len(readers) < 2:
        groups = [_of(ratings, source)["rating"].to_numpy() for source in sources]
        return dict(whole(kruskal(groups))) | {"unit": "answer"}
    return dict(whole(friedman(table))) | {"unit": "reader", "sources": sources}


def _ordinal_model(study: Study, ratings: pd.DataFrame, sources: list[str], limit: int) -> dict[str, Any]:
    """rating ~ source + (1 | reader) + (1 | trial) + (1 | image), real as the reference."""
    if len(sources) < 2:
        return {"reason": "The ratings are of one source, so there is nothing to compare."}
    if reason := too_many(len(ratings), limit, "ratings", INSTEAD):
        return {"reason": reason}
    reference = next((source for source in sources if source in study.real_sources), sources[0])
    design, names = treatment_design(as_text(ratings, "source").tolist(), reference)
    groups = {"reader": as_text(ratings, "reader"), "image": as_text(ratings, "image")}
    if ratings["image"].nunique() > ratings["trial"].nunique():
        groups["trial"] = as_text(ratings, "trial")
    try:
        model = fit_ordinal(ratings["rating"].to_numpy(), design, names, groups, level=study.level)
    except (UnfittedError, TooManyLevelsError) as error:
        return {"reason": str(error)}
    coefficients = [whole(c) | {"source": c.name} for c in model.fixed]
    for row, p_holm in zip(coefficients, adjusted([c.p for c in model.fixed]), strict=True):
        row["p_holm"] = p_holm
        row["odds_ratio"] = float(np.exp(row["estimate"]))
    return {
        "reference": reference,
        "coefficients": coefficients,
        "thresholds": whole(model.thresholds),
        "random": whole(model.random),
        "components": whole(model.component_tests()),
        "log_likelihood": model.log_likelihood,
        "n": model.n,
        "method": model.method,
        "notes": list(model.notes),
    }
