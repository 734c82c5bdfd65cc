"""What stands where: the parts of a report in the order of a paper, for the page and for the PDF alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.reporting import prose
from analysis.reporting.checklist import Item, checklist
from analysis.reporting.figures import Picture, pictures
from analysis.reporting.tables import Table, tables

RESULT_PARTS = ("detection", "discrimination", "realism", "label_checks", "agreement")


@dataclass(frozen=True, kw_only=True)
class Numbered:
    """A figure or table with its number in the report."""

    number: int
    of: Any


@dataclass(frozen=True, kw_only=True)
class SectionOutline:
    """One section's results, and how it was run."""

    name: str
    sentences: Sequence[str]
    figures: Sequence[Numbered]
    tables: Sequence[Numbered]
    conduct_sentences: Sequence[str]
    conduct_figures: Sequence[Numbered]
    conduct_tables: Sequence[Numbered]


@dataclass(frozen=True, kw_only=True)
class Outline:
    """A report, ready to be set."""

    title: str
    facts: Sequence[tuple[str, str]]
    brief: Sequence[str]
    methods: Sequence[str]
    sections: Sequence[SectionOutline]
    checklist: Sequence[Item]
    provenance: Sequence[tuple[str, str]]
    readers: Sequence[Mapping[str, Any]]


def outline(document: Mapping[str, Any]) -> Outline:
    """Put a document in order and number its figures and tables."""
    drawn, set_out = _Counter(), _Counter()
    all_pictures, all_tables = pictures(document), tables(document)
    named = list(document["sections"])
    results = {
        name: (
            drawn.of(_ordered([p for p in all_pictures if p.section == name], RESULT_PARTS)),
            set_out.of(_ordered([t for t in all_tables if t.section == name], RESULT_PARTS)),
        )
        for name in named
    }
    run = {
        name: (
            drawn.of(_ordered([p for p in all_pictures if p.section == name], ("conduct",))),
            set_out.of(_ordered([t for t in all_tables if t.section == name], ("conduct",))),
        )
        for name in named
    }
    return Outline(
        title=document["study"]["title"],
        facts=list(_facts(document)),
        brief=[sentence for sentence in prose.brief(document) if sentence],
        methods=prose.methods(document),
        sections=[
            SectionOutline(
                name=name,
                sentences=list(prose.section_results(document, name)),
                figures=results[name][0],
                tables=results[name][1],
                conduct_sentences=list(prose.section_conduct(document, name)),
                conduct_figures=run[name][0],
                conduct_tables=run[name][1],
            )
            for name in named
        ],
        checklist=checklist(document),
        provenance=list(_provenance(document)),
        readers=document["study"]["readers"],
    )


class _Counter:
    def __init__(self) -> None:
        self.last = 0

    def of(self, things: Sequence[Picture | Table]) -> list[Numbered]:
        numbered = [Numbered(number=self.last + i, of=thing) for i, thing in enumerate(things, start=1)]
        self.last += len(numbered)
        return numbered


def _ordered(things: Sequence[Any], parts: Sequence[str]) -> list[Any]:
    return [thing for part in parts for thing in things if thing.part == part]


def _facts(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    study = document["study"]
    done = [part["conduct"]["completeness"] for part in document["sections"].values() if part.get("conduct")]
    done = [each for each in done if each]
    if done:
        yield "readers", str(max(each["readers"] for each in done))
    yield "answers", f"{study['n_answers']:,}"
    yield "sources", str(len(study["sources"]))
    yield "level", f"{100 * study['level']:g}%"


def _provenance(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    study = document["study"]
    for key, words in (("protocol_hash", "protocol"), ("plan_hash", "allocation plan"), ("seed", "seed")):
        if study.get(key) is not None:
            yield words, str(study[key])
    for file, digest in study["files"].items():
        yield f"{file}, SHA-256", digest
    yield from document["software"].items()
