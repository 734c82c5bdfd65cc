"""What coefficients are called in print, and what tables and figures are called as files."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from analysis.agreement.result import Agreement
from analysis.document.agreement import Coefficients

STEM_LENGTH = 40
# a table or a figure
Filed = TypeVar("Filed")

COEFFICIENTS = {
    "raw": "Raw agreement",
    "fleiss": "Fleiss’ kappa",
    "conger": "Conger’s kappa",
    "ac1": "Gwet’s AC1",
    "alpha": "Krippendorff’s alpha",
    "brennan_prediger": "Brennan–Prediger",
    "ac2": "Gwet’s AC2, quadratic",
    "fleiss_quadratic": "Fleiss’ kappa, quadratic",
}


@dataclass(frozen=True, kw_only=True)
class Named:
    """A coefficient of agreement by the name it has in print."""

    name: str
    found: Agreement


def named_coefficients(found: Coefficients) -> list[Named]:
    """The coefficients that there are; alpha says for which scale."""
    named = []
    for key, name in COEFFICIENTS.items():
        coefficient = getattr(found, key)
        if coefficient is not None:
            ordinal = key == "alpha" and found.ordered
            named.append(Named(name=f"{name}, ordinal" if ordinal else name, found=coefficient))
    return named


def file_stem(section: str) -> str:
    """The beginning of the file names of a section: letters, digits and hyphens, not too many."""
    return "".join(c if c.isalnum() else "-" for c in section.lower())[:STEM_LENGTH] or "section"


def apart(filed: Iterable[Filed]) -> Iterator[Filed]:
    """Give what would share a file name names of their own: sections called "a b" and "A-b", say."""
    taken: set[str] = set()
    for each in filed:
        wanted: str = each.name  # type: ignore[attr-defined]
        name, place = wanted, 1
        while name in taken:
            place += 1
            name = f"{wanted}-{place}"
        taken.add(name)
        yield replace(each, name=name)  # type: ignore[type-var]
