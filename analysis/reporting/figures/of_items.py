"""Which figures an item has, by its kind."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from analysis.document.call import Curves
from analysis.document.items import (
    ChoiceItem,
    ChoicesItem,
    ItemResult,
    MarkFroc,
    MarkItem,
    NumberItem,
    PickItem,
    ScaleItem,
    WorthItem,
)
from analysis.document.pick_real import Detection
from analysis.reporting.figures import curves, items, rates, scales
from analysis.reporting.items.item_tables import part_of

Make = Callable[..., Any]


def item_pictures(name: str, found: ItemResult, make: Make) -> Iterator[Any]:
    """Every figure of one item."""
    stem = "".join(c if c.isalnum() else "-" for c in name.lower())

    def own(picture: str, caption: str, figure: Any) -> Any:
        return make(f"{stem}-{picture}", part_of(name), caption, figure)

    for kind, draw in DRAWN:
        if isinstance(found, kind):
            yield from draw(found, own)


def _scale(found: ScaleItem, make: Make) -> Iterator[Any]:
    if found.by_source:
        caption = "Answers by source, share of each point of the scale; at the right the mean."
        yield make("points", caption, partial(scales.likert, found.by_source, found.labels))
    yield from _roc(found.curves, make)


def _roc(found: object, make: Make) -> Iterator[Any]:
    if isinstance(found, Curves):
        caption = "Receiver operating characteristic of each reader, and the mean."
        drawn = partial(curves.roc, found, "negative cases called positive", "positive cases found")
        yield make("roc", caption, drawn)


def _choice(found: ChoiceItem, make: Make) -> Iterator[Any]:
    if found.confusion and len(found.confusion.answers) <= items.MOST_DRAWN:
        names = [row.source for row in found.by_source]
        caption = "Answers against the truth: counts, shaded by the share of each truth."
        yield make("confusion", caption, partial(items.confusion, found.confusion, names))
    yield from _roc(found.curves, make)
    if not found.accuracy:
        yield from _options(found, make)


def _options(found: ChoiceItem | ChoicesItem, make: Make) -> Iterator[Any]:
    if any(each.shares for each in found.by_source):
        caption = "How often each answer was given, with intervals over readers and cases."
        yield make("options", caption, partial(items.options, found.by_source))


def _number(found: NumberItem, make: Make) -> Iterator[Any]:
    altman = found.bland_altman
    drawn = [limits for limits in (altman.truth, *(altman.sources or ())) if limits and limits.points]
    for place, limits in enumerate(drawn, start=1):
        caption = (
            f"Limits of agreement, {limits.compared}: each dot a reader’s answer to a case; shaded, the "
            "intervals of bias and limits."
        )
        yield make(f"limits-{place}", caption, partial(items.bland_altman, limits, found.unit))
    if not drawn and altman.readers:
        caption = "Each reader’s answer less the mean of all readers of the case."
        yield make("readers", caption, partial(items.around_the_mean, altman.readers, found.unit))


def _pick(found: PickItem, make: Make) -> Iterator[Any]:
    part = found.detection
    if isinstance(part, Detection):
        overall = part.overall
        caption = (
            f"Picks of the {found.target} image by each reader, with Wilson intervals; the diamond is the "
            "share of all answers with its interval over readers and cases."
        )
        drawn = partial(
            rates.forest,
            part.by_reader,
            overall.crossed,
            chance=overall.chance,
            margin=overall.equivalence.margin,
            label="target picked",
        )
        yield make("readers", caption, drawn)


def _worth(found: WorthItem, make: Make) -> Iterator[Any]:
    if found.worth:
        caption = "Worth of each source to readers, with intervals over readers and cases."
        yield make("worth", caption, partial(items.worth, found.worth))


def _mark(found: MarkItem, make: Make) -> Iterator[Any]:
    if isinstance(found.froc, MarkFroc):
        caption = "Free-response curves: true places found against false marks, from the surest mark on."
        yield make("froc", caption, partial(items.froc, found.froc))


DRAWN: tuple[tuple[type[ItemResult], Callable[[Any, Make], Iterator[Any]]], ...] = (
    (ScaleItem, _scale),
    (ChoiceItem, _choice),
    (ChoicesItem, _options),
    (NumberItem, _number),
    (PickItem, _pick),
    (WorthItem, _worth),
    (MarkItem, _mark),
)
