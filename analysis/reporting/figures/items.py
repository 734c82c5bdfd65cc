"""Figures of items: answers by source, confusion, limits of agreement, worth, free-response curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from analysis.document.items import AgreementLimits, Confusion, MarkFroc, SourceOptions
from analysis.preference import SourceWorth
from analysis.reporting.figures.style import (
    BAND,
    BLUE,
    HAIRLINE,
    INK,
    SERIES,
    SOFT,
    VERMILLION,
    drawing,
    in_lines,
    in_percent,
    name_rows,
    panels,
)
from analysis.reporting.words import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_DRAWN = 24
LIGHT = 0.55


def confusion(found: Confusion, sources: Sequence[str]) -> Figure:
    """Answers against the truth as shares of each truth; a panel a source, at most three."""
    shown = [(name, found.by_source[name]) for name in sources[:3] if name in found.by_source]
    if len(shown) < 2:
        shown = [("", found.counts)]
    truths, added = in_lines(found.truths, 18)
    answers, _ = in_lines(found.answers, 12)
    height = 1.35 + max(0.34 + added, 0.3) * len(truths)
    with panels(height, len(shown)) as (figure, axes):
        for place, (own, (name, counts)) in enumerate(zip(axes, shown, strict=True)):
            _matrix(own, np.array(counts, dtype=float))
            own.set_xticks(range(len(answers)), answers, rotation=0 if len(answers) < 5 else 60, fontsize=8)
            own.set_yticks(range(len(truths)), truths if place == 0 else [""] * len(truths), fontsize=8)
            own.set_title(name)
            if place == 0:
                own.set_ylabel("truth")
            own.set_xlabel("answer")
    return figure


def _matrix(axes: Axes, counts: np.ndarray) -> None:
    total = counts.sum(axis=1, keepdims=True)
    share = np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1.15, aspect="auto")
    for (row, column), count in np.ndenumerate(counts):
        axes.annotate(
            f"{count:.0f}",
            (column, row),
            ha="center",
            va="center",
            fontsize=8,
            color="white" if share[row, column] > LIGHT else INK,
        )
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def options(by_source: Sequence[SourceOptions]) -> Figure:
    """The share of each answer with its interval, sources beside each other."""
    names = list(dict.fromkeys(one.text for each in by_source for one in each.shares))[:MOST_DRAWN]
    lines, added = in_lines(names)
    step = 0.8 / max(len(by_source), 1)
    row = max(0.2 * len(by_source) + 0.12, 0.3) + added
    with drawing(1.1 + row * len(names)) as (figure, axes):
        for place, each in enumerate(by_source):
            colour = SERIES[place % len(SERIES)]
            for one in each.shares:
                if one.text not in names:
                    continue
                y = names.index(one.text) + (place - (len(by_source) - 1) / 2) * step
                if one.low is not None and one.high is not None:
                    axes.plot([one.low, one.high], [y, y], color=colour, linewidth=1.4)
                axes.plot([one.rate], [y], "s", color=colour, markersize=5, markeredgecolor="white")
            axes.plot([], [], "s-", color=colour, label=each.source)
        name_rows(axes, range(len(names)), lines)
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.set_xlim(0, 1)
        in_percent(axes.xaxis)
        axes.set_xlabel("share of answers, with intervals over readers and cases")
        axes.spines.left.set_visible(False)
        if len(by_source) > 1:
            axes.legend(loc="best")
    return figure


def bland_altman(found: AgreementLimits, unit: str) -> Figure:
    """Differences against means, with bias and limits and the intervals of each."""
    with drawing(3.0) as (figure, axes):
        x, y = (np.array(column) for column in zip(*found.points, strict=True))
        axes.plot(x, y, "o", color=BLUE, markersize=3.5, alpha=0.5, mew=0)
        ends = (
            (found.bias.estimate, (found.bias.low, found.bias.high), INK, "bias"),
            (found.low, found.low_interval, VERMILLION, "lower limit"),
            (found.high, found.high_interval, VERMILLION, "upper limit"),
        )
        for value, reach, colour, name in ends:
            if value is None:
                continue
            if reach is not None and reach[0] is not None and reach[1] is not None:
                axes.axhspan(reach[0], reach[1], color=BAND, zorder=0)
            axes.axhline(value, color=colour, linewidth=1.1, linestyle="-" if name == "bias" else "--")
            axes.annotate(
                f"{name} {number(value, 2)}",
                (1.01, value),
                xycoords=("axes fraction", "data"),
                va="center",
                fontsize=8,
                color=colour,
            )
        axes.set_xlabel(f"mean of the two{_in(unit)}")
        axes.set_ylabel(f"{found.compared}{_in(unit)}")
    return figure


def around_the_mean(points: Sequence[tuple[float, float]], unit: str) -> Figure:
    """Each reader's answer less the mean of all readers of that case."""
    with drawing(2.6) as (figure, axes):
        x, y = (np.array(column) for column in zip(*points, strict=True))
        axes.axhline(0, color=HAIRLINE, linewidth=0.8)
        axes.plot(x, y, "o", color=BLUE, markersize=3.5, alpha=0.5, mew=0)
        axes.set_xlabel(f"mean of all readers of the case{_in(unit)}")
        axes.set_ylabel("one reader – mean")
    return figure


def _in(unit: str) -> str:
    return f", {unit}" if unit else ""


def worth(found: Sequence[SourceWorth]) -> Figure:
    """The worth of each source with its interval; dotted, where all were worth the same."""
    names, added = in_lines([row.source for row in found])
    with drawing(0.95 + (0.3 + added) * len(found)) as (figure, axes):
        even = 1 / len(found)
        axes.axvline(even, color=SOFT, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.annotate("all alike", (even, -0.75), color=SOFT, ha="center", va="bottom", fontsize=8)
        for y, row in enumerate(found):
            if row.low is not None and row.high is not None:
                axes.plot([row.low, row.high], [y, y], color=BLUE, linewidth=1.6)
            axes.plot([row.estimate or 0.0], [y], "D", color=INK, markersize=5)
            axes.annotate(
                f"{100 * (row.estimate or 0):.1f}%",
                (1.01, y),
                xycoords=("axes fraction", "data"),
                va="center",
                fontsize=8,
            )
        name_rows(axes, range(len(found)), names)
        axes.set_ylim(len(found) - 0.4, -0.9)
        axes.set_xlim(0, 1)
        in_percent(axes.xaxis)
        axes.set_xlabel("worth, as a share of all")
        axes.spines.left.set_visible(False)
    return figure


def froc(found: MarkFroc) -> Figure:
    """Lesions found against false marks an image, a line a reader, and their mean."""
    most = max((curve.false_per_image[-1] for curve in found.curves), default=0.0) or 1.0
    grid = np.linspace(0, most, 101)
    with drawing(3.2) as (figure, axes):
        heights = []
        for curve in found.curves[:40]:
            x = [*curve.false_per_image, most]
            y = [*curve.sensitivity, curve.sensitivity[-1]]
            axes.plot(x, y, color=BLUE, linewidth=0.8, alpha=0.45, drawstyle="steps-post")
            # the highest share at each rate of false marks
            heights.append([max(h for f, h in zip(x, y, strict=True) if f <= at + 1e-12) for at in grid])
        axes.plot(grid, np.mean(heights, axis=0), color=INK, linewidth=2, label="mean")
        axes.plot([], [], color=BLUE, linewidth=0.8, alpha=0.6, label="one reader")
        axes.set(xlim=(-0.01 * most, 1.02 * most), ylim=(-0.01, 1.01))
        axes.set_xlabel("false marks an image")
        axes.set_ylabel("true places found")
        axes.legend(loc="lower right")
    return figure
