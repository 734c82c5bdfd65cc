"""Sentences on ratings of realism."""

from collections.abc import Iterator, Sequence

from analysis.document import Document
from analysis.document.rate import MaskedRealism, OrdinalModel, ReaderPair, Realism
from analysis.rasch import Rasch
from analysis.reporting.verdicts import equivalence
from analysis.reporting.words import (
    ALPHA,
    because,
    carried,
    interval,
    level_text,
    listed,
    number,
    p_phrase,
    scope,
)


def realism_in_brief(part: Realism | MaskedRealism) -> str:
    """The means, which differences were shown, and which equivalences."""
    if isinstance(part, MaskedRealism):
        return f"{part.reason} The mean of all ratings is {part.overall.text}."
    means = listed([f"{row.source} {row.text}" for row in part.by_source])
    pairs = part.reader_pairs
    if not pairs:
        return f"Mean ratings: {means}."
    return f"Mean ratings: {means}. {_shown(pairs)} {_equivalent(pairs)}"


def _shown(pairs: Sequence[ReaderPair]) -> str:
    corrected = " after Holm’s correction" if len(pairs) > 1 else ""
    tested = [(pair, p) for pair in pairs if (p := pair.difference.p_holm) is not None]
    different = [pair for pair, p in tested if p < ALPHA]
    if different:
        named = [f"{pair.a} and {pair.b}" for pair in different]
        return f"A difference{corrected} was shown between {', '.join(named)}."
    if not tested:
        return "Differences cannot be tested over readers and cases."
    least = f"{'smallest ' if len(tested) > 1 else ''}{p_phrase(min(p for _, p in tested))}"
    return f"No difference{corrected} was shown ({least}); this alone does not show that there is none."


def _equivalent(pairs: Sequence[ReaderPair]) -> str:
    margin = pairs[0].equivalence.margin
    if margin is None:
        return "The study fixed no margin, so equivalence is not decided."
    within = [f"{pair.a} and {pair.b}" for pair in pairs if pair.equivalence.within]
    points = f"±{number(margin, 2)} points of the scale"
    if not within:
        return f"Equivalence within {points} was not shown."
    if len(within) == len(pairs) > 1:
        return f"Equivalence within {points} was shown in all {len(pairs)} comparisons."
    return f"Equivalence within {points} was shown between {', '.join(within)}."


def realism(document: Document, part: Realism | MaskedRealism) -> Iterator[str]:
    """Mean ratings, differences, equivalence, and the ordinal model."""
    if isinstance(part, MaskedRealism):
        yield realism_in_brief(part)
        return
    means = [f"{row.source} {row.text} ({interval(row.low, row.high)})" for row in part.by_source]
    whom = scope(part.by_source[0].crossed, "images")
    yield f"Mean ratings, with {level_text(document)} intervals {whom}: {listed(means)}."
    pairs = part.reader_pairs
    for pair in pairs:
        d = pair.difference
        holm = f", Holm {p_phrase(d.p_holm)}" if len(pairs) > 1 else ""
        yield (
            f"{pair.a} minus {pair.b}: {number(d.estimate)} "
            f"({carried(document, d)}, {p_phrase(d.p)}{holm}). "
            + equivalence(pair.equivalence, "", points=False)
        )
    model = part.ordinal_model
    if isinstance(model, OrdinalModel):
        ratios = [
            f"{c.source} {number(c.estimate, 2)} ({interval(c.low, c.high, digits=2)}, "
            f"Holm {p_phrase(c.p_holm)})"
            for c in model.coefficients
        ]
        yield (
            f"In the ordinal mixed model the log odds of a higher rating against {model.reference}, with "
            f"{level_text(document)} intervals, were {listed(ratios)}."
        )
    else:
        yield f"No ordinal mixed model was fitted: {because(model.reason)}."
    if isinstance(part.severity, Rasch):
        yield _severity(part.severity)


def _severity(found: Rasch) -> str:
    """How far readers differ on the scale of the ratings, and whether they use it as the model expects."""
    severity = [each.estimate for each in found.readers]
    infit = [each.infit for each in found.readers]
    return (
        f"In the many-facet Rasch model the readers’ severity ran from {number(min(severity), 2)} to "
        f"{number(max(severity), 2)} logits (all alike: {p_phrase(found.severity_p)}; reliability "
        f"{number(found.reader_reliability, 2)}), and their infit from {number(min(infit), 2)} to "
        f"{number(max(infit), 2)}, where 1 is as the model expects."
    )
