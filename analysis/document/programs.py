"""`programs` in report.json: readers that are programs, beside people and never among them."""

from dataclasses import dataclass

from analysis.crossed import CrossedMean
from analysis.document.json import left_out
from analysis.result import Result


@dataclass(frozen=True, kw_only=True)
class Overlap(Result):
    """Cases by who was wrong: the program, and the majority of people; kappas say whether errors coincide.

    `kappa` is Cohen's of being right, program against each person, averaged; `people_kappa` that of pairs of
    people (error consistency, Geirhos et al. 2020).
    """

    both_wrong: int
    only_program_wrong: int
    only_people_wrong: int
    both_right: int
    kappa: float | None
    people_kappa: float | None


@dataclass(frozen=True, kw_only=True)
class ProgramRow(Result):
    """One quantity of one program, with what people have on the same cases and the paired difference.

    `estimate` is the program's own, over these cases; `difference` is the program minus people, paired by
    case, with readers and cases random and the program as it is.
    """

    program: str
    asked: str
    what: str
    source: str
    n: int
    estimate: float
    low: float | None
    high: float | None
    people: float | None
    difference: CrossedMean | None
    p_holm: float | None = None
    overlap: Overlap | None = left_out()
