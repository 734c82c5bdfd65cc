"""Sentences on how a section was run."""

from collections.abc import Iterator
from math import expm1

from analysis.document import Document
from analysis.document.conduct import Conduct, Repeats, Trend
from analysis.reporting.readers import readers_word
from analysis.reporting.words import (
    because,
    interval,
    level_text,
    levelled,
    listed,
    number,
    p_phrase,
    percent,
)


def section_conduct(document: Document, name: str) -> Iterator[str]:
    """How one section was run."""
    section = document.sections[name]
    part = section.conduct
    if part is None:
        return
    done = part.completeness
    count = f"{done.missing} {'was' if done.missing == 1 else 'were'}"
    missing = f"{count if done.missing else 'no answer was'} missing"
    yield (
        f"{done.readers} {readers_word(document)} gave {done.answers:,} answers "
        f"to {done.cases:,} {done.unit}s; "
        f"{missing}."
    )
    if part.order:
        order = part.order
        yield f"{order.distinct_orders} different orders were shown to {order.readers} readers."
    position = section.detection.position if section.detection else None
    if position and position.real_slots and position.counts:
        slots = listed([str(count) for count in position.real_slots])
        yield (
            f"The real image stood {slots} times in the positions of the screen; picks fell "
            f"{listed([str(count) for count in position.counts])} times on them."
        )
    yield from _balance(document, part)
    yield from _pace(document, part)
    yield from _controls(document, part)


def _balance(document: Document, part: Conduct) -> Iterator[str]:
    rows = part.balance or ()
    for name in dict.fromkeys(row.label for row in rows):
        label = document.study.label(name)
        own = [row for row in rows if row.label == name]
        apart = [row for row in own if len(set(row.images.values())) > 1]
        if not apart:
            yield f"The sources had equally many answered images of each value of {label.title}."
            continue
        counts = [
            f"{label.word(row.value)} {min(row.images.values())} to {max(row.images.values())}"
            for row in apart
        ]
        yield f"The sources differed in their answered images by {label.title}: {listed(counts)}."


def _pace(document: Document, part: Conduct) -> Iterator[str]:
    level = level_text(document)
    trend = part.learning.trend if part.learning else None
    if isinstance(trend, Trend):
        yield (
            f"From the first to the last answer the log odds of a correct one changed by "
            f"{number(trend.estimate, 2)} ({levelled(document, interval(trend.low, trend.high, digits=2))}, "
            f"{p_phrase(trend.p)}; logistic mixed model)."
        )
    elif trend is not None:
        yield f"Whether answers became better on the way was not modelled: {because(trend.reason)}."
    times = part.response_times
    if times:
        low, high = (number(ms / 1000, 1) for ms in times.quartiles_ms)
        yield (
            f"The median answer took {number(times.median_ms / 1000, 1)} s (quartiles {low} and "
            f"{high} s); "
            f"{times.under_one_second or 'none'} took less than a second."
        )
        slope = times.log_slope_per_answer
        if slope.estimate is not None and slope.low is not None and slope.high is not None:
            change, low, high = (
                percent(expm1(value), 2) for value in (slope.estimate, slope.low, slope.high)
            )
            yield (
                f"Response time changed by {change} per answer ({level} interval {low} to {high}, readers as "
                "the unit)."
            )


def _weighted(document: Document, again: Repeats) -> str:
    """The quadratic kappas of repeats, where their answers are numbers."""
    rows = [("", again.kappa_quadratic)]
    of_labels = again.by_label or ()
    rows += [(f" of {document.study.label(row.label).title}", row.kappa_quadratic) for row in of_labels]
    found = [f", quadratic{of} {number(kappa.estimate, 2)}" for of, kappa in rows if kappa is not None]
    return "".join(found)


def _controls(document: Document, part: Conduct) -> Iterator[str]:
    again = part.repeats
    if again.n:
        kappa = again.kappa.estimate if again.kappa else None
        yield (
            f"Of {again.n} hidden repeats {again.same} were answered as before "
            f"({percent(again.share)}, exact {level_text(document)} interval "
            f"{interval(again.low, again.high, as_percent=True)}, assuming independent answers; "
            f"Cohen’s kappa {number(kappa, 2)}{_weighted(document, again)})."
        )
    elif again.reason:
        yield f"{again.reason.capitalize()}."
    catch = part.catch_trials
    if catch.n and catch.k is not None:
        ends = interval(catch.low, catch.high, as_percent=True)
        yield (
            f"Of {catch.n} answers to catch trials {catch.k} were correct ({percent(catch.share)}, exact "
            f"{levelled(document, ends)}, assuming independent answers)."
        )
    elif catch.reason:
        yield f"{catch.reason.capitalize()}."
    flagged = [row.reader for row in part.straight_lining or () if row.flagged]
    if flagged:
        yield f"Nine ratings in ten, or more, were the same point for {listed(flagged)}."
    elif part.straight_lining:
        yield "No reader gave nine ratings in ten the same point."
