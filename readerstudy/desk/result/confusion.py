"""What readers took for real, as squares: the area of each is its share of the row."""

import math
from dataclasses import dataclass

from readerstudy.desk.result.headline import Found
from readerstudy.studies.protocol import ProtocolDocument


@dataclass(frozen=True, kw_only=True)
class Square:
    count: int
    percent: float
    is_right: bool

    @property
    def side(self) -> float:
        """The side in percent of the side of a whole row's square."""
        return 10 * math.sqrt(self.percent)


@dataclass(frozen=True, kw_only=True)
class ConfusedRow:
    kind: str
    n: int
    taken_for_real: Square
    not_taken: Square


@dataclass(frozen=True, kw_only=True)
class Confusion:
    """Both rows. By guessing, `expected_percent` of each would be taken for real; not known of calls."""

    columns: tuple[str, str]
    rows: tuple[ConfusedRow, ...]
    expected_percent: float | None = None


def confusion_of(section: Found, document: ProtocolDocument) -> Confusion | None:
    """Of picks of the real image among several, or of calls of single images."""
    overall = section.get("detection", {}).get("overall")
    if overall:
        found, screens, chance = overall["k"], overall["n"], overall["chance"]
        others = round(screens / chance) - screens
        rows = _row("real", screens, found), _row("synthetic", others, screens - found)
        return Confusion(columns=("Taken for real", "Not taken"), rows=rows, expected_percent=100 * chance)
    calls = section.get("discrimination", {}).get("by_source")
    if not calls:
        return None
    kinds = {source.name: source.kind for source in document.sources}
    rows_of_calls = []
    for kind in ("real", "synthetic"):
        of_kind = [row for row in calls if kinds.get(row["source"]) == kind]
        n = sum(row["n"] for row in of_kind)
        if n:
            rows_of_calls.append(_row(kind, n, n - sum(row["detected"] for row in of_kind)))
    return Confusion(columns=("Called real", "Called synthetic"), rows=tuple(rows_of_calls))


def _row(kind: str, n: int, taken: int) -> ConfusedRow:
    return ConfusedRow(
        kind=kind,
        n=n,
        taken_for_real=Square(count=taken, percent=100 * taken / n, is_right=kind == "real"),
        not_taken=Square(count=n - taken, percent=100 * (n - taken) / n, is_right=kind == "synthetic"),
    )
