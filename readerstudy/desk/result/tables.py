"""The tables of the result page: what was found by reader and by source, each row with its interval drawn."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.safestring import SafeString

from readerstudy.desk.result.forest import Axis
from readerstudy.results.shares import share_interval
from readerstudy.studies.protocol import ProtocolDocument

Found = Mapping[str, Any]
_SUMMARY = "The diamond is all readers with the interval that takes readers and cases as random"


@dataclass(frozen=True, kw_only=True)
class Row:
    """`cells` are the numbers in the order of the table's columns; `query` chooses the cases behind them."""

    name: str
    cells: tuple[str, ...]
    interval: str
    drawing: SafeString
    kind: str = ""
    query: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    title: str
    first: str
    columns: tuple[str, ...]
    level: int
    drawn: str
    rows: Sequence[Row]
    ticks: SafeString
    summary: Row | None = None
    note: str = ""


def tables_of(section: Found, document: ProtocolDocument, *, level: float) -> list[Table]:
    """Of one section of a report; the protocol knows which sources are real and where the scale ends."""
    percent = round(100 * level)
    kinds = {source.name: source.kind for source in document.sources}
    scale = document.scale.points[0], document.scale.points[-1]
    found = (
        _detection(section.get("detection", {}), percent),
        _sources(section.get("discrimination", {}), percent, kinds),
        _accuracy(section.get("discrimination", {}), percent, level),
        _realism(section.get("realism", {}), percent, kinds, scale),
    )
    return [table for table in found if table is not None]


def _detection(part: Found, level: int) -> Table | None:
    """How many real images each reader found, beside chance and the margin of the protocol."""
    if not part.get("by_reader"):
        return None
    overall = part["overall"]
    axis = Axis(reference=overall["chance"], margin=overall["equivalence"]["margin"])
    rows = [
        _row(axis, row["reader"], (_of(row["k"], row["n"]), _share(row["rate"])), row, reader=row["reader"])
        for row in part["by_reader"]
    ]
    cells = _of(overall["k"], overall["n"]), _share(overall["rate"])
    return Table(
        title="By reader",
        first="Reader",
        columns=("Right", "Rate"),
        level=level,
        drawn="Real images found",
        rows=rows,
        ticks=axis.ticks(),
        summary=_summary(axis, cells, overall["crossed"]),
        note=f"{_SUMMARY}; dashed, chance{'; shaded, the margin of the protocol' if axis.margin else ''}.",
    )


def _sources(part: Found, level: int, kinds: Mapping[str, str]) -> Table | None:
    if not part.get("by_source"):
        return None
    axis = Axis()
    rows = [
        _row(
            axis,
            row["source"],
            (_of(row["detected"], row["n"]), _share(row["rate"])),
            row,
            kind=kinds.get(row["source"], ""),
            source=row["source"],
        )
        for row in part["by_source"]
    ]
    return Table(
        title="By source",
        first="Source",
        columns=("Called synthetic", "Rate"),
        level=level,
        drawn="Called synthetic",
        rows=rows,
        ticks=axis.ticks(),
    )


def _accuracy(part: Found, level: int, exact_level: float) -> Table | None:
    """How many calls of each reader were right. Half is chance only where half of the images are real."""
    if not part.get("by_reader"):
        return None
    axis = Axis(reference=0.5 if _is_even(part["by_reader"]) else None)
    rows = []
    for row in part["by_reader"]:
        right = row["hit"] + row["correct_rejection"]
        low, high = share_interval(right, row["n"], level=exact_level)
        drawn = {"rate": row["accuracy"], "low": low, "high": high}
        sides = _share(row["sensitivity"]), _share(row["specificity"])
        cells = (*sides, _of(right, row["n"]), _share(row["accuracy"]))
        rows.append(_row(axis, row["reader"], cells, drawn, reader=row["reader"]))
    pooled = part["pooled"]
    cells = "", "", _of(pooled["k"], pooled["n"]), _share(pooled["rate"])
    return Table(
        title="By reader",
        first="Reader",
        columns=("Sensitivity", "Specificity", "Right", "Accuracy"),
        level=level,
        drawn="Correct calls",
        rows=rows,
        ticks=axis.ticks(),
        summary=_summary(axis, cells, pooled["crossed"]),
        note=f"{_SUMMARY}{'; dashed, chance' if axis.reference else ''}.",
    )


def _realism(part: Found, level: int, kinds: Mapping[str, str], scale: tuple[int, int]) -> Table | None:
    if not part.get("by_source"):
        return None
    axis = Axis(start=scale[0], end=scale[1], is_share=False)
    rows = [
        _row(
            axis,
            row["source"],
            (str(row["n"]), row["text"], _share(row["sd"])),
            {**row, "rate": row["mean"]},
            kind=kinds.get(row["source"], ""),
            source=row["source"],
        )
        for row in part["by_source"]
    ]
    return Table(
        title="How realistic",
        first="Source",
        columns=("Ratings", "Mean", "SD"),
        level=level,
        drawn="Mean rating",
        rows=rows,
        ticks=axis.ticks(),
    )


def _row(axis: Axis, name: str, cells: tuple[str, ...], found: Found, *, kind: str = "", **query: str) -> Row:
    low, high = found["low"], found["high"]
    return Row(
        name=name,
        cells=cells,
        interval=_ends(low, high),
        drawing=axis.row(found["rate"], low, high, kind),
        kind=kind,
        query=urlencode(query),
    )


def _summary(axis: Axis, cells: tuple[str, ...], crossed: Found) -> Row:
    """All readers, with the interval that takes readers and cases as random."""
    ends = crossed["low"], crossed["high"]
    drawing = axis.summary(crossed["estimate"], *ends)
    return Row(name="All readers", cells=cells, interval=_ends(*ends), drawing=drawing)


def _is_even(rows: Iterable[Found]) -> bool:
    kinds = [(row["hit"] + row["miss"], row["false_alarm"] + row["correct_rejection"]) for row in rows]
    return bool(sum(synthetic for synthetic, _ in kinds) == sum(real for _, real in kinds))


def _of(count: int, total: int) -> str:
    return f"{count} of {total}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _ends(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:.3f}–{high:.3f}"
