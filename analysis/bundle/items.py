"""The items of study.json: what a section asks besides, or instead of, the four tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal, cast, get_args

from analysis.bundle.cells import TEXT_LENGTH
from analysis.bundle.errors import BundleError, listed, quoted
from analysis.bundle.study_json import FILE, is_number, refused

Kind = Literal["scale", "choice", "choices", "number", "text", "pick", "prefer", "rank", "mark", "measure"]
Of = Literal["image", "trial", "section"]
KINDS: tuple[str, ...] = get_args(Kind)
OF: tuple[str, ...] = get_args(Of)
#: Kinds that compare the images of a screen: one row an image.
COMPARING = ("pick", "prefer", "rank")
WITH_OPTIONS = ("choice", "choices")
#: Truths that are known without a label.
KNOWN_TRUTHS = ("kind", "source", "screen")
LONGEST_ASK = 5000
#: The group of answers whose images are of no source alone.
ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Option:
    """An answer to choose: what the data hold, and what readers saw."""

    value: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Item:
    """One question; `task` names the task that it is short for, whose own table is analysed."""

    name: str
    kind: Kind
    of: Of
    ask: str
    points: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    truth: str = ""
    within: float = 0.0
    positive: tuple[str, ...] = ()
    target: str = ""
    unit: str = ""
    what: str = ""
    margin: float | None = None
    required: bool = True
    task: str = ""

    @property
    def values(self) -> tuple[str, ...]:
        """What the data hold for each option."""
        return tuple(option.value for option in self.options)

    @property
    def compares(self) -> bool:
        """Whether the item has a row for each image of a screen."""
        return self.kind in COMPARING

    @property
    def title(self) -> str:
        """Return the question as a heading; the name where there is no text."""
        return self.ask or self.name

    def word(self, value: str) -> str:
        """The text of an option's value."""
        return next((option.text for option in self.options if option.value == value), value)

    @property
    def meaning(self) -> tuple[Any, ...]:
        """Return what must be the same wherever an item of this name is asked."""
        return (self.kind, self.of, self.points, self.values, self.unit)


def read_items(entry: Mapping[str, Any], column: str) -> tuple[Item, ...]:
    """Read and check the items of one section."""
    found = entry.get("items")
    if found is None:
        return ()
    if not isinstance(found, list):
        raise refused(found, column, "list the items of the section")
    items = tuple(_item(each, f"{column}[{place}]") for place, each in enumerate(found))
    for place, item in enumerate(items):
        if item.name in {other.name for other in items[:place]}:
            raise refused(item.name, f"{column}[{place}].name", "name each item of a section once")
    return items


def check_meanings(sections: Sequence[tuple[str, Sequence[Item]]]) -> None:
    """Refuse one item name with two meanings: a name in two sections is one question."""
    known: dict[str, Item] = {}
    for index, (_section, items) in enumerate(sections):
        for place, item in enumerate(items):
            # what is seen instead of a label has the values that the study's images have
            if item.task:
                continue
            first = known.setdefault(item.name, item)
            if first.meaning != item.meaning:
                what = f"{quoted(item.name)} is asked in another form in a section above"
                remedy = "use the same kind, of, options, points and unit, or another name"
                raise BundleError(FILE, what, remedy, column=f"sections[{index}].items[{place}]")


def _item(entry: Any, column: str) -> Item:
    if not isinstance(entry, dict):
        raise refused(entry, column, "write an object with name and kind")
    name = entry.get("name")
    if not isinstance(name, str) or not name.strip() or not name.isprintable() or len(name) > TEXT_LENGTH:
        raise refused(name, f"{column}.name", "write a name")
    kind = entry.get("kind")
    if kind not in KINDS:
        raise BundleError(
            FILE, f"{quoted(kind)} is not {listed(KINDS)}", "name the kind of item", column=f"{column}.kind"
        )
    of = entry.get("of") or ("trial" if kind in COMPARING else "image")
    if of not in OF or (kind in COMPARING and of != "trial"):
        raise refused(of, f"{column}.of", f"write {listed(OF)}; {listed(COMPARING)} are of the trial")
    return _with_answers(
        Item(
            name=name,
            kind=cast("Kind", kind),
            of=cast("Of", of),
            ask=_text(entry.get("ask"), f"{column}.ask"),
            truth=_word(entry, "truth", column),
            within=_number(entry, "within", column) or 0.0,
            positive=_words(entry, "positive", column),
            target=_word(entry, "target", column) or ("real" if kind == "pick" else ""),
            unit=_text(entry.get("unit"), f"{column}.unit"),
            what=_word(entry, "what", column),
            margin=_number(entry, "margin", column),
            required=entry.get("required") is not False,
            task=_word(entry, "task", column),
        ),
        entry,
        column,
    )


def _with_answers(item: Item, entry: Mapping[str, Any], column: str) -> Item:
    """Add the points of a scale, or the options of a choice."""
    if item.kind == "scale":
        points, labels = _scale(entry.get("scale"), f"{column}.scale")
        return replace(item, points=points, labels=labels)
    if item.kind in WITH_OPTIONS:
        options = _options(entry.get("options"), f"{column}.options")
        # what is observed instead of a label has the options that the study's images have
        if len(options) < 2 and not item.task:
            raise refused(entry.get("options"), f"{column}.options", "list two options or more")
        return replace(item, options=options)
    return item


def _scale(found: Any, column: str) -> tuple[tuple[float, ...], tuple[str, ...]]:
    points = found.get("points") if isinstance(found, dict) else None
    if not isinstance(points, list) or not 2 <= len(points) <= 101 or not all(map(is_number, points)):
        raise refused(points, f"{column}.points", "list two or more numbers, the lowest first")
    values = tuple(float(point) for point in points)
    if any(a >= b for a, b in pairwise(values)):
        raise refused(points, f"{column}.points", "let them rise")
    return values, _labels(found.get("labels"), values, f"{column}.labels")


def _labels(found: Any, points: Sequence[float], column: str) -> tuple[str, ...]:
    """One word a point; where the two ends have words, the points between are numbers."""
    numbers = [f"{point:g}" for point in points]
    if found is None or found == []:
        return tuple(numbers)
    if not isinstance(found, list) or len(found) not in (2, len(points)):
        raise refused(found, column, "write one label a point, or two for the ends")
    words = [_text(label, column) for label in found]
    if len(words) == len(points):
        return tuple(words)
    return (f"{numbers[0]} ({words[0]})", *numbers[1:-1], f"{numbers[-1]} ({words[1]})")


def _options(found: Any, column: str) -> tuple[Option, ...]:
    if found is None:
        return ()
    if not isinstance(found, list):
        raise refused(found, column, "list the options, each with value and text")
    options = []
    for place, each in enumerate(found):
        entry = {"value": each} if isinstance(each, str) else each
        value = entry.get("value") if isinstance(entry, dict) else None
        if not isinstance(value, str) or not value.strip():
            raise refused(value, f"{column}[{place}].value", "write what the data hold for this option")
        text = _text(entry.get("text"), f"{column}[{place}].text") or value
        options.append(Option(value=value, text=text))
    if len({option.value for option in options}) < len(options):
        raise refused(found, column, "give each option a value of its own")
    return tuple(options)


def _text(found: Any, column: str) -> str:
    """A text of the protocol; of several languages the first."""
    if isinstance(found, dict):
        found = next(iter(found.values()), "")
    if found is None:
        return ""
    if not isinstance(found, str) or len(found) > LONGEST_ASK:
        raise refused(found, column, "write a text")
    return " ".join("".join(c if c.isprintable() else " " for c in found).split())


def _word(entry: Mapping[str, Any], key: str, column: str) -> str:
    found = entry.get(key)
    if found is None:
        return ""
    if not isinstance(found, str) or not found.isprintable():
        raise refused(found, f"{column}.{key}", "write a word")
    return found


def _words(entry: Mapping[str, Any], key: str, column: str) -> tuple[str, ...]:
    found = entry.get(key) or []
    if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
        raise refused(found, f"{column}.{key}", "write a list of words")
    return tuple(found)


def _number(entry: Mapping[str, Any], key: str, column: str) -> float | None:
    found = entry.get(key)
    if found is None:
        return None
    if not is_number(found) or found < 0:
        raise refused(found, f"{column}.{key}", "write a number from 0 on")
    return float(found)
