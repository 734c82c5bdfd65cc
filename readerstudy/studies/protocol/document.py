"""What a protocol says. Values only; where they come from is parse.py, what they lead to is the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from readerstudy.imaging.canvas import Canvas

#: The tasks, and how they are called before people.
ASKED = {
    "pick_real": "pick the real one",
    "call": "real or synthetic",
    "rate": "rate the realism",
    "check_label": "check the label",
}


@dataclass(frozen=True, kw_only=True)
class SourceDocument:
    """`public`: its images can be found by anybody, so that a reader could look them up."""

    name: str
    kind: str
    description: str = ""
    public: bool = False


@dataclass(frozen=True, kw_only=True)
class Scale:
    points: tuple[int, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Margins:
    """How far from chance, or from real images, still counts as equivalent."""

    detection: float
    realism: float


@dataclass(frozen=True, kw_only=True)
class Question:
    name: str
    text: str
    kind: str
    options: tuple[str, ...] = ()
    required: bool = True


@dataclass(frozen=True, kw_only=True)
class Display:
    """What the screen of a reader has to be like, and what happens if it is not."""

    if_failed: str = "warn"
    min_width_px: int = 1024
    min_height_px: int = 700


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How reading goes, in every section alike."""

    allow_back: bool = False
    show_clock: bool = False
    break_after: int | None = None
    idle_after_s: int = 120
    reasons: tuple[str, ...] = ()
    spots: bool = False
    show_own_result: bool = False


@dataclass(frozen=True, kw_only=True)
class SectionDocument:
    name: str
    task: str
    title: str
    trials: int
    compose: Mapping[str, int]
    rate: bool = False
    confidence: int = 0
    labels: tuple[str, ...] = ()
    repeats: int = 0
    catch: int = 0
    practice: bool = False
    pass_mark: float | None = None
    design: str = "crossed"
    anchor: int = 0
    block: int = 0
    masked_arms: bool = False

    @property
    def asks(self) -> str:
        """The task in the words of people."""
        return ASKED[self.task]

    @property
    def alternatives(self) -> int:
        """How many images one screen shows."""
        return sum(self.compose.values()) if self.task == "pick_real" else 1

    @property
    def read_by_each(self) -> int:
        """How many trials one reader reads, hidden repeats included."""
        base = self.anchor + self.block if self.design == "rotate" else self.trials
        return base + self.repeats + self.catch

    def catch_source(self, protocol: "ProtocolDocument") -> str:
        """The source whose images are spoiled into obvious fakes, where a screen shows one image."""
        synthetic = (name for name in self.compose if protocol.source(name).kind == "synthetic")
        return next(synthetic, next(iter(self.compose)))

    def images_of(self, source: str, protocol: "ProtocolDocument") -> int:
        """How many images of a source the section uses up."""
        share = self.compose.get(source, 0)
        if self.task == "pick_real":
            return share * (self.trials + self.catch)
        return share + (self.catch if source == self.catch_source(protocol) else 0)


@dataclass(frozen=True, kw_only=True)
class ProtocolDocument:
    title: str
    seed: int
    level: float
    readers: int
    places: int
    canvas: Canvas
    sources: tuple[SourceDocument, ...]
    scale: Scale
    margins: Margins
    sections: tuple[SectionDocument, ...]
    #: What readers see: a title may tell them what the study looks for.
    public_title: str = ""
    description: str = ""
    washout_days: int = 0
    consent: str = ""
    instructions: str = ""
    questions: tuple[Question, ...] = ()
    display: Display = field(default_factory=Display)
    reading: Reading = field(default_factory=Reading)
    unblinding_people: int = 1
    analysis_plan: str = ""

    def section(self, name: str) -> SectionDocument:
        return next(section for section in self.sections if section.name == name)

    def source(self, name: str) -> SourceDocument:
        return next(source for source in self.sources if source.name == name)

    def images_needed(self, source: str) -> int:
        return sum(section.images_of(source, self) for section in self.sections)
