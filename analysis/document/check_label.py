"""`label_checks` in report.json: the results of the task check_label."""

from dataclasses import dataclass

from analysis.agreement.result import Agreement
from analysis.document.json import left_out
from analysis.result import Result, Test


@dataclass(frozen=True, kw_only=True)
class DiscrepantShare(Result):
    """The share of labels that do not fit their images, with Clopper and Pearson's interval."""

    discrepant: int
    n: int
    rate: float | None
    low: float | None
    high: float | None
    method: str | None = left_out()
    reason: str | None = left_out()


@dataclass(frozen=True, kw_only=True)
class ReaderDiscrepant(DiscrepantShare):
    """The share of one reviewer."""

    reader: str


@dataclass(frozen=True, kw_only=True)
class Consensus(DiscrepantShare):
    """The share by majority of the readings; ties are counted apart."""

    rule: str
    ties: int
    with_ties: DiscrepantShare
    by_any_reviewer: int
    by_all_reviewers: int


@dataclass(frozen=True, kw_only=True)
class Kappas(Result):
    """Cohen's kappa, weighted too where the values are numbers."""

    kappa_identity: Agreement | None = left_out()
    kappa_linear: Agreement | None = left_out()
    kappa_quadratic: Agreement | None = left_out()


@dataclass(frozen=True, kw_only=True)
class IntendedObserved(Kappas):
    """The intended values of a label against the observed ones."""

    values: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]
    n: int
    agree: int
    stuart_maxwell: Test | None = left_out()
    bowker: Test | None = left_out()
    direction: Test | None = left_out()


@dataclass(frozen=True, kw_only=True)
class ReaderIntendedObserved(IntendedObserved):
    """The same of one reviewer."""

    reader: str


@dataclass(frozen=True, kw_only=True)
class PairKappas(Kappas):
    """What two reviewers saw on the same images."""

    a: str
    b: str
    n: int


@dataclass(frozen=True, kw_only=True)
class LabelResult(IntendedObserved):
    """One label: all reviewers together, each alone, and between them."""

    label: str
    note: str
    by_reader: tuple[ReaderIntendedObserved, ...]
    between_readers: tuple[PairKappas, ...]


@dataclass(frozen=True, kw_only=True)
class BetweenReviewers(Result):
    """Agreement on whether labels are discrepant."""

    raw: Agreement
    fleiss: Agreement
    ac1: Agreement


@dataclass(frozen=True, kw_only=True)
class LabelChecks(Result):
    """Everything about the label checks of a section; `control` is the same of real images."""

    by_reader: tuple[ReaderDiscrepant, ...]
    consensus: Consensus
    unsure: int
    by_label: tuple[LabelResult, ...]
    between_readers: BetweenReviewers | None = left_out()
    control: "LabelChecks | None" = left_out()
