"""`discrimination` in report.json: the results of the task call. Positive means synthetic."""

from dataclasses import dataclass

from analysis.calibration import Calibration
from analysis.confidence import ConfidenceModel
from analysis.crossed import CrossedMean
from analysis.document.common import HolmMean, NoInterval, NotComputed
from analysis.document.json import left_out
from analysis.mrmc.result import MrmcDifference, MrmcEstimate
from analysis.ranks.several import Several
from analysis.result import Equivalence, Interval, Result, Test
from analysis.roc.auc import Auc
from analysis.roc.obuchowski_rockette import ObuchowskiRockette
from analysis.signal_detection import YesNo


@dataclass(frozen=True, kw_only=True)
class CalledShare(Result):
    """How often images were called synthetic, whatever they are."""

    k: int
    n: int
    rate: float
    crossed: CrossedMean


@dataclass(frozen=True, kw_only=True)
class MaskedDiscrimination(Result):
    """The results of calls in a masked bundle."""

    reason: str
    called_synthetic: CalledShare


@dataclass(frozen=True, kw_only=True)
class ReaderCalls(YesNo):
    """One reader's calls against the truth."""

    reader: str
    auc: Auc | NoInterval


@dataclass(frozen=True, kw_only=True)
class Pooled(Result):
    """Accuracy of all calls, stratified by truth."""

    k: int
    n: int
    n_missing: int
    rate: float
    chance: float
    crossed: CrossedMean
    wilson: Interval
    exact: Interval
    exact_p: float | None


@dataclass(frozen=True, kw_only=True)
class Balanced(Result):
    """Sensitivity, specificity and their mean."""

    sensitivity: CrossedMean
    specificity: CrossedMean
    rate: float | None
    chance: float
    crossed: CrossedMean


@dataclass(frozen=True, kw_only=True)
class GuessingShare(Equivalence):
    """Equivalence with guessing, and that readers do no better than guessing plus the margin."""

    p_non_inferior: float | None


@dataclass(frozen=True, kw_only=True)
class GeneratorGuessing(GuessingShare):
    """The same of one generator, with Holm's correction over generators."""

    source: str
    p_holm: float | None = None
    p_non_inferior_holm: float | None = None


@dataclass(frozen=True, kw_only=True)
class Guessing(Result):
    """Whether calls are as good as guessing: all together, of each kind of image, of each generator."""

    balanced: GuessingShare
    sensitivity: GuessingShare
    specificity: GuessingShare
    by_generator: tuple[GeneratorGuessing, ...]


@dataclass(frozen=True, kw_only=True)
class SourceCalls(Result):
    """How often images of one source were called synthetic."""

    source: str
    kind: str | None
    detected: int
    n: int
    rate: float
    low: float | None
    high: float | None
    crossed: CrossedMean


@dataclass(frozen=True, kw_only=True)
class AnyDesign(MrmcEstimate):
    """The mean area over all answers, whoever read what."""

    components: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Roc(ObuchowskiRockette):
    """The readers' mean area over readers and cases."""

    mean: Interval
    any_design: AnyDesign | NotComputed | None = left_out()


@dataclass(frozen=True, kw_only=True)
class NoRoc(NotComputed):
    """Takes the place of `Roc` where no images were scored by every reader."""

    any_design: AnyDesign | NotComputed | None = left_out()


@dataclass(frozen=True, kw_only=True)
class Curve(Result):
    """Points of a receiver operating characteristic."""

    false_alarms: tuple[float, ...]
    sensitivity: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class ReaderCurve(Curve):
    """One reader's empirical curve."""

    reader: str


@dataclass(frozen=True, kw_only=True)
class Curves(Result):
    """The readers' curves and their mean."""

    by_reader: tuple[ReaderCurve, ...]
    mean: Curve
    method: str


@dataclass(frozen=True, kw_only=True)
class GeneratorArea(MrmcEstimate):
    """The mean area of one generator against the real images."""

    source: str


@dataclass(frozen=True, kw_only=True)
class AreaDifference(MrmcDifference):
    """Difference of the areas of two generators."""

    difference: float
    p_holm: float | None = None


@dataclass(frozen=True, kw_only=True)
class GeneratorAreas(Result):
    """The areas of the generators and their differences."""

    areas: tuple[GeneratorArea, ...]
    differences: tuple[AreaDifference, ...]


@dataclass(frozen=True, kw_only=True)
class DetectionDifference(HolmMean):
    """Difference of the detection rates of two generators."""

    a: str
    b: str
    difference: float
    paired: bool


@dataclass(frozen=True, kw_only=True)
class McNemarPair(Test):
    """McNemar's exact test of two generators on matched cases."""

    a: str
    b: str
    only_a: int
    only_b: int
    p_holm: float | None = None


@dataclass(frozen=True, kw_only=True)
class MatchedTests(Result):
    """Cochran's Q over generators, and each pair."""

    cochran_q: Several
    mcnemar: tuple[McNemarPair, ...]


@dataclass(frozen=True, kw_only=True)
class ReaderMatchedTests(MatchedTests):
    """The same of one reader."""

    reader: str


@dataclass(frozen=True, kw_only=True)
class SameCases(Result):
    """The same cases through several generators, the readers taken as they are."""

    n_cases: int
    generators: tuple[str, ...]
    rule: str
    majority: MatchedTests
    by_reader: tuple[ReaderMatchedTests, ...]


@dataclass(frozen=True, kw_only=True)
class ImageCalls(Result):
    """How many readers called an image wrongly."""

    image: str
    source: str
    wrong: int
    n: int


@dataclass(frozen=True, kw_only=True)
class ConfidenceShare(Result):
    """Correct calls at one confidence, with the Wilson interval of their share."""

    confidence: float
    k: int
    n: int
    rate: float
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class ConfidenceCalibration(Calibration):
    """How far confidence meets accuracy, its points spread evenly from chance to certainty.

    `gap` and `score` are overconfidence and Brier score with their intervals over readers and images.
    """

    points: int
    gap: CrossedMean
    score: CrossedMean


@dataclass(frozen=True, kw_only=True)
class Discrimination(Result):
    """Everything about the calls of a section."""

    by_reader: tuple[ReaderCalls, ...]
    pooled: Pooled
    balanced: Balanced | NotComputed
    equivalence: Guessing | NotComputed
    by_source: tuple[SourceCalls, ...]
    roc: Roc | NoRoc
    curves: Curves | NotComputed
    by_generator: GeneratorAreas | NotComputed
    differences: tuple[DetectionDifference, ...]
    same_cases: SameCases | NotComputed | None = left_out()
    by_image: tuple[ImageCalls, ...]
    calibration: tuple[ConfidenceShare, ...]
    confidence: ConfidenceCalibration | NotComputed
    binormal: ConfidenceModel | NotComputed
    metacognition: ConfidenceModel | NotComputed
