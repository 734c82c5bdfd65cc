"""Figures of ratings and of agreement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis.document.rate import SourceRatings
from analysis.proportions import normal_quantile
from analysis.reporting.figures.style import (
    BLUE,
    HAIRLINE,
    INK,
    ORANGE,
    SOFT,
    drawing,
    in_lines,
    in_percent,
    likert_colours,
    name_rows,
)
from analysis.reporting.names import Named

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LIGHT = 0.55
LEGEND_COLUMNS = 5


def likert(by_source: Sequence[SourceRatings], labels: Sequence[str]) -> Figure:
    """Shares of the points of the scale, one bar a source, lowest at the left."""
    points = list(by_source[0].counts)
    colours = likert_colours(len(points))
    names, added = in_lines([row.source for row in by_source])
    words, more = in_lines(labels, 80 // min(len(points), LEGEND_COLUMNS))
    legend_rows = -(-len(points) // LEGEND_COLUMNS)
    height = 1.05 + (0.36 + added) * len(by_source) + more * legend_rows
    with drawing(height) as (figure, axes):
        for y, row in enumerate(by_source):
            left = 0.0
            for point, colour in zip(points, colours, strict=True):
                share = row.counts[point] / row.n
                axes.barh(y, share, left=left, height=0.66, color=colour, edgecolor="white", linewidth=0.6)
                if share > 0.045:
                    dark = sum(colour[:3]) / 3 < LIGHT
                    axes.annotate(
                        f"{100 * share:.0f}",
                        (left + share / 2, y),
                        ha="center",
                        va="center",
                        fontsize=8,
                        color="white" if dark else INK,
                    )
                left += share
            axes.annotate(row.text, (1.01, y), xycoords=("axes fraction", "data"), va="center", fontsize=8)
        axes.annotate("mean", (1.01, -0.75), xycoords=("axes fraction", "data"), color=SOFT, fontsize=8)
        name_rows(axes, range(len(by_source)), names)
        axes.set_ylim(len(by_source) - 0.5, -1)
        axes.set_xlim(0, 1)
        in_percent(axes.xaxis)
        axes.spines.left.set_visible(False)
        patches = [axes.patches[i] for i in range(len(points))]
        figure.legend(patches, words, ncols=min(len(points), LEGEND_COLUMNS), loc="outside lower center")
    return figure


def agreement(coefficients: Sequence[Named]) -> Figure:
    """Coefficients with the intervals of their three errors: over cases, over readers, under the null."""
    rows = [(each, e) for each in coefficients if (e := each.found.estimate) is not None]
    with drawing(1.15 + 0.4 * max(len(rows), 1)) as (figure, axes):
        axes.axvline(0, color=HAIRLINE, linewidth=0.8)
        for y, (each, estimate) in enumerate(rows):
            c = each.found
            kinds = (
                (c.low, c.high, y - 0.16, BLUE, "over cases"),
                (c.low_readers, c.high_readers, y + 0.16, ORANGE, "over readers"),
            )
            for low, high, place, colour, label in kinds:
                if low is not None and high is not None:
                    axes.plot([low, high], [place, place], color=colour, linewidth=2.4, label=label)
            if c.se_null:
                reach = normal_quantile(c.level) * c.se_null
                axes.plot(
                    [-reach, reach],
                    [y, y],
                    color=SOFT,
                    linewidth=1,
                    linestyle=":",
                    label="had readers guessed",
                )
            axes.plot([estimate], [y], "D", color=INK, markersize=4.5)
            axes.annotate(
                f"{estimate:.3f}", (1.01, y), xycoords=("axes fraction", "data"), va="center", fontsize=8
            )
        axes.set_yticks(range(len(rows)), [each.name for each, _ in rows])
        axes.set_ylim(len(rows) - 0.4, -0.6)
        handles, labels = axes.get_legend_handles_labels()
        unique = dict(zip(labels, handles, strict=True))
        axes.legend(unique.values(), unique.keys(), ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.22))
        axes.set_xlabel("agreement; 1 is perfect, and 0 is chance in all but the raw agreement")
        axes.spines.left.set_visible(False)
    return figure
