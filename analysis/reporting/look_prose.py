"""Sentences on looks at the study before its end, and what they leave to the end."""

from collections.abc import Callable, Iterator

from analysis.bundle.looks import Look
from analysis.document import Document
from analysis.document.endpoints import Endpoint, LooksAtEndpoint
from analysis.reporting.columns import Kind, printed_ends
from analysis.reporting.words import number, p_phrase, percent

METHODS = {
    "lan-demets-obrien-fleming": "O’Brien and Fleming’s",
    "lan-demets-pocock": "Pocock’s",
}


def look_sentences(document: Document, printed_as: Callable[[Endpoint], Kind]) -> Iterator[str]:
    """What was planned, what each look decided, and by which p-value the end is decided."""
    for each in document.endpoints:
        if each.looks is not None:
            yield from _of(each, each.looks, printed_as(each))


def _of(each: Endpoint, looks: LooksAtEndpoint, kind: Kind) -> Iterator[str]:
    spends = f"Looks before the end spend error as Lan and DeMets have it, in {METHODS[looks.method]} manner."
    if not looks.taken:
        yield f"{spends} None was taken, so the end has all of it."
        return
    yield f"{spends} {' '.join(_taken(place, look) for place, look in enumerate(looks.taken, 1))}"
    if looks.stopped:
        yield (
            f"The look decided {each.name}; what came after it is reported beside it, and its interval may "
            "lean away from the null."
        )
        return
    wider = printed_ends(kind, looks.low, looks.high) + (" points" if kind == "points" else "")
    yield (
        f"At the end {each.name} is met where two-sided p is at most {number(looks.nominal_p, 4)}; the "
        f"interval that allows for the looks is {wider}. Other endpoints do not allow for them."
    )


def _taken(place: int, look: Look) -> str:
    decided = "the study was to stop" if look.decision == "stop" else "the study went on"
    found = ""
    if look.p is not None and look.nominal_p is not None:
        found = f" ({p_phrase(look.p)}; at most {number(look.nominal_p, 4)} would have stopped it)"
        if look.decision == "stop":
            found = f" ({p_phrase(look.p)}; at most {number(look.nominal_p, 4)} was wanted)"
    return f"Look {place}, at {percent(look.information)} of the planned answers: {decided}{found}."
