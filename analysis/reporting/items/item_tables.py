"""The tables of items, by kind."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from analysis.bundle.items import KINDS
from analysis.document.items import (
    Accuracy,
    ChoiceItem,
    ChoicesItem,
    Confusion,
    GroupDifference,
    ItemResult,
    MarkFroc,
    MarkItem,
    NumberItem,
    PickItem,
    ScaleItem,
    TextItem,
    WorthItem,
)
from analysis.document.pick_real import Detection
from analysis.reporting.agreement_tables import coefficient_tables
from analysis.reporting.columns import CALLS, INDICES, Column, Kind
from analysis.reporting.items.columns import (
    ACCURACY,
    BY_READER,
    DIFFERENCES,
    FROC_READERS,
    FROC_SOURCES,
    LIMITS,
    NUMBERS,
    OPTION_AGREEMENT,
    OPTIONS,
    PREFERENCES,
    TEXTS,
    WORDS,
    WORTH,
    WORTH_DIFFERENCES,
)
from analysis.reporting.pick_real_tables import pick_tables
from analysis.reporting.rate_tables import rating_tables

Make = Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class _Compared:
    """A difference, of what."""

    what: str
    found: GroupDifference
    kind: Kind = "number"

    def __getattr__(self, name: str) -> Any:
        return getattr(self.found, name)


@dataclass(frozen=True, kw_only=True)
class _Counted:
    """A share by the name of its row."""

    name: str
    k: int
    n: int
    rate: float
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class _Option:
    """A share of one option of one source."""

    source: str
    option: str
    k: int
    n: int
    rate: float
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class _NamedAgreement:
    """Agreement on one option."""

    name: str
    found: Any


def part_of(item: str) -> str:
    """The part of a section that an item is in the outline."""
    return f"item:{item}"


def item_tables(name: str, found: ItemResult, make: Make) -> Iterator[Any]:
    """Every table of one item."""
    stem = "".join(c if c.isalnum() else "-" for c in name.lower())

    def own(table: str, _part: str, title: str, columns: tuple[Column, ...], rows: Any, **more: Any) -> Any:
        return make(f"{stem}-{table}", part_of(name), title, columns, rows, **more)

    yield from OF_KIND[found.kind](found, own)


def _scale(found: ScaleItem, make: Make) -> Iterator[Any]:
    if found.realism:
        yield from rating_tables(found.realism, make)
    yield from _judged(found.accuracy, make)
    if found.agreement:
        yield from coefficient_tables("points", found.agreement, make)


def _judged(found: Accuracy | None, make: Make) -> Iterator[Any]:
    if found is None:
        return
    rows = [("all", found.overall), *((row.source, row) for row in found.by_source)]
    counted = [
        _Counted(name=name, k=row.k, n=row.n, rate=row.rate, low=row.low, high=row.high) for name, row in rows
    ]
    yield make("accuracy", "", "Correct answers, by source", ACCURACY, counted)
    yield make("accuracy-readers", "", "Correct answers, by reader", BY_READER, found.by_reader)
    differences = [found.difference] if found.difference else []
    differences += list(found.differences or ())
    if differences:
        compared = [_Compared(what="correct answers", found=row, kind="points") for row in differences]
        title = "Correct answers compared over readers and cases, in percentage points"
        yield make("accuracy-differences", "", title, DIFFERENCES, compared)


def _choice(found: ChoiceItem, make: Make) -> Iterator[Any]:
    yield from _judged(found.accuracy, make)
    if found.confusion:
        yield _confusion(found.confusion, make)
    if found.indices:
        note = (
            "Positive: " + ", ".join(found.positive or ()) + ". Intervals over these cases, reader by reader."
        )
        yield make("calls", "", "Answers against the truth, by reader", CALLS, found.indices)
        title = "Sensitivity, specificity, d′ and AUC, by reader"
        yield make("indices", "", title, INDICES, found.indices, note=note)
    yield from _options(found, make)
    if found.agreement:
        yield from coefficient_tables("answers", found.agreement, make)


def _options(found: ChoiceItem | ChoicesItem, make: Make) -> Iterator[Any]:
    rows = [
        _Option(
            source=each.source, option=one.text, k=one.k, n=one.n, rate=one.rate, low=one.low, high=one.high
        )
        for each in found.by_source
        for one in each.shares
    ]
    yield make("options", "", "How often each answer was given, by source", OPTIONS, rows)
    if found.differences:
        compared = [_Compared(what=row.text, found=row, kind="points") for row in found.differences]
        title = "Answers compared between sources, in percentage points"
        yield make("differences", "", title, DIFFERENCES, compared)


def _confusion(found: Confusion, make: Make) -> Any:
    def cell(place: int) -> Callable[[Any], Any]:
        return lambda row: row[1][place]

    columns = (
        Column("truth", "Truth", "text", lambda row: row[0]),
        *(Column(f"answered {name}", name, "count", cell(place)) for place, name in enumerate(found.answers)),
    )
    rows = list(zip(found.truths, found.counts, strict=True))
    return make("confusion", "", "Answers (columns) against the truth (rows)", columns, rows)


def _choices(found: ChoicesItem, make: Make) -> Iterator[Any]:
    yield from _options(found, make)
    if found.agreement:
        words = dict(zip(found.agreement, found.options, strict=True))
        rows = [_NamedAgreement(name=words[key], found=each) for key, each in found.agreement.items()]
        title = "Agreement between readers on each answer"
        yield make("agreement", "", title, OPTION_AGREEMENT, rows)


def _number(found: NumberItem, make: Make) -> Iterator[Any]:
    unit = f", in {found.unit}" if found.unit else ""
    if found.by_source:
        yield make("numbers", "", f"Means by source{unit}", NUMBERS, found.by_source)
    differences = [found.difference] if found.difference else []
    differences += list(found.differences or ())
    compared = [_Compared(what="mean", found=row) for row in differences]
    if found.error:
        yield make("errors", "", f"Answer minus truth, by source{unit}", NUMBERS, found.error.by_source)
        if found.error.difference:
            compared.append(_Compared(what="error", found=found.error.difference))
    if compared:
        yield make("differences", "", f"Sources compared over readers and cases{unit}", DIFFERENCES, compared)
    limits = [row for row in (found.bland_altman.truth, *(found.bland_altman.sources or ())) if row]
    if limits:
        note = "From and to are the intervals of the limits themselves (MOVER)."
        yield make("limits", "", f"Limits of agreement{unit}", LIMITS, limits, note=note)
    if found.error:
        yield from _judged(found.error.accuracy, make)


def _pick(found: PickItem, make: Make) -> Iterator[Any]:
    if isinstance(found.detection, Detection):
        yield from pick_tables(found.detection, make, f"{found.target} image")
    if found.share:
        yield make("readers", "", "Target picked, by reader", BY_READER, found.share.by_reader)
    if found.agreement:
        yield from coefficient_tables("picks", found.agreement, make)


def _worth(found: WorthItem, make: Make) -> Iterator[Any]:
    if found.worth:
        note = "Shares of all worth; of two images the one is chosen in proportion to its worth."
        yield make("worth", "", "Worth of each source", WORTH, found.worth, note=note)
        title = "Sources compared by worth"
        yield make("worth-differences", "", title, WORTH_DIFFERENCES, found.differences)
    if found.pairs:
        title = "Screens that showed both sources, and which was put first"
        yield make("pairs", "", title, PREFERENCES, found.pairs)
    if found.agreement:
        yield from coefficient_tables("the best image", found.agreement, make)


def _mark(found: MarkItem, make: Make) -> Iterator[Any]:
    if found.count.by_source:
        yield make("marks", "", "Marks an image, by source", NUMBERS, found.count.by_source)
    if found.count.difference:
        compared = [_Compared(what="marks an image", found=found.count.difference)]
        yield make("differences", "", "Marks an image compared", DIFFERENCES, compared)
    if isinstance(found.froc, MarkFroc):
        yield make("froc", "", "Marks against the true places, by reader", FROC_READERS, found.froc.by_reader)
        if len(found.froc.by_source) > 1:
            title = "Figure of merit, by source"
            yield make("froc-sources", "", title, FROC_SOURCES, found.froc.by_source)


def _text(found: TextItem, make: Make) -> Iterator[Any]:
    yield make("words", "", "How much was written", WORDS, found.words)
    yield make("texts", "", "All texts", TEXTS, found.texts, most=200)


OF_KIND: dict[str, Callable[[Any, Make], Iterator[Any]]] = {
    "scale": _scale,
    "choice": _choice,
    "choices": _choices,
    "number": _number,
    "measure": _number,
    "pick": _pick,
    "prefer": _worth,
    "rank": _worth,
    "mark": _mark,
    "text": _text,
}
if set(OF_KIND) != set(KINDS):
    raise NotImplementedError("A kind of item has no tables.")
