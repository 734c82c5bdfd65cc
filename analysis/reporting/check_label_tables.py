"""The tables of label checks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from analysis.document import Document
from analysis.document.check_label import Kappas, LabelChecks, LabelResult
from analysis.reporting.columns import CHECKS, LABELS

Make = Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class _Row:
    """What is compared of a label, and what was found."""

    label: str
    what: str
    found: Kappas


def label_tables(document: Document, part: LabelChecks, make: Make) -> Iterator[Any]:
    """Discrepancies by reviewer, of real images too, and what was intended against what was observed."""
    yield make("checks", "label_checks", "Discrepant labels, by reviewer", CHECKS, part.by_reader)
    if part.control:
        title = "Discrepant labels of real images, the control, by reviewer"
        yield make("control", "label_checks", title, CHECKS, part.control.by_reader)
    rows = [row for label in part.by_label for row in _intended_observed(label)]
    if rows:
        note = "Rows of all reviewers together assume independent answers."
        label = replace(LABELS[0], said=lambda row: document.study.label(row.label).title)
        title = "Intended against observed, by label"
        yield make("labels", "label_checks", title, (label, *LABELS[1:]), rows, note=note)


def _intended_observed(found: LabelResult) -> Iterator[_Row]:
    """One reviewer after the other, all together, and what two of them observed."""
    for own in found.by_reader:
        yield _Row(label=found.label, what=f"intended – {own.reader}", found=own)
    if len(found.by_reader) > 1:
        yield _Row(label=found.label, what="intended – all", found=found)
    for pair in found.between_readers:
        yield _Row(label=found.label, what=f"{pair.a} – {pair.b}", found=pair)
