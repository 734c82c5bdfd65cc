"""What stands where: the parts of a report in the order of a paper, for the page and for the PDF alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.document import Document, SectionResult
from analysis.reporting import prose
from analysis.reporting.blinding import audit_head, audit_notice
from analysis.reporting.checklist import Item, checklist
from analysis.reporting.conduct_prose import section_conduct
from analysis.reporting.cross_check import cross_check_sentences, cross_check_table
from analysis.reporting.endpoint_prose import (
    endpoint_sentences,
    primary_sentences,
    sensitivity_sentences,
    subgroup_sentences,
)
from analysis.reporting.figures import Picture, pictures
from analysis.reporting.items.beside import (
    change_sentences,
    program_sentences,
    staircase_sentences,
)
from analysis.reporting.items.item_tables import part_of
from analysis.reporting.items.prose import item_sentences
from analysis.reporting.methods import methods
from analysis.reporting.numbered import Numbered
from analysis.reporting.plan_prose import plan_notice
from analysis.reporting.programs_declared import program_provenance
from analysis.reporting.readers import notice, readers_word, running_head
from analysis.reporting.tables import Table, endpoint_table, tables

PART_TITLES = {
    "detection": "Finding the real image",
    "discrimination": "Real or synthetic",
    "realism": "Ratings of realism",
    "label_checks": "Images against their labels",
    "agreement": "Agreement between readers",
}


@dataclass(frozen=True, kw_only=True)
class PartOutline:
    """One part of a section: what was found, drawn and tabulated."""

    title: str
    sentences: Sequence[str]
    figures: Sequence[Numbered]
    tables: Sequence[Numbered]


@dataclass(frozen=True, kw_only=True)
class SectionOutline:
    """One section's results, part by part, and how it was run."""

    name: str
    parts: Sequence[PartOutline]
    conduct: PartOutline


@dataclass(frozen=True, kw_only=True)
class Outline:
    """A report, ready to be set."""

    title: str
    notice: str
    running_head: str
    facts: Sequence[tuple[str, str]]
    brief: Sequence[str]
    methods: Sequence[str]
    endpoints: PartOutline
    sections: Sequence[SectionOutline]
    checklist: Sequence[Item]
    cross_check: PartOutline | None
    provenance: Sequence[tuple[str, str]]
    readers: Sequence[Mapping[str, Any]]
    document: Document

    @property
    def all_parts(self) -> Sequence[PartOutline]:
        """Every part, in the order of the report."""
        parts = [self.endpoints, *(part for section in self.sections for part in section.parts)]
        parts += [section.conduct for section in self.sections]
        return parts + ([self.cross_check] if self.cross_check else [])

    @property
    def all_figures(self) -> Sequence[Numbered]:
        return [entry for part in self.all_parts for entry in part.figures]

    def draw(self) -> None:
        """Draw every figure now: matplotlib works in one thread at a time."""
        for entry in self.all_figures:
            _ = entry.of.svg

    @property
    def all_tables(self) -> Sequence[Numbered]:
        return [entry for part in self.all_parts for entry in part.tables]


def outline(document: Document) -> Outline:
    """Put a document in order and number its figures and tables."""
    material = _Material(document)
    endpoints = material.endpoints()
    results = {name: list(material.results(name)) for name in document.sections}
    sections = [
        SectionOutline(name=name, parts=parts, conduct=material.conduct(name))
        for name, parts in results.items()
    ]
    return Outline(
        title=document.study.title,
        notice=" ".join(filter(None, (audit_notice(document), plan_notice(document), notice(document)))),
        running_head=", ".join(filter(None, (audit_head(document), running_head(document)))),
        facts=list(_facts(document)),
        brief=[*primary_sentences(document), *prose.brief(document)],
        methods=methods(document),
        endpoints=endpoints,
        sections=sections,
        checklist=checklist(document),
        cross_check=material.cross_check(),
        provenance=list(_provenance(document)),
        readers=document.study.readers,
        document=document,
    )


class _Material:
    """The figures and tables, numbered in the order in which they are asked for."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.figures: Sequence[Picture] = pictures(document)
        self.tables: Sequence[Table] = tables(document)
        self.last = {"figure": 0, "table": 0}

    def results(self, name: str) -> Iterator[PartOutline]:
        reason = self.document.sections[name].reason
        if reason:
            yield PartOutline(title="Not computed", sentences=[reason], figures=[], tables=[])
        for part, title in PART_TITLES.items():
            if getattr(self.document.sections[name], part) is not None:
                yield self._part(name, part, title, list(prose.part_results(self.document, name, part)))

        section = self.document.sections[name]
        for item, found in (section.items or {}).items():
            said = item_sentences(self.document, found)
            yield self._part(name, part_of(item), found.ask, said)
        yield from self._beside(name, section)
        if section.sensitivity:
            said = list(sensitivity_sentences(section))
            yield self._part(name, "sensitivity", "Sensitivity analyses", said)
        if section.subgroups:
            yield self._part(name, "subgroups", "Subgroups", list(subgroup_sentences(self.document, section)))

    def _beside(self, name: str, section: SectionResult) -> Iterator[PartOutline]:
        """Exposure, changes since an earlier section, and programs."""
        document = self.document
        found = (
            ("staircase", "Exposure", staircase_sentences(document, section)),
            ("changes", "Changes between sections", change_sentences(document, name)),
            ("programs", "Programs beside people", program_sentences(document, section)),
        )
        for part, title, said in found:
            if said:
                yield self._part(name, part, title, said)

    def endpoints(self) -> PartOutline:
        """The endpoints, which stand before everything else."""
        table = endpoint_table(self.document)
        return PartOutline(
            title="Endpoints",
            sentences=endpoint_sentences(self.document),
            figures=[],
            tables=self._numbered("table", [table] if table else []),
        )

    def conduct(self, name: str) -> PartOutline:
        return self._part(name, "conduct", name, list(section_conduct(self.document, name)))

    def cross_check(self) -> PartOutline | None:
        """The appendix, where other programs were asked."""
        found = self.document.cross_check
        if not found:
            return None
        return PartOutline(
            title="Cross-check",
            sentences=cross_check_sentences(found),
            figures=[],
            tables=self._numbered("table", [cross_check_table(found)]),
        )

    def _part(self, name: str, part: str, title: str, sentences: Sequence[str]) -> PartOutline:
        figures = [p for p in self.figures if (p.section, p.part) == (name, part)]
        found = [t for t in self.tables if (t.section, t.part) == (name, part)]
        return PartOutline(
            title=title,
            sentences=sentences,
            figures=self._numbered("figure", figures),
            tables=self._numbered("table", found),
        )

    def _numbered(self, kind: str, things: Sequence[Any]) -> list[Numbered]:
        first = self.last[kind] + 1
        self.last[kind] += len(things)
        return [Numbered(number=first + i, of=thing) for i, thing in enumerate(things)]


def _facts(document: Document) -> Iterator[tuple[str, str]]:
    study = document.study
    done = [part.conduct.completeness for part in document.sections.values() if part.conduct]
    if done:
        yield readers_word(document), str(max(each.readers for each in done))
    yield "answers", f"{study.n_answers:,}"
    yield "sources", str(len(study.sources))
    yield "level", f"{100 * study.level:g}%"


def _provenance(document: Document) -> Iterator[tuple[str, str]]:
    study = document.study
    for key, words in (("protocol_hash", "protocol"), ("plan_hash", "allocation plan"), ("seed", "seed")):
        if study.raw.get(key) is not None:
            yield words, str(study.raw[key])
    for file, digest in study.files.items():
        yield f"{file}, SHA-256", digest
    yield from program_provenance(document)
    yield from document.software.items()
