"""`detection` in report.json: the results of the task pick_real."""

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.bayes import BayesFactor
from analysis.crossed import CrossedMean
from analysis.document.common import CountTest, NotComputed
from analysis.document.json import left_out
from analysis.mixed.result import Coefficient, ComponentTest, RandomIntercept
from analysis.result import Equivalence, Interval, Result


@dataclass(frozen=True, kw_only=True)
class ExactShare(Interval):
    """Clopper and Pearson's interval with the binomial tests, assuming independent answers."""

    p_two_sided: float | None
    p_greater: float | None


@dataclass(frozen=True, kw_only=True)
class EquivalenceCurve(Result):
    """p of equivalence at each margin."""

    margin: tuple[float, ...]
    p: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class ChanceEquivalence(Equivalence):
    """Equivalence with chance over readers and cases, with the exact test and the curve over margins."""

    exact: Equivalence | None = left_out()
    curve: EquivalenceCurve | None = left_out()


@dataclass(frozen=True, kw_only=True)
class Overall(Result):
    """The share of trials whose real image was found, against chance."""

    k: int
    n: int
    n_missing: int
    rate: float
    chance: float
    crossed: CrossedMean
    exact: ExactShare
    wilson: Interval
    dprime: Interval
    equivalence: ChanceEquivalence
    bayes: BayesFactor


@dataclass(frozen=True, kw_only=True)
class ReaderShare(Result):
    """One reader's share, with Wilson's interval."""

    reader: str
    k: int
    n: int
    rate: float
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class TrialShare(Result):
    """How many readers found the real image of a trial."""

    trial: str
    k: int
    n: int


@dataclass(frozen=True, kw_only=True)
class SlotShare(Result):
    """Correct picks where the real image stood in this slot."""

    slot: int
    k: int
    n: int


@dataclass(frozen=True, kw_only=True)
class Position(CountTest):
    """Picks over the slots of the screen, and where the real image stood."""

    counts: tuple[int, ...] | None
    real_slots: tuple[int, ...] | None = left_out()
    balance: CountTest | None = left_out()
    correct_by_real_slot: tuple[SlotShare, ...] | None = left_out()
    correctness: CountTest | None = left_out()


@dataclass(frozen=True, kw_only=True)
class WrongPicks(CountTest):
    """Wrong picks by alternative, against equal counts."""

    counts: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class PickModel(Result):
    """Logistic mixed model of finding the real image."""

    intercept: Coefficient
    random: tuple[RandomIntercept, ...]
    components: tuple[ComponentTest, ...]
    log_likelihood: float
    n: int
    method: str
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ChoiceModel(Result):
    """Conditional logit of the pick on source and position."""

    coefficients: tuple[Coefficient, ...]
    reference: str
    n: int
    method: str


@dataclass(frozen=True, kw_only=True)
class MaskedDetection(Result):
    """The results of picks in a masked bundle."""

    position: Position
    reason: str


@dataclass(frozen=True, kw_only=True)
class Detection(Result):
    """Everything about the picks of a section."""

    overall: Overall
    by_reader: tuple[ReaderShare, ...]
    by_trial: tuple[TrialShare, ...]
    position: Position
    by_alternative: Mapping[str, int]
    wrong_picks: WrongPicks
    mixed_model: PickModel | NotComputed
    choice_model: ChoiceModel | NotComputed
