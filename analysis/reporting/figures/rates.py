"""Figures of shares: readers with their crossed summary, equivalence, sources, course of the study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import special

from analysis.arrays import Floats
from analysis.crossed import CrossedMean
from analysis.document.call import ImageCalls, SourceCalls
from analysis.document.conduct import Stage
from analysis.document.pick_real import ChanceEquivalence, EquivalenceCurve, ReaderShare, TrialShare
from analysis.reporting.figures.style import (
    BAND,
    BLUE,
    GREEN,
    HAIRLINE,
    INK,
    SERIES,
    SOFT,
    VERMILLION,
    drawing,
    in_lines,
    in_percent,
    in_whole_numbers,
    name_rows,
)
from analysis.reporting.words import percent, points

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW_INCHES = 0.24
# so that all rows of the largest forest fit on a page
FOREST_INCHES = 7.4
MOST_READERS = 40
ALL = "All readers"
FIFTHS = ("first fifth", "second", "third", "fourth", "last fifth")


@dataclass(frozen=True, kw_only=True)
class ReaderRate:
    """One reader's share with its interval."""

    reader: str
    rate: float
    low: float | None
    high: float | None


Readers = Sequence[ReaderRate | ReaderShare]


def forest(
    readers: Readers,
    summary: CrossedMean,
    *,
    chance: float | None,
    margin: float | None,
    label: str,
) -> Figure:
    """Each reader's share with its interval, and the summary over readers and cases below."""
    shown = list(readers)[:MOST_READERS]
    n = len(shown)
    names, added = in_lines([str(row.reader) for row in shown])
    with drawing(0.9 + min((ROW_INCHES + added) * (n + 2), FOREST_INCHES)) as (figure, axes):
        if chance is not None:
            if margin is not None:
                axes.axvspan(max(chance - margin, 0), min(chance + margin, 1), color=BAND, zorder=0)
            axes.axvline(chance, color=SOFT, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
            axes.annotate("chance", (chance, -0.9), color=SOFT, ha="center", va="bottom", fontsize=8)
        for y, row in enumerate(shown):
            _interval(axes, y, row.rate, row.low, row.high, BLUE, 5)
        axes.axhline(n - 0.4, color=HAIRLINE, linewidth=0.6)
        _diamond(axes, n + 0.2, summary)
        name_rows(axes, [*range(n), n + 0.2], [*names, ALL], bold=ALL)
        axes.set_ylim(n + 0.9, -1)
        _numbers(axes, shown, summary)
        _percent(axes, label)
    return figure


def _interval(
    axes: Axes, y: float, x: float, low: float | None, high: float | None, color: str, size: float
) -> None:
    if low is not None and high is not None:
        axes.plot([low, high], [y, y], color=color, linewidth=1.2, solid_capstyle="butt")
    axes.plot([x], [y], "s", color=color, markersize=size, markeredgecolor="white", markeredgewidth=0.6)


def _diamond(axes: Axes, y: float, summary: CrossedMean) -> None:
    x, low, high = summary.estimate, summary.low, summary.high
    low, high = (x if end is None else end for end in (low, high))
    axes.fill([low, x, high, x], [y, y - 0.28, y, y + 0.28], color=INK, linewidth=0)


def _numbers(axes: Axes, readers: Readers, summary: CrossedMean) -> None:
    """Estimates and intervals as text at the right edge."""
    rows: list[tuple[float, Any, Any, Any]] = [
        (y, row.rate, row.low, row.high) for y, row in enumerate(readers)
    ]
    rows.append((len(readers) + 0.2, summary.estimate, summary.low, summary.high))
    for y, x, low, high in rows:
        ends = "" if low is None or high is None else f" ({points(low)}–{points(high)})"
        axes.annotate(
            f"{percent(x)}{ends}",
            (1.01, y),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=8,
            fontweight="bold" if y == rows[-1][0] else "normal",
        )


def _percent(axes: Axes, label: str) -> None:
    axes.set_xlim(0, 1)
    in_percent(axes.xaxis)
    axes.set_xlabel(label)
    axes.spines.left.set_visible(False)


def equivalence_curve(equivalence: ChanceEquivalence, curve: EquivalenceCurve, alpha: float = 0.05) -> Figure:
    """p of equivalence with chance over every margin; the protocol's margin and the smallest that passes."""
    with drawing(2.5) as (figure, axes):
        x, y = 100 * np.array(curve.margin), np.array(curve.p)
        axes.axhline(alpha, color=SOFT, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.plot(x, y, color=BLUE, linewidth=1.6)
        smallest = equivalence.smallest_margin
        if smallest is not None and 100 * smallest <= x[-1]:
            axes.plot([100 * smallest], [alpha], "o", color=INK, markersize=5)
            axes.annotate(
                f"smallest margin ±{100 * smallest:.1f} points",
                (100 * smallest, alpha),
                xytext=(6, 8),
                textcoords="offset points",
                fontsize=8,
            )
        if equivalence.margin is not None:
            axes.axvline(100 * equivalence.margin, color=VERMILLION, linewidth=1)
            axes.annotate(
                "margin of the protocol",
                (100 * equivalence.margin, 1),
                xytext=(4, -2),
                textcoords="offset points",
                color=VERMILLION,
                fontsize=8,
                va="top",
            )
        axes.set(xlim=(0, x[-1]), ylim=(0, max(1.0, float(y.max()))))
        axes.set_xlabel("margin, percentage points either side of chance")
        axes.set_ylabel("p of equivalence")
        axes.annotate(f"p = {alpha:g}", (x[-1], alpha), ha="right", va="bottom", color=SOFT, fontsize=8)
    return figure


def _with_kind(row: SourceCalls) -> str:
    """A source with its kind, where its name does not say it already."""
    return row.source if row.source == row.kind else f"{row.source} ({row.kind or 'masked'})"


def confusion(by_source: Sequence[SourceCalls]) -> Figure:
    """How often each source was called synthetic, with the interval over readers and images."""
    n = len(by_source)
    names, added = in_lines([_with_kind(row) for row in by_source])
    with drawing(0.95 + (0.36 + added) * n) as (figure, axes):
        for y, row in enumerate(by_source):
            right = GREEN if row.kind != "real" else VERMILLION
            axes.barh(y, row.rate, height=0.62, color=right, alpha=0.85)
            axes.barh(y, 1 - row.rate, left=row.rate, height=0.62, color=BAND)
            if row.low is not None and row.high is not None:
                axes.plot([row.low, row.high], [y, y], color=INK, linewidth=1.1)
            axes.annotate(
                f"{row.detected} of {row.n}",
                (1.01, y),
                xycoords=("axes fraction", "data"),
                va="center",
                fontsize=8,
            )
        name_rows(axes, range(n), names)
        axes.set_ylim(n - 0.4, -0.6)
        _percent(axes, "called synthetic: detections (green), false alarms (vermillion)")
    return figure


def learning(stages: Sequence[Stage], chance: float | None) -> Figure:
    """Share correct over the course of the section."""
    with drawing(2.2) as (figure, axes):
        if chance is not None:
            axes.axhline(chance, color=SOFT, linewidth=0.8, linestyle=(0, (4, 3)))
        x = np.arange(len(stages))
        shares = [stage.rate for stage in stages]
        for place, stage in zip(x, stages, strict=True):
            ends = np.array([stage.low, stage.high], dtype=float)
            axes.plot([place, place], ends, color=BLUE, linewidth=1.2)
        axes.plot(x, shares, "-s", color=BLUE, linewidth=1, markersize=5, markeredgecolor="white")
        axes.set_xticks(x, [FIFTHS[i] if len(x) == len(FIFTHS) else str(i + 1) for i in range(len(x))])
        in_percent(axes.yaxis)
        axes.set(ylim=(0, 1), xlim=(-0.4, len(x) - 0.6))
        axes.set_ylabel("correct")
        axes.set_xlabel("course of the section, each reader’s own order")
    return figure


def fooled(cases: Sequence[TrialShare], *, chance: float, n_readers: int) -> Figure:
    """For how many trials none, one … all readers found the real image, beside what chance alone gives."""
    found = np.bincount([case.k for case in cases if case.n == n_readers], minlength=n_readers + 1)
    expected = _binomial(n_readers, chance) * found.sum()
    with drawing(2.3) as (figure, axes):
        x = np.arange(n_readers + 1)
        axes.bar(x, found, width=0.7, color=BLUE)
        axes.plot(x, expected, "o-", color=VERMILLION, linewidth=1, markersize=3.5, label="chance alone")
        axes.set_xlabel(f"readers of {n_readers} who found the real image")
        axes.set_ylabel("trials")
        in_whole_numbers(axes.yaxis)
        axes.set_xticks(x if n_readers <= 20 else x[:: n_readers // 10])
        axes.legend()
    return figure


def _binomial(n: int, p: float) -> Floats:
    k = np.arange(n + 1)
    return np.asarray(special.binom(n, k) * p**k * (1 - p) ** (n - k))


def fooled_images(images: Sequence[ImageCalls], sources: Sequence[str]) -> Figure:
    """Each image as a dot: the share of readers who called it wrongly, by source."""
    rng = np.random.default_rng(0)
    names, added = in_lines(sources)
    with drawing(0.95 + (0.5 + added / 2) * len(sources)) as (figure, axes):
        for y, source in enumerate(sources):
            shares = np.array([row.wrong / row.n for row in images if row.source == source])
            spread = rng.uniform(-0.22, 0.22, len(shares))
            axes.plot(shares, y + spread, "o", color=SERIES[y % len(SERIES)], markersize=4, alpha=0.7, mew=0)
            axes.plot([shares.mean()] * 2, [y - 0.32, y + 0.32], color=INK, linewidth=1.4)
        name_rows(axes, range(len(sources)), names)
        axes.set_ylim(len(sources) - 0.4, -0.6)
        _percent(axes, "readers who called the image wrongly; one dot an image, bar at the mean")
        axes.set_xlim(-0.03, 1.03)
    return figure
