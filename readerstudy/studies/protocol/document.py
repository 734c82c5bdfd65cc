"""What a protocol says. Values only; where they come from is parse.py, what they lead to is the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from readerstudy.imaging.canvas import Canvas
from readerstudy.studies.protocol.items import Item, Scale, Staircase
from readerstudy.studies.protocol.labels import LabelDocument
from readerstudy.studies.protocol.words import UNSAID, Words

#: The tasks, and how they are called before people.
ASKED = {
    "pick_real": "pick the real one",
    "call": "real or synthetic",
    "rate": "rate the realism",
    "check_label": "check the label",
    "ask": "answer questions",
}
#: How the images of a screen are arranged.
ARRANGEMENTS = ("grid", "row", "flicker", "slider")
#: What covers the images once they were exposed.
MASKS = ("noise", "grey", "none")


@dataclass(frozen=True, kw_only=True)
class SourceDocument:
    """`public`: its images can be found by anybody, so that a reader could look them up."""

    name: str
    kind: str
    description: str = ""
    public: bool = False


@dataclass(frozen=True, kw_only=True)
class Margins:
    """How far from chance, or from real images, still counts as equivalent; None: not decided."""

    detection: float | None = None
    realism: float | None = None


@dataclass(frozen=True, kw_only=True)
class Question:
    name: str
    text: Words
    kind: str
    options: tuple[Words, ...] = ()
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
    undo: bool = False
    preview: bool = True
    show_clock: bool = False
    break_after: int | None = None
    idle_after_s: int = 120
    reasons: tuple[Words, ...] = ()
    spots: bool = False
    show_own_result: bool = False
    keep_window: bool = False
    keep_zoom: bool = False


@dataclass(frozen=True, kw_only=True)
class PresetDocument:
    """A window that readers can choose by key: shares of the canvas, from black (0) to white (1)."""

    name: Words
    center: float
    width: float


@dataclass(frozen=True, kw_only=True)
class ScreenDocument:
    """A kind of screen: how many images of each source it shows, and how many trials are of the kind.

    `name` is "" where all are of one kind.
    """

    name: str = ""
    show: Mapping[str, int]
    trials: int

    @property
    def images(self) -> int:
        return sum(self.show.values())


@dataclass(frozen=True, kw_only=True)
class SectionDocument:
    """A run of trials. What [study] and [reading] say of all sections stands here for this one.

    `compose` counts images of the whole section where screens show one image, images of one screen where
    they show several. `screens` says the same by kinds of screen, and is empty where a section is a page of
    questions or shows the screens of another (`reuse`) as they are: those are `reused`. `draw` is how many of
    the sources in `show` one screen shows, 0 for all; each way to draw them is a screen of its own.
    """

    name: str
    task: str
    title: Words
    trials: int
    compose: Mapping[str, int]
    screens: tuple[ScreenDocument, ...] = ()
    reused: tuple[ScreenDocument, ...] = ()
    items: tuple[Item, ...] = ()
    draw: int = 0
    reuse: str = ""
    match: tuple[str, ...] = ()
    case: bool = False
    reference: str = ""
    tells: tuple[str, ...] = ()
    arrange: str = "grid"
    order: str = "random"
    shuffle_items: bool = False
    briefing: Words = UNSAID
    help: Words = UNSAID
    discloses: Words = UNSAID
    feedback: bool = False
    exposure_ms: int = 0
    mask: str = "noise"
    min_view_ms: int = 0
    answer_within_ms: int = 0
    staircase: Staircase | None = None
    washout_days: int = 0
    reasons: tuple[Words, ...] = ()
    spots: bool = False
    allow_back: bool = False
    break_after: int | None = None
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
        return ASKED[self.task]

    @property
    def can_undo(self) -> bool:
        """Return whether the last answer may be undone: there was no feedback and no time limit."""
        return not (self.tells_the_truth or self.exposure_ms or self.answer_within_ms)

    @property
    def tells_the_truth(self) -> bool:
        """Return whether readers learn while reading whether they were right."""
        return self.practice or self.feedback or self.staircase is not None

    @property
    def length_tells(self) -> bool:
        """Return whether the number of answers depends on how often a reader was right."""
        ends_by_turns = self.staircase is not None and self.staircase.reversals > 0
        return ends_by_turns or self.pass_mark is not None

    @property
    def counting_tells(self) -> bool:
        """Return whether counting answers as they come tells how often a reader was right.

        A round of practice that takes minutes to be handed in was failed, and another one follows.
        """
        return self.staircase is not None or self.pass_mark is not None

    def item(self, name: str) -> Item:
        return next(item for item in self.items if item.name == name)

    @property
    def section_items(self) -> tuple[Item, ...]:
        """Return the items that are asked once, after the last trial."""
        return tuple(item for item in self.items if item.of == "section")

    @property
    def trial_items(self) -> tuple[Item, ...]:
        """Return the items that are asked of each screen and of its images."""
        return tuple(item for item in self.items if item.of != "section")

    @property
    def shown_screens(self) -> tuple[ScreenDocument, ...]:
        """The kinds of screen that readers see, whoever took their images from the pool."""
        return self.screens or self.reused

    @property
    def alternatives(self) -> int:
        """Return the largest number of images on a screen, not counting the reference."""
        return max((screen.images for screen in self.shown_screens), default=1)

    @property
    def most_images(self) -> int:
        """Return the largest number of images on a screen."""
        return self.alternatives + bool(self.reference)

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the sources on its screens, in the order of first mention."""
        return tuple(dict.fromkeys(name for screen in self.shown_screens for name in screen.show))

    @property
    def is_matched(self) -> bool:
        """Return whether images are chosen by their labels or cases."""
        return bool(self.match) or self.case

    @property
    def rotation(self) -> tuple[str, int, int]:
        """Which trials one reader reads: two sections that say the same of the same screens show the same."""
        return self.design, self.anchor, self.block

    @property
    def read_by_each(self) -> int:
        """How many screens one reader reads: hidden repeats included, and the page of section items."""
        base = self.anchor + self.block if self.design == "rotate" else self.trials
        return base + self.repeats + self.catch + bool(self.section_items)

    def catch_source(self, protocol: "ProtocolDocument") -> str:
        """The source whose images are spoiled into obvious fakes, where a screen shows one image."""
        shown = [source for screen in self.shown_screens for source in screen.show]
        synthetic = (name for name in shown if protocol.source(name).kind == "synthetic")
        return next(synthetic, shown[0])

    def catch_show(self, protocol: "ProtocolDocument") -> Mapping[str, int]:
        """The images of a catch trial: the first kind of screen with an image to be spoiled, or it alone."""
        if self.alternatives == 1:
            return {self.catch_source(protocol): 1}
        shows = [screen.show for screen in self.shown_screens]
        spoiled = (show for show in shows if any(protocol.source(one).kind == "synthetic" for one in show))
        return next(spoiled, shows[0])

    def images_of(self, source: str, protocol: "ProtocolDocument") -> int:
        """Return how many images of a source the section takes from the pool."""
        needed = 0
        if not self.reuse:
            needed = sum(screen.show.get(source, 0) * screen.trials for screen in self.screens)
        if self.catch:
            needed += self.catch_show(protocol).get(source, 0) * self.catch
        if source == self.reference:
            needed += self.catch + (0 if self._has_references_already(protocol) else self.trials)
        return needed

    def _has_references_already(self, protocol: "ProtocolDocument") -> bool:
        return bool(self.reused) and protocol.section(self.reuse).reference == self.reference


@dataclass(frozen=True, kw_only=True)
class ArmDocument:
    """Readers of an arm read these sections in this order."""

    name: str
    sections: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class EndpointDocument:
    """What the study decides: `what` of the item `of` ("section.item"), compared or held against a value."""

    name: str
    of: str
    what: str
    role: str = "secondary"
    option: str = ""
    compare: tuple[str, ...] = ()
    against: float | None = None
    test: str = "difference"
    margin: float | None = None
    better: str = "higher"


@dataclass(frozen=True, kw_only=True)
class Looks:
    """At which percent of the planned answers the monitor looks, and how the looks spend the error."""

    at: tuple[int, ...]
    spending: str = "obrien-fleming"


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
    public_title: Words = UNSAID
    description: str = ""
    washout_days: int = 0
    consent: Words = UNSAID
    instructions: Words = UNSAID
    questions: tuple[Question, ...] = ()
    display: Display = field(default_factory=Display)
    reading: Reading = field(default_factory=Reading)
    unblinding_people: int = 1
    analysis_plan: str = ""
    sample_size: str = ""
    #: What readers are told before they accept: whom to ask, until when to read, how long it takes in all.
    contact: Words = UNSAID
    deadline: date | None = None
    minutes: int | None = None
    languages: tuple[str, ...] = ("en",)
    presets: tuple[PresetDocument, ...] = ()
    #: Named scales; `scale` is the one for items that name none.
    scales: tuple[Scale, ...] = ()
    #: Every value that a label can have, in order.
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Labels that readers see by a title, or by words for their values.
    labels: Mapping[str, LabelDocument] = field(default_factory=dict)
    arms: tuple[ArmDocument, ...] = ()
    endpoints: tuple[EndpointDocument, ...] = ()
    looks: Looks | None = None
    #: Whether a program that reads may send images to an outside endpoint.
    external: bool = False

    def arm_of(self, place: int) -> ArmDocument | None:
        """Return the arm of a place; places are assigned to arms in turn."""
        return self.arms[(place - 1) % len(self.arms)] if self.arms else None

    def root_of(self, section: SectionDocument) -> SectionDocument:
        """The section whose screens are shown: itself, unless it shows those of another as they are."""
        while section.reused:
            section = self.section(section.reuse)
        return section

    @property
    def primary(self) -> EndpointDocument | None:
        """Return the endpoint that looks examine."""
        return next((endpoint for endpoint in self.endpoints if endpoint.role == "primary"), None)

    def section(self, name: str) -> SectionDocument:
        return next(section for section in self.sections if section.name == name)

    def source(self, name: str) -> SourceDocument:
        return next(source for source in self.sources if source.name == name)

    def images_needed(self, source: str) -> int:
        return sum(section.images_of(source, self) for section in self.sections)

    @property
    def needed(self) -> dict[str, int]:
        """How many images each source needs."""
        return {source.name: self.images_needed(source.name) for source in self.sources}
