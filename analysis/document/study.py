"""The document of report.json: the study, its sections, and what made the numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.bundle.labels import Label, in_words, read_labels
from analysis.bundle.study import BlindingAudit, Disclosure, KnownElsewhere, Task
from analysis.document.agreement import SectionAgreement
from analysis.document.call import Discrimination, MaskedDiscrimination
from analysis.document.changes import Change
from analysis.document.check_label import LabelChecks
from analysis.document.common import NotComputed
from analysis.document.conduct import Conduct
from analysis.document.endpoints import Endpoint, Sensitivity, SubgroupFactor
from analysis.document.items import ItemResult
from analysis.document.json import left_out, spread
from analysis.document.pick_real import Detection, MaskedDetection
from analysis.document.programs import ProgramRow
from analysis.document.rate import MaskedRealism, Realism
from analysis.document.staircase import Staircase
from analysis.result import Result


@dataclass(frozen=True, kw_only=True)
class StudyFacts(Result):
    """study.json as written, with facts about the answers."""

    raw: Mapping[str, Any] = spread()
    title: str
    sources: tuple[Mapping[str, Any], ...]
    level: float
    masked: bool
    blinding_audit: BlindingAudit | None
    disclosures: tuple[Disclosure, ...]
    known_elsewhere: tuple[KnownElsewhere, ...] | None = left_out()
    n_answers: int
    files: Mapping[str, str]
    readers: tuple[Mapping[str, Any], ...]
    virtual_readers: int
    program_readers: int | None = left_out()

    @property
    def margins(self) -> Mapping[str, Any]:
        return self.raw.get("margins") or {}

    @property
    def scale(self) -> Mapping[str, Any]:
        return self.raw.get("scale") or {}

    @property
    def sample_size(self) -> str | None:
        """The reason for the size of the study, as its planner gave it."""
        found = self.raw.get("sample_size")
        return " ".join(found.split()) if isinstance(found, str) and found.strip() else None

    def label(self, name: str) -> Label:
        """Return the words for a label and its values, or else their names in the data."""
        return read_labels(self.raw).get(name) or Label(name=name, title=in_words(name), words={})

    def names_of(self, kind: str) -> list[str]:
        """The names of the real or of the synthetic sources."""
        return [str(source["name"]) for source in self.sources if source.get("kind") == kind]


@dataclass(frozen=True, kw_only=True)
class SectionResult(Result):
    """The results of one section; what its task does not have is left out.

    `reason` is why nothing of it was computed.
    """

    task: Task
    alternatives: int | None = left_out()
    detection: Detection | MaskedDetection | None = left_out()
    discrimination: Discrimination | MaskedDiscrimination | None = left_out()
    realism: Realism | MaskedRealism | None = left_out()
    label_checks: LabelChecks | None = left_out()
    agreement: SectionAgreement | None = left_out()
    items: Mapping[str, ItemResult] | None = left_out()
    staircase: Staircase | NotComputed | None = left_out()
    programs: tuple[ProgramRow, ...] | None = left_out()
    conduct: Conduct | None = left_out()
    sensitivity: tuple[Sensitivity, ...] | None = left_out()
    subgroups: tuple[SubgroupFactor, ...] | None = left_out()
    reason: str | None = left_out()


@dataclass(frozen=True, kw_only=True)
class Document(Result):
    """Everything that a report says."""

    study: StudyFacts
    endpoints: tuple[Endpoint, ...]
    sections: Mapping[str, SectionResult]
    software: Mapping[str, str]
    form: int
    changes: tuple[Change, ...] | None = left_out()
    cross_check: Mapping[str, Any] | None = left_out()
