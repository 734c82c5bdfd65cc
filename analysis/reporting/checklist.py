"""Reporting guidelines, and where the report meets their items; the rest is for the paper's authors."""

from dataclasses import dataclass, replace

from analysis.document import Document

HERE, PART, AUTHORS = "here", "in part", "authors"


@dataclass(frozen=True)
class Item:
    """An item of a guideline, whether the report meets it, and where."""

    guideline: str
    item: str
    asks: str
    met: str
    where: str


CLAIM = "CLAIM 2024"
STARD = "STARD-AI"
GRRAS = "GRRAS"

ITEMS = (
    Item(CLAIM, "study design", "Prospective or retrospective, study goal", PART, "Methods"),
    Item(CLAIM, "data sources", "Where images came from", PART, "Methods, sources"),
    Item(CLAIM, "data selection and de-identification", "How images were chosen and cleaned", AUTHORS, "–"),
    Item(CLAIM, "reference standard", "What counts as truth", HERE, "Methods: the source of each image"),
    Item(CLAIM, "annotators", "Number, expertise of human readers", HERE, "Conduct, readers"),
    Item(
        CLAIM,
        "inter- and intra-reader variability",
        "Agreement measured",
        HERE,
        "Agreement; Conduct, repeats",
    ),
    Item(CLAIM, "sample size", "How the size was determined", AUTHORS, "python -m analysis plan writes it"),
    Item(CLAIM, "model description and training", "The generators", AUTHORS, "–"),
    Item(CLAIM, "metrics of performance", "Which, and why", HERE, "Methods"),
    Item(CLAIM, "statistical measures of significance and uncertainty", "Intervals, tests", HERE, "Results"),
    Item(
        CLAIM,
        "robustness",
        "Sensitivity analyses",
        HERE,
        "Results: independent and crossed, three rank tests",
    ),
    Item(CLAIM, "failure analysis", "Which cases were wrong", HERE, "Results: which images fooled readers"),
    Item(CLAIM, "software", "Versions, availability", HERE, "Provenance"),
    Item(CLAIM, "registration and protocol", "Where the protocol is", PART, "Provenance: protocol hash"),
    Item(STARD, "index test", "What readers did, in what setting", HERE, "Methods; Conduct"),
    Item(STARD, "blinding", "What readers knew of the truth", PART, "Conduct: order, positions, repeats"),
    Item(
        STARD,
        "analysis of indeterminate results",
        "Unsure and missing answers",
        HERE,
        "Conduct, completeness",
    ),
    Item(STARD, "cross tabulation", "Calls against the truth", HERE, "Results: table by reader"),
    Item(STARD, "estimates with precision", "Accuracy with intervals", HERE, "Results"),
    Item(STARD, "variability across readers and subgroups", "Reader and source differences", HERE, "Results"),
    Item(
        STARD,
        "limitations, generalisability",
        "What the study cannot say",
        PART,
        "Results: what is not shown",
    ),
    Item(STARD, "funding, conflicts, ethics", "Declarations", AUTHORS, "–"),
    Item(GRRAS, "subjects and raters", "Populations of both", PART, "Methods; Conduct, readers"),
    Item(GRRAS, "sample size of raters and subjects", "Numbers and reasons", HERE, "Conduct, completeness"),
    Item(GRRAS, "rating process", "Independence, blinding, time", HERE, "Conduct"),
    Item(GRRAS, "statistical analysis", "Coefficients, and their assumptions", HERE, "Methods; Agreement"),
    Item(GRRAS, "estimates with uncertainty", "Reliability with intervals", HERE, "Agreement: three errors"),
    Item(GRRAS, "practical relevance", "What the agreement means in use", AUTHORS, "–"),
    Item(GRRAS, "detailed results", "Raw data available", HERE, "The tidy CSV tables beside the report"),
)


def checklist(document: Document) -> list[Item]:
    """The items as this report meets them."""
    repeated = any(part.conduct and part.conduct.repeats.n for part in document.sections.values())
    named = bool(document.study.readers)
    return [_as_met(item, repeated=repeated, named=named) for item in ITEMS]


def _as_met(item: Item, *, repeated: bool, named: bool) -> Item:
    if item.item == "inter- and intra-reader variability" and not repeated:
        return replace(item, met=PART, where="Agreement; there were no hidden repeats")
    if item.item == "annotators" and not named:
        return replace(item, met=PART, where="Conduct; readers.csv was not given")
    return item
