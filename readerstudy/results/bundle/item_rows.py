"""The rows of answers.csv and marks.csv that one answer to one item becomes."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from readerstudy.results.bundle.names import Shown
from readerstudy.results.bundle.said import Entry
from readerstudy.results.spreadsheet import defused
from readerstudy.studies.protocol import Item, ProtocolDocument
from readerstudy.truth.judging import ImageTruth, NoSuchTruth, is_right, is_target, truth_in

#: Kinds whose truth is one cell.
SAID_BESIDE = ("choice", "scale", "number", "measure")


class Cells(NamedTuple):
    """One row as far as it differs between the rows of one screen, in the order of answers.csv."""

    image: str = ""
    source: str = ""
    item: str = ""
    option: str = ""
    value: Any = None
    other: str = ""
    confidence: int | None = None
    correct: int | None = None
    truth: Any = None
    missing: str = ""
    slot: int | None = None


class Placed(NamedTuple):
    """An image on a screen: its letter, its place from 1, and what the bundle says of it.

    `image` and `source` are its cells.
    """

    letter: str
    slot: int
    trial_image: int
    shown: Shown
    image: str
    source: str


class Judge:
    """Says whether answers are right. A masked bundle has none, for it must not know."""

    def __init__(self, protocol: ProtocolDocument) -> None:
        self._protocol = protocol
        self._truths: dict[tuple[str, int], Any] = {}
        self._kinds = {source.name: source.kind for source in protocol.sources}

    def of_image(self, item: Item, placed: Placed, entry: Entry) -> int | None:
        """1 or 0 for an answer about one image; None where nothing is true or nothing was said."""
        if not item.truth or entry["missing"]:
            return None
        key = (item.name, placed.trial_image)
        if key not in self._truths:
            self._truths[key] = self._truth(item, self._origin(placed.shown).says(item.truth))
        return self._right(item, self._truths[key], entry)

    def of_screen(self, item: Item, screen: Sequence[Placed], entry: Entry) -> int | None:
        """The same for a whole screen."""
        return None if entry["missing"] else self._right(item, self.truth_of_screen(item, screen), entry)

    def truth_of_screen(self, item: Item, screen: Sequence[Placed]) -> Any:
        """What is true of all images of a screen; None where they differ or nothing is known."""
        texts = {self._origin(one.shown).says(item.truth) for one in screen} if item.truth else set()
        return self._truth(item, texts.pop()) if len(texts) == 1 else None

    def of_pick(self, item: Item, screen: Sequence[Placed], entry: Entry) -> int | None:
        picked = next((placed for placed in screen if placed.letter == entry["value"]), None)
        if picked is None or not item.target:
            return None
        return int(is_target(item, self._origin(picked.shown)))

    def holds(self, item: Item, placed: Placed | None, screen: Sequence[Placed], option: str) -> bool | None:
        """Whether one of several options is true of an image, or of a screen."""
        truth = self.truth_of_screen(item, [placed] if placed else screen)
        return None if truth is None else option in truth

    def _origin(self, shown: Shown) -> ImageTruth:
        return ImageTruth(
            source=shown.source, kind=self._kinds[shown.source], screen=shown.screen, labels=shown.intended
        )

    def _truth(self, item: Item, text: str | None) -> Any:
        try:
            return None if text is None else truth_in(item, str(text), self._protocol)
        except NoSuchTruth:
            return None

    def _right(self, item: Item, truth: Any, entry: Entry) -> int | None:
        return None if truth is None else int(is_right(item, entry, truth))


class ItemRows:
    """Rows of the items of one study. Without a judge nothing is right or wrong."""

    def __init__(self, judge: Judge | None) -> None:
        self._judge = judge

    def rows(self, item: Item, slot: str | None, entry: Entry, screen: Sequence[Placed]) -> Iterator[Cells]:
        """What an answer becomes; what is missing has as many rows as an answer would have."""
        placed = next((one for one in screen if one.letter == slot), None) if slot else None
        image, source, place = _where(placed, screen)
        if not item.compares and item.kind != "choices":
            correct = self._correct(item, placed, screen, entry)
            truth = self._truth_of_screen(item, screen, entry)
            said, other = _value(item, entry), _text(entry["other"])
            sure, missing = entry["confidence"], entry["missing"] or ""
            yield Cells(image, source, item.name, "", said, other, sure, correct, truth, missing, place)
            return
        base = Cells(
            image=image,
            source=source,
            item=item.name,
            confidence=entry["confidence"],
            missing=entry["missing"] or "",
            slot=place,
        )
        if item.compares:
            yield from self._compared(item, entry, screen, base)
        else:
            yield from self._chosen(item, entry, placed, screen, base)

    def _correct(
        self, item: Item, placed: Placed | None, screen: Sequence[Placed], entry: Entry
    ) -> int | None:
        if self._judge is None:
            return None
        if placed is not None:
            return self._judge.of_image(item, placed, entry)
        return self._judge.of_screen(item, screen, entry)

    def _truth_of_screen(self, item: Item, screen: Sequence[Placed], entry: Entry) -> Any:
        """The truth beside an answer about a screen, whose row names no image to look it up."""
        if self._judge is None or item.of != "trial" or item.kind not in SAID_BESIDE or entry["missing"]:
            return None
        return _text(self._judge.truth_of_screen(item, screen))

    def _compared(self, item: Item, entry: Entry, screen: Sequence[Placed], base: Cells) -> Iterator[Cells]:
        """A row for each image: of a pick or a preference 1 or 0, of a rank its place."""
        correct = None
        if item.kind == "pick" and self._judge is not None:
            correct = self._judge.of_pick(item, screen, entry)
        said = entry["value"]
        for placed in screen:
            if entry["missing"]:
                value = None
            elif item.kind == "rank":
                value = said.index(placed.letter) + 1
            else:
                value = int(said == placed.letter)
            image, source, place = _where(placed, screen)
            yield base._replace(value=value, correct=correct, image=image, source=source, slot=place)

    def _chosen(
        self, item: Item, entry: Entry, placed: Placed | None, screen: Sequence[Placed], base: Cells
    ) -> Iterator[Cells]:
        """A row for each option, 1 or 0, and one for what was written beside them."""
        for option in item.values:
            if entry["missing"]:
                yield base._replace(option=defused(option))
                continue
            chosen = option in (entry["value"] or ())
            true = self._judge.holds(item, placed, screen, option) if self._judge else None
            correct = None if true is None else int(chosen == true)
            yield base._replace(option=defused(option), value=int(chosen), correct=correct)
        if entry["other"]:
            yield base._replace(other=_text(entry["other"]))


def _where(placed: Placed | None, screen: Sequence[Placed]) -> tuple[str, str, int | None]:
    """Of one image its names and place; of a screen its source, if it has but one."""
    if placed is not None:
        return placed.image, placed.source, placed.slot
    sources = {one.source for one in screen}
    return "", sources.pop() if len(sources) == 1 else "", None


def _value(item: Item, entry: Entry) -> Any:
    if item.kind == "mark":
        return None if entry["missing"] else len(entry["points"] or ())
    return _text(entry["value"])


def _text(value: Any) -> Any:
    """A cell: a text that no spreadsheet computes, and a whole number without a point."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return defused(value) if isinstance(value, str) else value


def points_of(entry: Entry) -> Iterator[tuple[Any, ...]]:
    """The points of a mark or a measure, numbered as they were set: number, frame, x, y, confidence."""
    for number, point in enumerate(entry["points"] or (), start=1):
        yield number, point["frame"], point["x"], point["y"], point["confidence"]
