"""The tables of agreement between readers."""

from collections.abc import Callable, Iterator
from typing import Any

from analysis.document.agreement import Coefficients, SectionAgreement
from analysis.reporting.columns import AGREEMENT, CATEGORIES, PAIRS
from analysis.reporting.names import named_coefficients
from analysis.reporting.words import interval, number, p_phrase, rated_by_all

Make = Callable[..., Any]


def agreement_tables(agreement: SectionAgreement, make: Make) -> Iterator[Any]:
    """The tables of each kind of answer."""
    for what, found in agreement.by_kind():
        yield from coefficient_tables(what, found, make)


def coefficient_tables(what: str, found: Coefficients, make: Make) -> Iterator[Any]:
    """Coefficients, kappa category by category, and pairs of readers."""
    rows = named_coefficients(found)
    file = what.replace(" ", "-")
    title = f"Agreement between readers on {what}"
    note = (
        "Intervals over cases speak of these readers and other cases, over readers the other way round."
        + _ranked(found)
    )
    yield make(f"agreement-{file}", "agreement", title, AGREEMENT, rows, note=note)
    categories = found.fleiss.per_category
    # of two categories each agrees as the other does
    if len(categories) > 2:
        title = f"Fleiss’ kappa of each category of {what} against the rest"
        yield make(f"categories-{file}", "agreement", title, CATEGORIES, categories)
    if found.pairs:
        title = f"Cohen’s kappa of pairs of readers on {what}, with prevalence and bias"
        yield make(f"pairs-{file}", "agreement", title, PAIRS, found.pairs, most=28)


def _ranked(found: Coefficients) -> str:
    """What the note of a table adds on ratings as numbers and as ranks."""
    icc, w = found.icc, found.kendall_w
    note = ""
    if icc is not None and icc.low is not None:
        ends = interval(icc.low, icc.high)
        note += f" ICC(2,1) {number(icc.estimate)} ({ends}, readers and images random{rated_by_all(icc)})."
    if w is not None and w.estimate is not None:
        tested = f"{p_phrase(w.p)}{rated_by_all(w)}"
        note += f" Kendall’s W {number(w.estimate)}, corrected for ties ({tested})."
    return note
