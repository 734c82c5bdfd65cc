"""Tables of the result page for items and endpoints."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from readerstudy.desk.result.forest import Axis
from readerstudy.desk.result.headline import Found
from readerstudy.desk.result.task_tables import Table, ends, of_all, rows_of, share_cells, share_text
from readerstudy.results.shares import p_value, percent, points, rounded
from readerstudy.studies.protocol import Item, ProtocolDocument, SectionDocument

#: Answers in words that are shown; the report lists all.
MOST_TEXTS = 8
#: What an endpoint measures in per cent; between two of them it has percentage points, unless it is net.
SHARES = ("accuracy", "balanced accuracy", "net", "sensitivity", "share", "specificity")


@dataclass(frozen=True, kw_only=True)
class Said:
    """An answer in somebody's own words."""

    reader: str
    source: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ItemResult:
    """The result of one item: a sentence, tables, and texts where it asked for words."""

    title: str
    sentence: str
    tables: Sequence[Table]
    texts: Sequence[Said] = ()
    more_texts: int = 0


@dataclass(frozen=True, kw_only=True)
class EndpointRow:
    """One endpoint of the protocol and what became of it. `met` is None where nothing is decided."""

    name: str
    is_primary: bool
    asked: str
    what: str
    estimate: str
    interval: str
    p: str
    met: bool | None
    reason: str


def items_of(
    found: Found, section: SectionDocument, document: ProtocolDocument, level: int
) -> list[ItemResult]:
    """The items of a section in the order of its protocol; the four tasks have results of their own."""
    kinds = {source.name: source.kind for source in document.sources}
    told = found.get("items") or {}
    return [_result(item, told[item.name], kinds, level) for item in section.items if item.name in told]


def endpoints_of(report: Found, document: ProtocolDocument) -> list[EndpointRow]:
    """The endpoints that the protocol declares, primary ones first."""
    declared = [row for row in report.get("endpoints") or () if row.get("declared")]
    return [_endpoint(row, document) for row in sorted(declared, key=lambda row: row["role"] != "primary")]


def _endpoint(row: Found, document: ProtocolDocument) -> EndpointRow:
    titles = {section.name: str(section.title) for section in document.sections}
    asks = {
        f"{section.name}.{item.name}": f"{section.title}: {item.ask}"
        for section in document.sections
        for item in section.items
    }
    shown, apart = _printers(row)
    compared = [titles.get(name, name) for name in row["compare"] or ()]
    against = f"{compared[0]} − {compared[1]}" if compared else f"against {shown(row['against'])}"
    margin = "" if row["margin"] is None else f", margin {apart(row['margin'])}"
    what, test = row["what"].replace("_", " "), row["test"].replace("_", "-")
    what = what.upper() if what in ("auc", "icc") else what
    low, high = row["low"], row["high"]
    return EndpointRow(
        name=row["name"],
        is_primary=row["role"] == "primary",
        asked=asks.get(row["of"]) or str(row["of"]),
        what=f"{what}, {against}; {test}{margin}",
        estimate="" if row["estimate"] is None else shown(row["estimate"]),
        interval="" if low is None or high is None else f"{shown(low)} to {shown(high)}",
        p="" if row["p_holm"] is None else p_value(row["p_holm"]),
        met=row["met"],
        reason=row.get("reason") or "",
    )


def _printers(row: Found) -> tuple[Callable[[float], str], Callable[[float], str]]:
    """How the values of an endpoint are printed, and a margin."""
    if row["what"].replace("_", " ") not in SHARES:
        return rounded, rounded
    return (_points if row["compare"] and row["what"] != "net" else percent), _points


def _points(value: float) -> str:
    return f"{points(value)} points"


def _result(item: Item, found: Found, kinds: Mapping[str, str], level: int) -> ItemResult:
    make = _TABLES.get(item.kind, _shares)
    tables = [table for table in make(item, found, kinds, level) if table.rows]
    said = found.get("texts") or ()
    return ItemResult(
        title=str(item.ask),
        sentence=_sentence(item, found),
        tables=tables,
        texts=[
            Said(reader=one["reader"], source=one["source"] or "", text=one["text"])
            for one in said[:MOST_TEXTS]
        ],
        more_texts=max(0, len(said) - MOST_TEXTS),
    )


def _sentence(item: Item, found: Found) -> str:
    """The one number that says most of an item."""
    accuracy = (found.get("accuracy") or {}).get("overall")
    if accuracy:
        return f"{of_all(accuracy['k'], accuracy['n'])} answers were right."
    icc = found.get("icc") or {}
    if icc.get("estimate") is not None:
        return (
            f"Agreement between readers: ICC {rounded(icc['estimate'], 2)} ({ends(icc['low'], icc['high'])})."
        )
    missing = sum((found.get("missing") or {}).values())
    return f"{found.get('n', 0)} answers{f', {missing} missing' if missing else ''}."


def _means(item: Item, found: Found, kinds: Mapping[str, str], level: int) -> Iterator[Table]:
    """Scales, numbers and measures: the mean of each source."""
    rows = found.get("by_source") or ()
    start, end = _extent(item, rows)
    unit = f", {item.unit}" if item.unit else ""
    axis = Axis(start=start, end=end, is_share=False)
    made = rows_of(
        axis,
        (row for row in rows if row["mean"] is not None),
        "source",
        lambda row: (str(row["n"]), rounded(row["mean"], 2), share_text(row["sd"])),
        value="mean",
        kinds=kinds,
    )
    yield Table("By source", "Source", ("Answers", "Mean", "SD"), level, f"Mean{unit}", made, axis)


def _extent(item: Item, rows: Iterable[Found]) -> tuple[float, float]:
    """Where an axis begins and ends: with the scale, the limits of the number, or what was found."""
    if item.scale is not None:
        return item.scale.points[0], item.scale.points[-1]
    if item.low is not None and item.high is not None:
        return item.low, item.high
    values = [value for row in rows for value in (row["mean"], row["low"], row["high"]) if value is not None]
    low, high = min(values, default=0.0), max(values, default=1.0)
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def _shares(item: Item, found: Found, kinds: Mapping[str, str], level: int) -> Iterator[Table]:
    """Choices: right answers by source where there is a truth, and how often each option was chosen."""
    axis = Axis()
    accuracy = found.get("accuracy") or {}
    if accuracy:
        right = rows_of(axis, accuracy.get("by_source") or (), "source", share_cells, kinds=kinds)
        yield Table("Right answers", "Source", ("Right", "Rate"), level, "Right", right, axis)
        return
    for source in found.get("by_source") or ():
        chosen = rows_of(axis, source["shares"], "text", share_cells)
        chosen = [replace(row, query=urlencode({"source": source["source"]})) for row in chosen]
        yield Table(source["source"], "Answer", ("Chosen", "Share"), level, "Share", chosen, axis)


def _picks(item: Item, found: Found, kinds: Mapping[str, str], level: int) -> Iterator[Table]:
    detection = found.get("detection") or {}
    axis = Axis(reference=(detection.get("overall") or {}).get("chance"))
    rows = rows_of(axis, detection.get("by_reader") or (), "reader", share_cells)
    yield Table("By reader", "Reader", ("Right", "Rate"), level, "Right", rows, axis)


def _worth(item: Item, found: Found, kinds: Mapping[str, str], level: int) -> Iterator[Table]:
    """Preferences and ranks: the worth of each source, which adds up to one."""
    axis = Axis()
    known = (row for row in found.get("worth") or () if row["estimate"] is not None)
    rows = rows_of(
        axis, known, "source", lambda row: (share_text(row["estimate"]),), value="estimate", kinds=kinds
    )
    yield Table("Worth of each source", "Source", ("Worth",), level, "Worth", rows, axis)


Maker = Callable[[Item, Any, Mapping[str, str], int], Iterator[Table]]
_TABLES: dict[str, Maker] = {
    "scale": _means,
    "number": _means,
    "measure": _means,
    "choice": _shares,
    "choices": _shares,
    "pick": _picks,
    "prefer": _worth,
    "rank": _worth,
    "mark": lambda item, found, *more: _means(item, found.get("count") or {}, *more),
    "text": lambda *_: iter(()),
}
