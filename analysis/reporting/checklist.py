"""Reporting guidelines by item number, and where this report meets them; the rest is for a paper's authors.

Numbers are those of STARD 2015 (Bossuyt et al., BMJ 2015), GRRAS (Kottner et al., J Clin Epidemiol 2011) and
CLAIM in its edition of 2020 (Mongan, Moy & Kahn). CLAIM 2024, STARD-AI and REFINE number theirs otherwise.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from analysis.bundle.study import Task
from analysis.document import Document
from analysis.reporting.programs_declared import is_declared

NOT_REPORTED = "not reported"
AUTHORS = "not reported; for the authors"
STARD, GRRAS, CLAIM = "STARD 2015", "GRRAS", "CLAIM 2020"
#: Items of our own, which no guideline has numbered.
PROGRAMS, OWN = "programs, as REFINE", "our own"
OTHERS = (
    "Items are in our words, with their official numbers and their place in this report. CLAIM 2024, "
    "STARD-AI and REFINE number their items differently and ask for more of the model; no number of theirs "
    "is printed. Where programs read, items of our own in the spirit of REFINE follow; hold your paper "
    "against REFINE itself. What is “for the authors” no analysis of answers can know."
)

PROGRAMS_BESIDE = "Results: Programs beside people"

Where = str | Callable[["_Facts"], str]


@dataclass(frozen=True)
class Item:
    """An item of a guideline, and the place of the report that meets it."""

    guideline: str
    item: str
    asks: str
    where: str


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """What the report of this study holds."""

    tasks: frozenset[Task]
    masked: bool
    repeats: bool
    readers: bool
    subgroups: bool
    sensitivity: bool
    audit: bool
    times: bool
    sample_size: bool
    protocol: bool
    declared: bool
    labels: bool
    programs: bool
    model: bool
    version: bool
    prompt: bool
    asked_again: bool
    beside: bool
    overlap: bool

    def where(self, place: Where) -> str:
        return place(self) if callable(place) else place


def _if(fact: str, place: str, otherwise: str = NOT_REPORTED) -> Callable[[_Facts], str]:
    return lambda facts: place if getattr(facts, fact) else otherwise


def _has_calls(place: str) -> Callable[[_Facts], str]:
    return lambda facts: place if "call" in facts.tasks and not facts.masked else NOT_REPORTED


def _has_agreement(place: str) -> Callable[[_Facts], str]:
    return lambda facts: place if facts.tasks else NOT_REPORTED


ITEMS: Mapping[str, tuple[tuple[str, str, Where], ...]] = {
    STARD: (
        ("1", "Title names a study of accuracy", AUTHORS),
        ("2", "Structured abstract", AUTHORS),
        ("3", "Background, intended use", AUTHORS),
        ("4", "Objectives and hypotheses", _if("declared", "Results: Endpoints", AUTHORS)),
        ("5", "Data collection planned before or after the tests", "Methods"),
        ("6", "Eligibility", AUTHORS),
        ("7", "How eligible participants were identified", AUTHORS),
        ("8", "Where and when", AUTHORS),
        ("9", "Consecutive, random or convenience series", AUTHORS),
        ("10a", "Index test: what readers did", "Methods"),
        ("10b", "Reference standard", "Methods: the source of each image"),
        ("11", "Reason for the reference standard", AUTHORS),
        ("12a", "Cut-offs of the index test", _has_calls("Methods: a call of synthetic is positive")),
        ("12b", "Cut-offs of the reference standard", "Methods: the source of each image"),
        ("13a", "What readers knew of the reference", _if("audit", "Methods: blinding audit")),
        ("13b", "What the reference’s assessors knew of the index test", "not applicable: truth by source"),
        ("14", "Methods for estimating accuracy", "Methods"),
        ("15", "Indeterminate results", _if("labels", "Results: unsure answers", "none can be given")),
        ("16", "Missing data", _if("sensitivity", "Conduct; Results: Sensitivity analyses", "Conduct")),
        ("17", "Variability analyses, pre-specified or not", _if("subgroups", "Results: Subgroups")),
        ("18", "Intended sample size, and why", _if("sample_size", "Methods: Sample size")),
        ("19", "Flow of participants", _if("readers", "Conduct: answers and missing, by reader", "Conduct")),
        ("20", "Baseline characteristics", _if("readers", "Conduct: readers")),
        ("21a", "Severity in those with the target", AUTHORS),
        ("21b", "Alternative diagnoses", AUTHORS),
        ("22", "Time between index test and reference", "not applicable: truth by source"),
        ("23", "Cross tabulation", _has_calls("Results: calls against the truth")),
        ("24", "Estimates with precision", "Results"),
        ("25", "Adverse events", AUTHORS),
        ("26", "Limitations", AUTHORS),
        ("27", "Implications", AUTHORS),
        ("28", "Registration", AUTHORS),
        ("29", "Where the protocol is", _if("protocol", "Provenance: hash of the protocol")),
        ("30", "Funding", AUTHORS),
    ),
    GRRAS: (
        ("1", "Title or abstract names reliability or agreement", AUTHORS),
        ("2", "Device or rating described", "Methods"),
        ("3", "Population of subjects", AUTHORS),
        ("4", "Population of raters", _if("readers", "Conduct: readers")),
        ("5", "What is known, and why the study", AUTHORS),
        ("6", "How numbers of raters and subjects were chosen", _if("sample_size", "Methods: Sample size")),
        ("7", "Sampling", AUTHORS),
        ("8", "Rating process", _if("times", "Methods; Conduct: orders and response times", "Methods")),
        ("9", "Whether ratings were independent", AUTHORS),
        ("10", "Statistical analysis", "Methods"),
        ("11", "Numbers of raters, subjects, replicates", "Conduct"),
        ("12", "Characteristics of raters and subjects", _if("readers", "Conduct: readers")),
        ("13", "Estimates with uncertainty", _has_agreement("Results: Agreement between readers")),
        ("14", "Practical relevance", AUTHORS),
        ("15", "Detailed results", "the CSV tables beside this report"),
    ),
    CLAIM: (
        ("18", "Inter- and intra-reader variability", _if("repeats", "Agreement; Conduct", "Agreement")),
        ("19", "Intended sample size, and why", _if("sample_size", "Methods: Sample size")),
        ("23", "Software, libraries, versions", "Provenance"),
        ("28", "Metrics of performance", "Methods"),
        ("29", "Measures of significance and uncertainty", "Methods; Results"),
        ("30", "Robustness or sensitivity analysis", _if("sensitivity", "Results: Sensitivity analyses")),
        ("36", "Estimates of accuracy with precision", "Results"),
        ("37", "Failure analysis", _has_calls("Results: images that fooled readers")),
        ("41", "Where the protocol is", _if("protocol", "Provenance: hash of the protocol")),
    ),
    PROGRAMS: (
        (OWN, "Which model", _if("model", "Provenance")),
        (OWN, "Which version of it", _if("version", "Provenance")),
        (OWN, "The prompt, or a digest of it", _if("prompt", "Provenance")),
        (OWN, "How often each question was asked", _if("asked_again", "Provenance")),
        (OWN, "Settings of the model, and where it ran", AUTHORS),
        (OWN, "What the model was trained on, and whether it knew the images", AUTHORS),
        (OWN, "How images were converted for it", AUTHORS),
        (OWN, "Cost, and tokens used", NOT_REPORTED),
        (OWN, "Results beside those of people, on the same cases", _if("beside", PROGRAMS_BESIDE)),
        (OWN, "Whether programs and people err on the same cases", _if("overlap", PROGRAMS_BESIDE)),
    ),
}


def checklist(document: Document) -> list[Item]:
    """Every item, with its place in this report or “not reported”; of programs where some read."""
    facts = _facts(document)
    return [
        Item(guideline=guideline, item=number, asks=asks, where=facts.where(place))
        for guideline, items in ITEMS.items()
        if guideline != PROGRAMS or facts.programs
        for number, asks, place in items
    ]


def _facts(document: Document) -> _Facts:
    parts, study = document.sections.values(), document.study
    conduct = [part.conduct for part in parts if part.conduct]
    return _Facts(
        tasks=frozenset(part.task for part in parts),
        masked=study.masked,
        repeats=any(went.repeats.n for went in conduct),
        readers=bool(study.readers),
        subgroups=any(part.subgroups for part in parts),
        sensitivity=any(len(part.sensitivity or ()) > 1 for part in parts),
        audit=study.blinding_audit is not None,
        times=any(went.response_times for went in conduct),
        sample_size=study.sample_size is not None,
        protocol=bool(study.raw.get("protocol_hash")),
        declared=any(each.declared for each in document.endpoints),
        labels=any(part.label_checks for part in parts),
        programs=bool(study.program_readers),
        model=is_declared(document, "model"),
        version=is_declared(document, "version"),
        prompt=is_declared(document, "prompt_digest"),
        asked_again=is_declared(document, "repeats"),
        beside=any(part.programs for part in parts),
        overlap=any(row.overlap for part in parts for row in part.programs or ()),
    )
