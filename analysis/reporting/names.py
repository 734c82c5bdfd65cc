"""What coefficients are called in print, and what tables and figures are called as files."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from analysis.reporting.words import Part

STEM_LENGTH = 40
# a table or a figure
Filed = TypeVar("Filed")

COEFFICIENTS = {
    "raw": "Raw agreement",
    "fleiss": "Fleiss’ kappa",
    "conger": "Conger’s kappa",
    "ac1": "Gwet’s AC1",
    "ac2": "Gwet’s AC2, quadratic",
    "alpha": "Krippendorff’s alpha",
    "brennan_prediger": "Brennan–Prediger",
    "fleiss_quadratic": "Fleiss’ kappa, quadratic",
}


def named_coefficients(found: Part) -> dict[str, Part]:
    """Coefficients of agreement by the names they have in print; alpha says for which scale."""
    named = {COEFFICIENTS[key]: c for key, c in found.items() if key in COEFFICIENTS}
    if "ac2" not in found:
        return named
    return {f"{name}, ordinal" if c is found["alpha"] else name: c for name, c in named.items()}


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
