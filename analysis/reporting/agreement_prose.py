"""Sentences on agreement between readers."""

from collections.abc import Iterator

from analysis.agreement.result import Agreement
from analysis.document import Document
from analysis.document.agreement import Coefficients, SectionAgreement
from analysis.reporting.readers import readers_word, starting
from analysis.reporting.words import (
    because,
    interval,
    level_text,
    levelled,
    number,
    p_phrase,
    percent,
    rated_by_all,
)


def agreement(document: Document, part: SectionAgreement) -> Iterator[str]:
    """Agreement on each kind of answer."""
    for what, found in part.by_kind():
        yield from agreement_of(document, what, found)


def agreement_of(document: Document, what: str, part: Coefficients) -> Iterator[str]:
    """Agreement on one kind of answer."""
    fleiss, raw = part.fleiss, part.raw
    if fleiss.estimate is None:
        yield f"Agreement on {what} has no coefficient: {because(fleiss.reason)}."
        return
    agreed = f"{starting(readers_word(document))} agreed on {what} in {percent(raw.estimate)} of pairs"
    against = f"Against independent guessing z = {number(fleiss.z, 2)}, {p_phrase(fleiss.p)}."
    if part.ac2 is None:
        yield (
            f"{agreed}; Fleiss’ kappa {_with_intervals(document, fleiss)}, Gwet’s AC1 "
            f"{_with_intervals(document, part.ac1)}. {against}"
        )
        return
    yield (
        f"{agreed}. On the ordered scale Krippendorff’s alpha was {_with_intervals(document, part.alpha)} "
        f"and Gwet’s AC2 with quadratic weights {_with_intervals(document, part.ac2)}."
    )
    icc = part.icc
    if icc is not None and icc.estimate is not None:
        yield (
            f"The intraclass correlation ICC(2,1), of one random reader, was {number(icc.estimate)} "
            f"({levelled(document, interval(icc.low, icc.high))}){rated_by_all(icc)}."
        )
    yield f"On the exact point, Fleiss’ kappa was {_with_intervals(document, fleiss)}. {against}"


def _with_intervals(document: Document, found: Agreement) -> str:
    """A coefficient with its interval over cases, and over readers where there are three."""
    if found.low is None:
        over = "no interval over cases"
    else:
        over = f"{level_text(document)} interval over cases {interval(found.low, found.high)}"
    if found.low_readers is not None:
        over += f", over readers {interval(found.low_readers, found.high_readers)}"
    return f"{number(found.estimate)} ({over})"


LARGEST_FACTOR = 1000
