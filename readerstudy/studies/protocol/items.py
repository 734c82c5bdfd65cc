"""What a section asks. Values only: `parse_items.py` makes them, `reading` checks answers to them."""

from dataclasses import dataclass

from readerstudy.studies.protocol.words import UNSAID, Words

#: The kinds of item, and how they are called before people.
KINDS = {
    "scale": "points on a scale",
    "choice": "one of several options",
    "choices": "several options",
    "number": "a number",
    "text": "free text",
    "pick": "pick an image",
    "prefer": "prefer an image",
    "rank": "rank the images",
    "mark": "mark points",
    "measure": "measure a distance or an angle",
}
#: What an item is asked about, once each.
OF = ("image", "trial", "section")
#: Kinds that compare the images of a screen, and so are of the trial.
COMPARING = ("pick", "prefer", "rank")
#: Truths that are known of every image without a label.
KNOWN_TRUTHS = ("kind", "source", "screen")


@dataclass(frozen=True, kw_only=True)
class Scale:
    """`labels` has one text for each point, or two for the ends."""

    points: tuple[int, ...]
    labels: tuple[Words, ...]
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Option:
    """`value` is what the data hold, `text` what readers see."""

    value: str
    text: Words


@dataclass(frozen=True, kw_only=True)
class Condition:
    """An item is asked only where an item above was answered so. Without an answer it is not."""

    item: str
    values: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, kw_only=True)
class Item:
    """A question. Fields that a kind does not have stay as they are here.

    `truth` is a label, "kind", "source" or "screen"; `within` is how far off an answer is still right.
    `none` is the text of the answer that takes nothing, "" if there is no such answer. `task` names the task
    that this item is short for: those keep their own tables in the bundle.
    """

    name: str
    kind: str
    ask: Words
    of: str = "image"
    help: Words = UNSAID
    required: bool = True
    skip: Words = UNSAID
    margin: float | None = None
    confidence: int = 0
    when: tuple[Condition, ...] = ()
    scale: Scale | None = None
    options: tuple[Option, ...] = ()
    other: Words = UNSAID
    shuffle: bool = False
    least: int = 0
    most: int | None = None
    none: Words = UNSAID
    low: float | None = None
    high: float | None = None
    step: float | None = None
    unit: Words = UNSAID
    slider: bool = False
    target: str = ""
    what: str = ""
    truth: str = ""
    within: float = 0.0
    positive: tuple[str, ...] = ()
    task: str = ""

    @property
    def compares(self) -> bool:
        return self.kind in COMPARING

    @property
    def values(self) -> tuple[str, ...]:
        """What the data hold for each option."""
        return tuple(option.value for option in self.options)

    def option(self, value: str) -> Option | None:
        return next((option for option in self.options if option.value == value), None)


@dataclass(frozen=True, kw_only=True)
class Staircase:
    """A rule that shortens the exposure after right answers to an item and lengthens it after wrong ones."""

    item: str
    start_ms: int
    min_ms: int
    max_ms: int
    down: int
    down_ms: int
    up: int
    up_ms: int
    reversals: int = 0
