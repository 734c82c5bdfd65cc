"""Sentences of the report, written from what was really done and found, and never more than that."""

from collections.abc import Iterator
from itertools import islice

from analysis.document import Document
from analysis.reporting.agreement_prose import agreement
from analysis.reporting.call_prose import discrimination
from analysis.reporting.check_label_prose import label_checks
from analysis.reporting.items.prose import item_in_brief
from analysis.reporting.pick_real_prose import detection
from analysis.reporting.rate_prose import realism, realism_in_brief

MOST_ITEMS = 6


def brief(document: Document) -> list[str]:
    """What was found, in a few sentences a section."""
    found = [paragraph for name in document.sections for paragraph in _brief_of(document, name)]
    return [paragraph for paragraph in found if paragraph]


def _brief_of(document: Document, name: str) -> Iterator[str]:
    section = document.sections[name]
    for part in ("detection", "discrimination", "label_checks"):
        # a share and what its equivalence says stand together
        said = islice(part_results(document, name, part), 2 if part == "detection" else 1)
        yield " ".join(said)
    if section.realism:
        yield realism_in_brief(section.realism)
    items = list((section.items or {}).values())
    for item in items[:MOST_ITEMS]:
        yield item_in_brief(document, item)
    if len(items) > MOST_ITEMS:
        yield f"{len(items) - MOST_ITEMS} more questions of section {name} are in its results."


def part_results(document: Document, name: str, part: str) -> Iterator[str]:
    """The sentences of one part of a section."""
    found = document.sections[name]
    if part == "detection" and found.detection:
        yield from detection(document, found.detection)
    elif part == "discrimination" and found.discrimination:
        yield from discrimination(document, found.discrimination)
    elif part == "realism" and found.realism:
        yield from realism(document, found.realism)
    elif part == "label_checks" and found.label_checks:
        yield from label_checks(document, found.label_checks)
    elif part == "agreement" and found.agreement:
        yield from agreement(document, found.agreement)
