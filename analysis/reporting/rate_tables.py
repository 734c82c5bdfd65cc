"""The tables of ratings."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from analysis.document.rate import HolmRankSum, HolmSignedRank, OrdinalModel, Pair, Realism
from analysis.mixed.result import Coefficient
from analysis.rasch import Measure, Rasch
from analysis.reporting.columns import EFFECTS, MEASURES, MODEL, PUBLISHED, SOURCES, TESTS, Column
from analysis.reporting.words import deviation, number

Make = Callable[..., Any]
PUBLISHED_NOTE = (
    "Published method: signed-rank on the readers’ {on}, zeros dropped, normal approximation. Beside it "
    "what that hides: zeros, the exact test, and the difference with readers and cases random. The "
    "published test takes these images as the only ones: where images differ (by 0.6 logits, 8 readers, 50 "
    "images of each source) it finds a difference that is not there in 10% of studies, not in 5%."
)
EFFECTS_NOTE = (
    "P: how often the first is rated higher than the second, ties counting half. Shift: Hodges and "
    "Lehmann’s, in points of the scale."
)

SEVERITY_NOTE = (
    "Ratings are higher where the source’s measure is higher and the reader’s severity lower; severities "
    "have a mean of 0. Infit and outfit are 1 where a reader rates as the model expects, more where less "
    "predictably. Images are random (standard deviation {sd}), readers are these readers."
)


@dataclass(frozen=True, kw_only=True)
class PublishedRow:
    """A comparison as published, beside what the published number hides."""

    pair: Pair
    means: str
    published: HolmSignedRank | HolmRankSum
    exact: HolmSignedRank | HolmRankSum
    pratt: HolmSignedRank | HolmRankSum


@dataclass(frozen=True, kw_only=True)
class _Measured:
    """A place on the scale of the Rasch model."""

    facet: str
    measure: Measure


@dataclass(frozen=True, kw_only=True)
class _Test:
    """One rank test of a comparison."""

    pair: Pair
    test: HolmSignedRank | HolmRankSum


def rating_tables(part: Realism, make: Make) -> Iterator[Any]:
    """Sources, comparisons, means by reader, rank tests, effects and the ordinal model."""
    yield make("sources", "realism", "Ratings, by source", SOURCES, part.by_source)
    rows = list(published_rows(part))
    if rows:
        note = PUBLISHED_NOTE.format(on=rows[0].pair.compared)
        yield make("published", "realism", "Comparisons in the published method", PUBLISHED, rows, note=note)
    columns = (Column("reader", "Reader"), *(_mean_of(row.source) for row in part.by_source))
    yield make("means", "realism", "Mean ratings, by reader", columns, part.by_reader)
    tests = [_Test(pair=pair, test=test) for pair in part.pairs for test in pair.tests]
    yield make("tests", "realism", "Rank tests, by method", TESTS, tests, most=18)
    yield make("effects", "realism", "Sizes of the differences", EFFECTS, part.pairs, note=EFFECTS_NOTE)
    if isinstance(part.ordinal_model, OrdinalModel):
        yield _model(part.ordinal_model, make)
    if isinstance(part.severity, Rasch):
        yield _measures(part.severity, make)


def _mean_of(source: str) -> Column:
    return Column(f"mean {source}", source, "number", lambda row: row.means[source])


def published_rows(part: Realism) -> Iterator[PublishedRow]:
    """Each comparison as published, beside what the published number hides."""
    text = {row.source: row.text for row in part.by_source}
    for pair in part.pairs:
        tests = {test.method: test for test in pair.tests}
        if pair.unit == "reader" and "wilcoxon-asymptotic" in tests:
            yield PublishedRow(
                pair=pair,
                means=f"{text[pair.a]} – {text[pair.b]}",
                published=tests["wilcoxon-asymptotic"],
                exact=tests["wilcoxon-exact"],
                pratt=tests["wilcoxon-pratt"],
            )


def _measures(found: Rasch, make: Make) -> Any:
    facets = {
        "source": found.sources,
        "difference": found.differences,
        "severity": found.readers,
        "step": found.steps,
    }
    rows = [_Measured(facet=facet, measure=each) for facet, all_of in facets.items() for each in all_of]
    deviation = "0 (estimated at the boundary)" if found.at_boundary else number(found.image_sd, 2)
    note = SEVERITY_NOTE.format(sd=deviation)
    return make("severity", "realism", "Many-facet Rasch model", MEASURES, rows, note=note)


def _threshold(found: Coefficient) -> Coefficient:
    """A threshold by a plain name; whether it is zero is no question, so it has no p."""
    below, above = found.name.split("|")
    return found.with_(name=f"threshold, {below} to {above}", z=None, p=None)


def _model(model: OrdinalModel, make: Make) -> Any:
    rows = [*model.coefficients, *(_threshold(t) for t in model.thresholds)]
    against_zero = {test.name: test for test in model.components}
    deviations = ", ".join(deviation(r, against_zero[r.name]) for r in model.random)
    note = f"Log odds of a higher rating against {model.reference}. Standard deviations: {deviations}."
    return make("model", "realism", "Ordinal mixed model", MODEL, rows, note=note)
