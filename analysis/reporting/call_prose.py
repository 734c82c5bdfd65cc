"""Sentences on calls: real or synthetic."""

from collections.abc import Iterator, Sequence

from analysis.document import Document
from analysis.document.call import (
    AnyDesign,
    Balanced,
    ConfidenceCalibration,
    DetectionDifference,
    Discrimination,
    Guessing,
    MaskedDiscrimination,
    NoRoc,
    Roc,
    SameCases,
)
from analysis.document.common import NotComputed
from analysis.reporting.call_models import model_sentences
from analysis.reporting.columns import printed_ends
from analysis.reporting.readers import readers_word, starting
from analysis.reporting.verdicts import against_chance, equivalence
from analysis.reporting.words import (
    ALPHA,
    because,
    carried,
    interval,
    levelled,
    listed,
    number,
    p_phrase,
    percent,
    points,
    rated_by_all,
    scope,
)


def discrimination(document: Document, part: Discrimination | MaskedDiscrimination) -> Iterator[str]:
    """Accuracy, balanced accuracy, areas, detection by source, confidence, differences."""
    if isinstance(part, MaskedDiscrimination):
        called = part.called_synthetic
        ends = interval(called.crossed.low, called.crossed.high, as_percent=True)
        yield (
            f"{part.reason} {percent(called.rate)} of images were called synthetic "
            f"({called.k:,}/{called.n:,}; {ends})."
        )
        return
    pooled = part.pooled
    crossed = pooled.crossed
    yield (
        f"{starting(readers_word(document))} called {percent(pooled.rate)} of images correctly "
        f"({pooled.k:,}/{pooled.n:,}; {carried(document, crossed, 'images', as_percent=True)}). "
        f"{_balanced(part.balanced)}"
    )
    if crossed.low is None:
        exact = pooled.exact
        yield (
            f"Were all {pooled.n:,} answers independent, which they are not, the exact interval would be "
            f"{interval(exact.low, exact.high, as_percent=True)}."
        )
    if isinstance(part.balanced, Balanced) and isinstance(part.equivalence, Guessing):
        yield from _guessing(part.equivalence)
        shown = [
            f"{percent(found.estimate)} of {what} ({interval(found.low, found.high, as_percent=True)})"
            for found, what in (
                (part.balanced.sensitivity, "synthetic images"),
                (part.balanced.specificity, "real images"),
            )
        ]
        yield f"They were right on {listed(shown)}."
    yield from _area(document, part.roc)
    shares = [
        f"{row.source} {percent(row.rate)} ({row.detected}/{row.n}; "
        f"{interval(row.low, row.high, as_percent=True)})"
        for row in part.by_source
    ]
    yield f"Called synthetic, by source: {listed(shares)}."
    yield from _confidence(document, part.confidence)
    yield from model_sentences(document, part)
    yield from _differences(part.differences)
    if isinstance(part.same_cases, SameCases):
        yield from _same_cases(part.same_cases)


def _area(document: Document, roc: Roc | NoRoc) -> Iterator[str]:
    """The readers' mean area, and the one over all answers where some are missing."""
    any_design = roc.any_design if isinstance(roc.any_design, AnyDesign) else None
    if isinstance(roc, Roc) and roc.mean.estimate is not None:
        yield (
            f"The {readers_word(document)}’ mean area under the ROC curve was {number(roc.mean.estimate)} "
            f"({levelled(document, interval(roc.mean.low, roc.mean.high))}; {roc.inference})"
            f"{rated_by_all(roc)}."
        )
    elif isinstance(roc, NoRoc) and any_design is None:
        yield f"There is no mean area under the ROC curve: {because(roc.reason)}."
    if any_design is not None:
        yield _any_design(document, any_design)


def _any_design(document: Document, found: AnyDesign) -> str:
    """The area over all answers of an incomplete design."""
    ends = interval(found.low, found.high)
    return (
        f"Over all {found.n_answers:,} answers, whoever read which of the {found.n_cases:,} images, "
        f"the mean area was {number(found.estimate)} ({levelled(document, ends)}; readers and "
        "images random, U-statistic as in iMRMC)."
    )


def _guessing(found: Guessing) -> Iterator[str]:
    """Equivalence with guessing, all together and of each generator."""
    yield equivalence(found.balanced, " with guessing", points=True)
    rows = found.by_generator
    if len(rows) < 2 or found.balanced.margin is None:
        return
    shown = [row.source for row in rows if row.p_holm is not None and row.p_holm < ALPHA]
    margin = f"±{points(found.balanced.margin)} percentage points"
    if shown:
        yield f"Taken alone, with real images, it was shown within {margin} for {listed(shown)} (Holm)."
    else:
        least = p_phrase(min((row.p_holm for row in rows if row.p_holm is not None), default=None))
        yield (
            f"Taken alone, with real images, it was shown within {margin} for no generator "
            f"(smallest Holm {least})."
        )


def _confidence(document: Document, sure: ConfidenceCalibration | NotComputed) -> Iterator[str]:
    if isinstance(sure, ConfidenceCalibration):
        ends = printed_ends("points", sure.gap.low, sure.gap.high)
        over = f" {scope(sure.gap, 'images')}" if sure.gap.low is not None else ""
        yield (
            f"With the {sure.points} points of confidence spread evenly from chance to certainty, "
            "they stated "
            f"{percent(sure.mean_stated)} on average where {percent(sure.accuracy)} were right, a difference "
            f"of {points(sure.overconfidence)} percentage points ({levelled(document, ends)}{over}). The "
            f"Brier score was {number(sure.brier)} ({interval(sure.score.low, sure.score.high)})."
        )


def _differences(differences: Sequence[DetectionDifference]) -> Iterator[str]:
    different = [row for row in differences if row.p_holm is not None and row.p_holm < ALPHA]
    if different:
        pairs = [
            f"{row.a} and {row.b} by {points(row.difference)} points (Holm {p_phrase(row.p_holm)})"
            for row in different
        ]
        yield f"Detection differed between {listed(pairs)}."
    elif differences and all(row.p is None for row in differences):
        yield "Differences in detection between generators cannot be tested: the answers do not vary."
    elif differences:
        least = min((row.p_holm for row in differences if row.p_holm is not None), default=None)
        yield (
            "No difference in detection between generators was shown after Holm’s correction "
            f"({'smallest ' if len(differences) > 1 else ''}{p_phrase(least)})."
        )


def _balanced(found: Balanced | NotComputed) -> str:
    if isinstance(found, NotComputed):
        return found.reason
    crossed = found.crossed
    return (
        f"Real and synthetic images counted alike, this is {percent(found.rate)} "
        f"({interval(crossed.low, crossed.high, as_percent=True)}), where guessing gives 50.0%. "
        f"{against_chance(found)}"
    )


def _same_cases(same: SameCases) -> Iterator[str]:
    """What the tests of matched cases say, which take these readers as they are."""
    found = same.majority
    q, pairs = found.cochran_q, found.mcnemar
    opening = f"The same {same.n_cases} cases went through {listed(same.generators)}. "
    if q.p is None:
        yield opening + "By majority, these readers detected every case alike from each generator."
        return
    shown = [f"{row.a} against {row.b} {p_phrase(row.p_holm)}" for row in pairs]
    result = "differed" if q.p < ALPHA else "was not shown to differ"
    yield (
        f"{opening}By majority of these readers detection {result} between generators (Cochran’s Q = "
        f"{number(q.statistic, 2)}, df = {q.df:g}, {p_phrase(q.p)}; McNemar’s exact test, Holm: "
        f"{listed(shown)}). These tests speak of these readers; the differences carry readers and cases."
    )
