"""`agreement` in report.json: between readers, on picks, calls and ratings."""

from collections.abc import Iterator
from dataclasses import dataclass

from analysis.agreement.cohen import PrevalenceBias
from analysis.agreement.intraclass import Intraclass
from analysis.agreement.kendall import Concordance
from analysis.agreement.result import Agreement
from analysis.document.json import left_out
from analysis.result import Result


@dataclass(frozen=True, kw_only=True)
class ReaderPair(Result):
    """Cohen's kappa of two readers, with the indices that say why it may be low."""

    a: str
    b: str
    kappa: Agreement
    indices: PrevalenceBias


@dataclass(frozen=True, kw_only=True)
class Coefficients(Result):
    """Coefficients of agreement on one kind of answer."""

    raw: Agreement
    fleiss: Agreement
    conger: Agreement
    ac1: Agreement
    alpha: Agreement
    brennan_prediger: Agreement
    ac2: Agreement | None = left_out()
    fleiss_quadratic: Agreement | None = left_out()
    pairs: tuple[ReaderPair, ...] | None = left_out()
    icc: Intraclass | None = left_out()
    kendall_w: Concordance | None = left_out()

    @property
    def ordered(self) -> bool:
        """Whether the answers are points of a scale."""
        return self.ac2 is not None


@dataclass(frozen=True, kw_only=True)
class SectionAgreement(Result):
    """Agreement on each kind of answer that a section asks for."""

    picks: Coefficients | None = left_out()
    calls: Coefficients | None = left_out()
    ratings: Coefficients | None = left_out()

    def by_kind(self) -> Iterator[tuple[str, Coefficients]]:
        """Each kind that was asked for, with its coefficients."""
        for kind in ("picks", "calls", "ratings"):
            found = getattr(self, kind)
            if found is not None:
                yield kind, found
