"""`sections.NAME.items` in report.json: the results of each item, by its kind."""

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.agreement.intraclass import Intraclass
from analysis.bundle.items import Kind, Of
from analysis.crossed import CrossedMean
from analysis.document.agreement import Coefficients
from analysis.document.call import Curves, NoRoc, ReaderCalls, Roc
from analysis.document.common import NotComputed, NoTest
from analysis.document.conduct import Repeats
from analysis.document.json import left_out
from analysis.document.pick_real import Detection, MaskedDetection, ReaderShare
from analysis.document.rate import (
    OrdinalModel,
    OverSources,
    Pair,
    Ratings,
    ReaderMeans,
    Realism,
    SourceRatings,
)
from analysis.froc import Froc
from analysis.limits import Limits
from analysis.preference import SourceWorth, WorthDifference
from analysis.result import Equivalence, Interval, Result


@dataclass(frozen=True, kw_only=True)
class Missing(Result):
    """Questions without an answer: skipped, out of time, left empty."""

    skip: int
    time: int
    left: int

    @property
    def total(self) -> int:
        return self.skip + self.time + self.left


@dataclass(frozen=True, kw_only=True)
class ItemResult(Result):
    """What is said of any item; `reason` says why there is no more."""

    kind: Kind
    of: Of
    ask: str
    n: int
    n_readers: int
    n_cases: int
    missing: Missing
    margin: float | None = left_out()
    reason: str | None = left_out()


@dataclass(frozen=True, kw_only=True)
class GroupDifference(CrossedMean):
    """`a` minus `b`, paired by case or not; `difference` is the estimate by another name."""

    a: str
    b: str
    difference: float | None
    paired: bool
    p_holm: float | None = None
    equivalence: Equivalence | None = left_out()


@dataclass(frozen=True, kw_only=True)
class Share(Result):
    """A share of answers with its interval over readers and cases."""

    k: int
    n: int
    rate: float
    low: float | None
    high: float | None
    crossed: CrossedMean


@dataclass(frozen=True, kw_only=True)
class OverallShare(Share):
    """The share of all answers, with the interval that assumes them independent."""

    n_missing: int
    wilson: Interval


@dataclass(frozen=True, kw_only=True)
class SourceShare(Share):
    """The share of one source."""

    source: str


@dataclass(frozen=True, kw_only=True)
class Accuracy(Result):
    """How often answers were right: overall, by source, by reader, and real against synthetic."""

    overall: OverallShare
    by_source: tuple[SourceShare, ...]
    by_reader: tuple[ReaderShare, ...]
    difference: GroupDifference | None
    differences: tuple[GroupDifference, ...] | None = left_out()


@dataclass(frozen=True, kw_only=True)
class Confusion(Result):
    """Answers against the truth: a row a truth, a column an answer."""

    truths: tuple[str, ...]
    answers: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    by_source: Mapping[str, tuple[tuple[int, ...], ...]]


@dataclass(frozen=True, kw_only=True)
class ScaleItem(ItemResult):
    """Points on a scale: what `realism` has, agreement, and with a truth how often and how well."""

    overall: Ratings
    by_source: tuple[SourceRatings, ...]
    by_reader: tuple[ReaderMeans, ...]
    pairs: tuple[Pair, ...]
    friedman: OverSources | NoTest | None
    ordinal_model: OrdinalModel | NotComputed | None
    agreement: Coefficients | None
    repeats: Repeats | None = left_out()
    labels: tuple[str, ...]
    accuracy: Accuracy | None = left_out()
    auc: Roc | NoRoc | None = left_out()
    curves: Curves | NotComputed | None = left_out()

    @property
    def realism(self) -> Realism | None:
        """The same in the form of the task rate, where sources are known."""
        if not self.by_source or self.friedman is None or self.ordinal_model is None:
            return None
        return Realism(
            by_source=self.by_source,
            by_reader=self.by_reader,
            pairs=self.pairs,
            friedman=self.friedman,
            ordinal_model=self.ordinal_model,
        )


@dataclass(frozen=True, kw_only=True)
class OptionShare(Share):
    """How often an option was chosen."""

    option: str
    text: str


@dataclass(frozen=True, kw_only=True)
class SourceOptions(Result):
    """How often each option was chosen of one source."""

    source: str
    n: int
    shares: tuple[OptionShare, ...]


@dataclass(frozen=True, kw_only=True)
class OptionDifference(GroupDifference):
    """How much more often an option was chosen of one source than of another."""

    option: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ChoiceItem(ItemResult):
    """One of several options; what needs a truth is left out without one."""

    options: tuple[str, ...]
    by_source: tuple[SourceOptions, ...]
    differences: tuple[OptionDifference, ...]
    agreement: Coefficients | None
    repeats: Repeats | None = left_out()
    accuracy: Accuracy | None = left_out()
    confusion: Confusion | None = left_out()
    positive: tuple[str, ...] | None = left_out()
    sensitivity: CrossedMean | NotComputed | None = left_out()
    specificity: CrossedMean | NotComputed | None = left_out()
    auc: Roc | NoRoc | None = left_out()
    curves: Curves | NotComputed | None = left_out()
    indices: tuple[ReaderCalls, ...] | None = left_out()


@dataclass(frozen=True, kw_only=True)
class ChoicesItem(ItemResult):
    """Several of the options: each option is a question of its own; agreement by option."""

    options: tuple[str, ...]
    by_source: tuple[SourceOptions, ...]
    differences: tuple[OptionDifference, ...]
    agreement: Mapping[str, Coefficients]


@dataclass(frozen=True, kw_only=True)
class Numbers(Result):
    """Numbers described, with the interval of their mean over readers and cases."""

    n: int
    mean: float
    sd: float | None
    low: float | None
    high: float | None
    crossed: CrossedMean


@dataclass(frozen=True, kw_only=True)
class SourceNumbers(Numbers):
    """The numbers of one source."""

    source: str


@dataclass(frozen=True, kw_only=True)
class AgreementLimits(Limits):
    """Limits of agreement of what is compared; points are (mean, difference), thinned where many."""

    compared: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True)
class BlandAltman(Result):
    """Limits against the truth, between two readers, within a reader, and of paired sources."""

    truth: AgreementLimits | None = left_out()
    sources: tuple[AgreementLimits, ...] | None = left_out()
    reproducibility: Interval | None = left_out()
    repeatability: Interval | None = left_out()
    readers: tuple[tuple[float, float], ...] | None = left_out()


@dataclass(frozen=True, kw_only=True)
class SourceError(Numbers):
    """Answer minus truth, of one source."""

    source: str


@dataclass(frozen=True, kw_only=True)
class Errors(Result):
    """Answer minus truth: bias, mean absolute error, share within the tolerance."""

    bias: CrossedMean
    absolute: CrossedMean
    root_mean_square: float
    by_source: tuple[SourceError, ...]
    within: float
    accuracy: Accuracy | None
    difference: GroupDifference | None


@dataclass(frozen=True, kw_only=True)
class NumberItem(ItemResult):
    """Numbers, distances and angles."""

    unit: str
    overall: Numbers
    by_source: tuple[SourceNumbers, ...]
    icc: Intraclass
    difference: GroupDifference | None
    differences: tuple[GroupDifference, ...] | None = left_out()
    bland_altman: BlandAltman
    error: Errors | None = left_out()
    auc: Roc | NoRoc | None = left_out()


@dataclass(frozen=True, kw_only=True)
class TargetShare(Result):
    """How often the target was picked where screens differ in their number of images."""

    k: int
    n: int
    rate: float
    chance: float
    crossed: CrossedMean
    by_reader: tuple[ReaderShare, ...]


@dataclass(frozen=True, kw_only=True)
class PickItem(ItemResult):
    """The one image that is the target: what `detection` has."""

    target: str
    alternatives: int | None
    detection: Detection | MaskedDetection | None
    share: TargetShare | None = left_out()
    agreement: Coefficients | None = left_out()


@dataclass(frozen=True, kw_only=True)
class PreferencePair(Result):
    """Two sources on the same screens: how often each was put first, and the net share of `a`."""

    a: str
    b: str
    a_first: int
    b_first: int
    neither: int
    n: int
    share: float | None
    net: CrossedMean
    p_holm: float | None = None


@dataclass(frozen=True, kw_only=True)
class NoneShare(Share):
    """How often none was preferred."""


@dataclass(frozen=True, kw_only=True)
class WorthItem(ItemResult):
    """Preferences and orders: worth of each source, pairs, and how often none was preferred."""

    worth: tuple[SourceWorth, ...]
    differences: tuple[WorthDifference, ...]
    pairs: tuple[PreferencePair, ...]
    none: NoneShare | None = left_out()
    agreement: Coefficients | None = left_out()


@dataclass(frozen=True, kw_only=True)
class Counts(Result):
    """How many marks an image got."""

    overall: Numbers
    by_source: tuple[SourceNumbers, ...]
    difference: GroupDifference | None


@dataclass(frozen=True, kw_only=True)
class SourceFroc(Result):
    """The figure of merit of one source's images."""

    source: str
    estimate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class FrocDifference(Result):
    """The figure of merit on real images minus that on synthetic ones."""

    a: str
    b: str
    estimate: float | None
    se: float | None
    df: float | None
    low: float | None
    high: float | None
    p: float | None


@dataclass(frozen=True, kw_only=True)
class MarkFroc(Froc):
    """The figure of merit, over all and by source."""

    within: float
    by_source: tuple[SourceFroc, ...]
    difference: FrocDifference | None


@dataclass(frozen=True, kw_only=True)
class MarkItem(ItemResult):
    """Points on an image."""

    count: Counts
    froc: MarkFroc | NotComputed | None = left_out()


@dataclass(frozen=True, kw_only=True)
class SourceWords(Result):
    """How much was written of one source."""

    source: str
    n: int
    words: float
    median: float


@dataclass(frozen=True, kw_only=True)
class Note(Result):
    """One text as it was written."""

    reader: str
    image: str | None
    source: str | None
    text: str
    words: int


@dataclass(frozen=True, kw_only=True)
class TextItem(ItemResult):
    """Free text: how many, how long, and all of it."""

    words: tuple[SourceWords, ...]
    texts: tuple[Note, ...]
