"""Tables of the result page for the four tasks: by reader and by source, each row with its interval."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlencode

from django.utils.safestring import SafeString

from readerstudy.desk.result.forest import Axis
from readerstudy.desk.result.headline import Found
from readerstudy.results.shares import rounded, share_interval
from readerstudy.studies.protocol import ProtocolDocument

_SUMMARY = "The diamond is all readers with the interval for {}"


@dataclass(frozen=True, kw_only=True)
class Row:
    """`cells` are the numbers in the order of the table's columns; `query` chooses the cases behind them."""

    name: str
    cells: tuple[str, ...]
    interval: str
    drawing: SafeString
    kind: str = ""
    query: str = ""


@dataclass(frozen=True)
class Table:
    title: str
    first: str
    columns: tuple[str, ...]
    level: int
    drawn: str
    rows: Sequence[Row]
    axis: Axis
    summary: Row | None = None
    note: str = ""

    @property
    def ticks(self) -> SafeString:
        return self.axis.ticks()


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
    summary = _SUMMARY.format(part["overall"]["crossed"]["inference"])
    return Table(
        title="By reader",
        first="Reader",
        columns=("Right", "Rate"),
        level=level,
        drawn="Real images found",
        rows=rows_of(axis, part["by_reader"], "reader", share_cells),
        axis=axis,
        summary=_summary(axis, share_cells(overall), overall["crossed"]),
        note=f"{summary}; dashed, chance{'; shaded, the margin of the protocol' if axis.margin else ''}.",
    )


def _sources(part: Found, level: int, kinds: Mapping[str, str]) -> Table | None:
    if not part.get("by_source"):
        return None
    axis = Axis()
    rows = ({**row, "k": row["detected"]} for row in part["by_source"])
    return Table(
        title="By source",
        first="Source",
        columns=("Called synthetic", "Rate"),
        level=level,
        drawn="Called synthetic",
        rows=rows_of(axis, rows, "source", share_cells, kinds=kinds),
        axis=axis,
    )


def _accuracy(part: Found, level: int, exact_level: float) -> Table | None:
    """How many calls of each reader were right. Half is chance only where half of the images are real."""
    if not part.get("by_reader"):
        return None
    synthetic = sum(row["hit"] + row["miss"] for row in part["by_reader"])
    real = sum(row["false_alarm"] + row["correct_rejection"] for row in part["by_reader"])
    axis = Axis(reference=0.5 if synthetic == real else None)
    summary = _SUMMARY.format(part["pooled"]["crossed"]["inference"])

    def cells(row: Found) -> tuple[str, ...]:
        return share_text(row["sensitivity"]), share_text(row["specificity"]), *share_cells(row)

    return Table(
        title="By reader",
        first="Reader",
        columns=("Sensitivity", "Specificity", "Right", "Accuracy"),
        level=level,
        drawn="Correct calls",
        rows=rows_of(axis, _right_calls(part["by_reader"], exact_level), "reader", cells),
        axis=axis,
        summary=_summary(axis, ("", "", *share_cells(part["pooled"])), part["pooled"]["crossed"]),
        note=f"{summary}{'; dashed, chance' if axis.reference else ''}.",
    )


def _right_calls(rows: Iterable[Found], level: float) -> Iterator[Found]:
    for row in rows:
        right = row["hit"] + row["correct_rejection"]
        low, high = share_interval(right, row["n"], level=level)
        yield {**row, "k": right, "rate": row["accuracy"], "low": low, "high": high}


def _realism(part: Found, level: int, kinds: Mapping[str, str], scale: tuple[int, int]) -> Table | None:
    if not part.get("by_source"):
        return None
    axis = Axis(start=scale[0], end=scale[1], is_share=False)
    return Table(
        title="How realistic",
        first="Source",
        columns=("Ratings", "Mean", "SD"),
        level=level,
        drawn="Mean rating",
        rows=rows_of(
            axis,
            part["by_source"],
            "source",
            lambda row: (str(row["n"]), row["text"], share_text(row["sd"])),
            value="mean",
            kinds=kinds,
        ),
        axis=axis,
    )


def rows_of(
    axis: Axis,
    found: Iterable[Found],
    by: str,
    cells: Callable[[Found], tuple[str, ...]],
    *,
    value: str = "rate",
    kinds: Mapping[str, str] = MappingProxyType({}),
) -> list[Row]:
    """A row for each reader or source, which chooses the cases behind it."""
    return [
        Row(
            name=row[by],
            cells=cells(row),
            interval=ends(row["low"], row["high"]),
            drawing=axis.row(row[value], row["low"], row["high"], kinds.get(row[by], "")),
            kind=kinds.get(row[by], ""),
            query=urlencode({by: row[by]}),
        )
        for row in found
    ]


def _summary(axis: Axis, cells: tuple[str, ...], crossed: Found) -> Row:
    """All readers, with the interval over them and the cases."""
    low, high = crossed["low"], crossed["high"]
    drawing = axis.summary(crossed["estimate"], low, high)
    return Row(name="All readers", cells=cells, interval=ends(low, high), drawing=drawing)


def of_all(count: int, total: int) -> str:
    return f"{count} of {total}"


def share_cells(row: Found) -> tuple[str, ...]:
    return of_all(row["k"], row["n"]), share_text(row["rate"])


def share_text(value: float | None) -> str:
    return "" if value is None else rounded(value)


def ends(low: float | None, high: float | None) -> str:
    """An interval; where its ends may have a minus, “to” stands between them."""
    if low is None or high is None:
        return ""
    return f"{rounded(low)}{' to ' if low < 0 else '–'}{rounded(high)}"
