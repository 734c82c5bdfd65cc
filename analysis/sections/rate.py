"""Ratings: how realistic each source looked, by source, in pairs, and in an ordinal mixed model."""

from fractions import Fraction

import numpy as np
import pandas as pd

from analysis.bundle.grid import as_text, has_values, spread
from analysis.bundle.study import Study
from analysis.crossed import crossed_mean
from analysis.document.common import NotComputed, NoTest
from analysis.document.rate import (
    MaskedRealism,
    OrdinalModel,
    OverSources,
    Ratings,
    ReaderMeans,
    Realism,
    SourceCoefficient,
    SourceRatings,
)
from analysis.mixed.crossed import TooManyLevelsError
from analysis.mixed.fit import fit_ordinal, treatment_design
from analysis.mixed.search import UnfittedError
from analysis.model_limit import MODEL_ANSWERS, too_many
from analysis.ranks.multiplicity import adjusted
from analysis.ranks.several import friedman, kruskal
from analysis.rounding import half_up
from analysis.sections.rate_pairs import compared_pairs
from analysis.sections.rate_rasch import severity
from analysis.sections.rate_units import by_row, of_source, scale_ends, unit_value

MASKED = (
    "The bundle is masked: which ratings are of the same source is not known, so sources are not compared."
)
INSTEAD = "the crossed differences of means in realism.pairs carry readers and cases at any size"


def realism(study: Study, ratings: pd.DataFrame, limit: int = MODEL_ANSWERS) -> Realism | MaskedRealism:
    """Everything about the ratings of one section."""
    if study.masked and not has_values(ratings, "source"):
        return MaskedRealism(reason=MASKED, overall=described(study, ratings))
    sources = [name for name in study.source_names if name in set(ratings["source"].cat.categories)]
    return Realism(
        by_source=tuple(_of_source(study, ratings, source) for source in sources),
        by_reader=_by_reader(ratings, sources),
        pairs=compared_pairs(study, ratings, sources),
        friedman=_friedman(ratings, sources),
        ordinal_model=_ordinal_model(study, ratings, sources, limit),
        severity=severity(study, ratings, sources, limit),
    )


def _of_source(study: Study, ratings: pd.DataFrame, source: str) -> SourceRatings:
    return SourceRatings.extending(described(study, of_source(ratings, source)), source=source)


def described(study: Study, ratings: pd.DataFrame) -> Ratings:
    """Ratings of one source, or of all: mean, deviation, counts of each point."""
    values = ratings["rating"].to_numpy()
    points = list(study.scale.points) if study.scale else sorted(set(values.tolist()))
    total = sum(Fraction(point) * int((values == point).sum()) for point in set(values.tolist()))
    counts = {f"{point:g}": int((values == point).sum()) for point in points}
    table = spread(ratings, "image", values).values
    crossed = crossed_mean(table, level=study.level, bounds=scale_ends(study))
    return Ratings(
        n=len(values),
        mean=float(total / len(values)),
        sd=float(values.std(ddof=1)) if len(values) > 1 else None,
        text=half_up(total / len(values), 3),
        low=crossed.low,
        high=crossed.high,
        crossed=crossed,
        counts=counts,
        floor=counts[f"{points[0]:g}"] / len(values),
        ceiling=counts[f"{points[-1]:g}"] / len(values),
    )


def _by_reader(ratings: pd.DataFrame, sources: list[str]) -> tuple[ReaderMeans, ...]:
    means = spread(ratings, "source", ratings["rating"])
    place = {source: means.cases.index(source) for source in sources}
    return tuple(
        ReaderMeans(
            reader=reader,
            means={name: None if np.isnan(row[at]) else float(row[at]) for name, at in place.items()},
        )
        for reader, row in zip(means.readers, means.values, strict=True)
    )


def _friedman(ratings: pd.DataFrame, sources: list[str]) -> OverSources | NoTest:
    """Over sources, one row a reader."""
    reason = "A test over sources needs two sources and two readers."
    if len(sources) < 2:
        return NoTest(reason=reason)
    sums = [by_row(of_source(ratings, source), "reader") for source in sources]
    even = len({n for side in sums for _, n in side.values()}) == 1
    readers = sorted(set.intersection(*(set(side) for side in sums)))
    table = np.array([[unit_value(side[reader], sums=even) for side in sums] for reader in readers])
    if len(readers) < 2:
        groups = [of_source(ratings, source)["rating"].to_numpy() for source in sources]
        return OverSources.extending(kruskal(groups), unit="answer")
    return OverSources.extending(friedman(table), unit="reader", sources=tuple(sources))


def _ordinal_model(
    study: Study, ratings: pd.DataFrame, sources: list[str], limit: int
) -> OrdinalModel | NotComputed:
    """rating ~ source + (1 | reader) + (1 | trial) + (1 | image), real as the reference."""
    if len(sources) < 2:
        return NotComputed(reason="The ratings are of one source, so there is nothing to compare.")
    if reason := too_many(len(ratings), limit, "ratings", INSTEAD):
        return NotComputed(reason=reason)
    reference = next((source for source in sources if source in study.real_sources), sources[0])
    design, names = treatment_design(as_text(ratings, "source").tolist(), reference)
    groups = {"reader": as_text(ratings, "reader"), "image": as_text(ratings, "image")}
    if ratings["image"].nunique() > ratings["trial"].nunique():
        groups["trial"] = as_text(ratings, "trial")
    try:
        model = fit_ordinal(ratings["rating"].to_numpy(), design, names, groups, level=study.level)
    except (UnfittedError, TooManyLevelsError) as error:
        return NotComputed(reason=str(error))
    held = adjusted([c.p for c in model.fixed])
    return OrdinalModel(
        reference=reference,
        coefficients=tuple(
            SourceCoefficient.extending(c, source=c.name, odds_ratio=float(np.exp(c.estimate)), p_holm=p_holm)
            for c, p_holm in zip(model.fixed, held, strict=True)
        ),
        thresholds=model.thresholds,
        random=model.random,
        components=model.component_tests(),
        log_likelihood=model.log_likelihood,
        n=model.n,
        method=model.method,
        notes=model.notes,
    )
