"""The readers on one axis of time: left of today what they answered, right of it when they will finish.

A prediction takes a reader's last five days as days like those to come. The day on which a sum of such days
reaches what is left has, by the normal approximation of the sum, quantiles in closed form.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, sqrt
from statistics import fmean, pstdev

from readerstudy.desk.watching.progress import ReaderProgress

RECENT_DAYS = 5
FEWEST_PAST, MOST_PAST, MOST_AHEAD = 5, 14, 12
#: Standard normal quantile of 90%: what lies between it and its negative is 80%.
Z80 = 1.2816
#: Eight days are eight, whatever the last bit of a square root says.
ROUNDING = 1e-6

Days = Mapping[date, int]


@dataclass(frozen=True, kw_only=True)
class Finish:
    """Days from today until a reader has answered everything: the middle, and where 80% lie."""

    days: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Cell:
    """The answers of one day, or of one week; `strength` is their share of the most in percent."""

    start: date
    answers: int
    strength: int


@dataclass(frozen=True, kw_only=True)
class Row:
    reader: ReaderProgress
    cells: tuple[Cell, ...]
    finish: Finish | None
    #: Places on the axis in percent, with the interval cut where the axis ends.
    at: float = 0
    low_at: float = 0
    high_at: float = 0

    @property
    def left(self) -> int:
        return max(0, self.reader.total - self.reader.answered)


@dataclass(frozen=True, kw_only=True)
class Tick:
    at: float
    day: date
    is_today: bool


@dataclass(frozen=True, kw_only=True)
class Board:
    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]
    columns: int
    weekly: bool
    today_at: float
    answered: int
    total: int
    answered_today: int
    curve: str
    fan: str
    middle: str
    ends: date | None
    ends_low: date | None
    ends_high: date | None
    #: Somebody has answers left and no pace to predict from.
    is_waiting: bool

    @property
    def percent(self) -> int:
        return round(100 * self.answered / self.total) if self.total else 0


def finish(left: int, recent: Sequence[int]) -> Finish | None:
    """When `left` answers will have come at the pace of the recent days. None where nothing came."""
    mean = fmean(recent) if recent else 0
    if left <= 0 or mean == 0:
        return None
    spread = max(pstdev(recent), sqrt(mean))
    low, middle, high = (_days(left, mean, z * spread) for z in (-Z80, 0, Z80))
    return Finish(days=middle, low=low, high=high)


def _days(left: int, mean: float, slack: float) -> float:
    root = (slack + sqrt(slack**2 + 4 * mean * left)) / (2 * mean)
    return root**2


def board_of(readers: Sequence[ReaderProgress], today: date, *, is_open: bool = True) -> Board | None:
    """Lay out the readers; None before the first answer. Where reading is over, nothing is predicted."""
    began = [day for reader in readers for day in reader.days]
    if not began:
        return None
    finishes = [_finish_of(reader, today) if is_open else None for reader in readers]
    axis = _Axis.over(min(began), today, [one.high for one in finishes if one])
    top = max(axis.summed(reader.days, index) for reader in readers for index in range(axis.past))
    rows = tuple(
        _row(reader, ends, axis, max(top, 1)) for reader, ends in zip(readers, finishes, strict=True)
    )
    return _board(rows, axis, today)


def _finish_of(reader: ReaderProgress, today: date) -> Finish | None:
    days = reader.days
    if not days:
        return None
    known = min(RECENT_DAYS, (today - min(days)).days + 1)
    recent = [days.get(today - timedelta(days=back), 0) for back in range(known)]
    return finish(reader.total - reader.answered, recent)


@dataclass(frozen=True, kw_only=True)
class _Axis:
    """Columns of a day or a week; `first` is where the first begins, today ends the last of the past."""

    first: date
    step: int
    past: int
    ahead: int

    @classmethod
    def over(cls, began: date, today: date, highs: Sequence[float]) -> "_Axis":
        days = (today - began).days + 1
        step = 1 if days <= MOST_PAST else 7
        past = min(MOST_PAST, max(FEWEST_PAST, ceil(days / step)))
        ahead = min(MOST_AHEAD, ceil(max(highs, default=0) / step))
        return cls(first=today - timedelta(days=past * step - 1), step=step, past=past, ahead=ahead)

    @property
    def columns(self) -> int:
        return self.past + self.ahead

    def ahead_of_today(self, days: float) -> float:
        return min(100.0, 100 * (self.past + days / self.step) / self.columns)

    def start(self, index: int) -> date:
        return self.first + timedelta(days=index * self.step)

    def summed(self, days: Days, index: int) -> int:
        start = self.start(index)
        return sum(days.get(start + timedelta(days=one), 0) for one in range(self.step))


def _row(reader: ReaderProgress, ends: Finish | None, axis: _Axis, top: int) -> Row:
    sums = [axis.summed(reader.days, index) for index in range(axis.past)]
    cells = tuple(
        Cell(start=axis.start(index), answers=n, strength=round(64 * n / top) if n else 0)
        for index, n in enumerate(sums)
    )
    if ends is None:
        return Row(reader=reader, cells=cells, finish=None)
    at, low, high = (axis.ahead_of_today(days) for days in (ends.days, ends.low, ends.high))
    return Row(reader=reader, cells=cells, finish=ends, at=at, low_at=low, high_at=high)


def _board(rows: tuple[Row, ...], axis: _Axis, today: date) -> Board:
    total = sum(row.reader.total for row in rows)
    answered = sum(row.reader.answered for row in rows)
    ends = [row.finish for row in rows if row.finish]
    silent = any(row.left and not row.finish for row in rows)
    known = None if silent or not ends else ends
    middle, low, high = (
        (None, None, None)
        if known is None
        else (
            today + timedelta(days=ceil(max(value) - ROUNDING))
            for value in zip(*((one.days, one.low, one.high) for one in known), strict=True)
        )
    )
    ahead = [(100 * (axis.past + index) / axis.columns, index * axis.step) for index in range(axis.ahead + 1)]
    curves = [_ahead(rows, ahead, name, total) for name in ("days", "low", "high")] if ends else ["", "", ""]
    return Board(
        rows=rows,
        ticks=tuple(_ticks(axis, today)),
        columns=axis.columns,
        weekly=axis.step > 1,
        today_at=100 * axis.past / axis.columns,
        answered=answered,
        total=total,
        answered_today=sum(row.reader.days.get(today, 0) for row in rows),
        curve=_curve(rows, axis, answered, total),
        fan=f"{curves[1]} {' '.join(reversed(curves[2].split()))}".strip(),
        middle=curves[0],
        ends=middle,
        ends_low=low,
        ends_high=high,
        is_waiting=bool(ends) and known is None,
    )


def _ticks(axis: _Axis, today: date) -> Iterable[Tick]:
    for index in range(axis.columns):
        day = axis.start(index)
        is_today = day <= today < day + timedelta(days=axis.step)
        yield Tick(at=100 * (index + 0.5) / axis.columns, day=day, is_today=is_today)


def _point(x: float, y: float) -> str:
    return f"{x:.2f},{100 - y:.2f}"


def _curve(rows: Sequence[Row], axis: _Axis, answered: int, total: int) -> str:
    """All answers so far, from the left edge to today."""
    sums = [sum(axis.summed(row.reader.days, index) for row in rows) for index in range(axis.past)]
    so_far, points = answered - sum(sums), []
    points.append(_point(0, 100 * so_far / total))
    for index, count in enumerate(sums, start=1):
        so_far += count
        points.append(_point(100 * index / axis.columns, 100 * so_far / total))
    return " ".join(points)


def _ahead(rows: Sequence[Row], places: Sequence[tuple[float, int]], name: str, total: int) -> str:
    """All answers to come, if every reader went on so as to finish on the day `name`."""
    points = []
    for x, days in places:
        count = sum(row.reader.answered + _share(row, days, name) for row in rows)
        points.append(_point(x, 100 * count / total))
    return " ".join(points)


def _share(row: Row, days: float, name: str) -> float:
    if row.finish is None:
        return 0
    return row.left * min(1.0, days / float(getattr(row.finish, name)))
