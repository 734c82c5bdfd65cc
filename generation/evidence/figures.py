"""Figures of the report as inline SVG: Okabe-Ito colours, hairlines, the page's type."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, GREY, INK = "#0072B2", "#D55E00", "#009E73", "#999999", "#222222"
STYLE: Any = {
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.fonttype": "none",
    "svg.hashsalt": "evidence",
}

Record = Mapping[str, Any]


@contextmanager
def _drawn(width: float, height: float, columns: int = 1) -> Iterator[tuple[Figure, list[Axes], list[str]]]:
    """A figure outside pyplot, so that nothing stays in memory; its SVG is appended at the end."""
    svg: list[str] = []
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.subplots(1, columns, squeeze=False)[0].tolist()
        yield figure, axes, svg
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
    svg.append("<svg" + text.getvalue().partition("<svg")[2])


def distances(metrics: Sequence[Record], metric: str) -> str:
    """One metric by group: the interval, and the band that real images reach among themselves."""
    rows = [row for row in metrics if row["name"].startswith(metric + "[")]
    with _drawn(6.4, 0.6 + 0.32 * len(rows)) as (_, (axes,), svg):
        for place, row in enumerate(reversed(rows)):
            value, floor = row["value"], row["floor"]
            axes.fill_betweenx(
                [place - 0.3, place + 0.3], floor["low"], floor["high"], color=GREY, alpha=0.35, lw=0
            )
            axes.plot([floor["estimate"]] * 2, [place - 0.3, place + 0.3], color=GREY, lw=1)
            axes.plot([value["low"], value["high"]], [place, place], color=BLUE, lw=1.4)
            axes.plot(value["estimate"], place, "o", color=BLUE, ms=4)
        axes.set_yticks(range(len(rows)), [f"{row['group']} (n {row['n']})" for row in reversed(rows)])
        axes.set_xlabel(f"{rows[0]['name']}   grey: real to real" if rows else metric)
    return svg[0]


def closeness(views: Sequence[Record]) -> str:
    """The distribution of distances to the training set: synthetic beside held-out patients."""
    with _drawn(8.6, 2.5, len(views)) as (_, axes, svg):
        for one, view in zip(axes, views, strict=True):
            for values, colour, name in (
                (view["heldout"], GREY, "held-out real"),
                (view["synthetic"], BLUE, "synthetic"),
            ):
                shares = (np.arange(len(values)) + 0.5) / len(values)
                one.plot(values, shares, color=colour, lw=1.5, label=name)
            one.axvline(view["tail_limit"], color=ORANGE, lw=0.8, ls=":")
            one.set_xlabel(f"{view['name']}\ndistance to the nearest training image", fontsize=8)
        axes[0].set_ylabel("share at most this near")
        axes[0].legend(frameon=False, fontsize=8, loc="upper left")
    return svg[0]


def confusion(table: Sequence[Sequence[int]], classes: Sequence[str], rows: str, columns: str) -> str:
    """Counts, shaded by the share of their row."""
    counts = np.array(table, float)
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    with _drawn(3.2, 2.8) as (_, (axes,), svg):
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        for row, column in np.ndindex(*counts.shape):
            colour = "white" if shares[row, column] > 0.55 else INK
            axes.text(column, row, f"{counts[row, column]:.0f}", ha="center", va="center", color=colour)
        axes.set_xticks(range(len(classes)), classes)
        axes.set_yticks(range(len(classes)), classes)
        axes.set_xlabel(columns)
        axes.set_ylabel(rows)
        axes.tick_params(length=0)
    return svg[0]


def joint_spaces(grades: Sequence[Record]) -> str:
    """Mean and standard deviation of the measured joint space by grade."""
    with _drawn(4.2, 2.6) as (_, (axes,), svg):
        for shift, which, colour in ((-0.12, "real", GREY), (0.12, "synthetic", BLUE)):
            axes.errorbar(
                np.arange(len(grades)) + shift,
                [row[f"{which}_mm"] for row in grades],
                [row[f"{which}_sd_mm"] for row in grades],
                fmt="o",
                color=colour,
                ms=4,
                lw=1.2,
                label=which,
            )
        axes.set_xticks(range(len(grades)), [row["grade"] for row in grades])
        axes.set_xlabel("grade asked for")
        axes.set_ylabel("measured joint space, mm")
        axes.legend(frameon=False, fontsize=8)
    return svg[0]


def arms(rows: Sequence[Record]) -> str:
    """Balanced accuracy of each arm, every seed as a dot."""
    with _drawn(6.4, 0.7 + 0.34 * len(rows)) as (_, (axes,), svg):
        for place, row in enumerate(reversed(rows)):
            value = row["balanced_accuracy"]
            axes.plot(row["accuracy_by_seed"], [place] * len(row["accuracy_by_seed"]), "o", color=GREY, ms=3)
            axes.plot([value["low"], value["high"]], [place, place], color=BLUE, lw=1.4)
            axes.plot(value["estimate"], place, "o", color=BLUE, ms=5)
        axes.set_yticks(range(len(rows)), [f"{row['name']} (n {row['n_train']})" for row in reversed(rows)])
        axes.set_xlabel("balanced accuracy on test patients")
    return svg[0]


def readers(rows: Sequence[Record]) -> str:
    """The area under the curve of each machine reader; a half is guessing."""
    with _drawn(6.4, 0.7 + 0.34 * len(rows)) as (_, (axes,), svg):
        axes.axvline(0.5, color=GREY, lw=0.8)
        for place, row in enumerate(reversed(rows)):
            axes.plot([row["auc"]["low"], row["auc"]["high"]], [place, place], color=GREEN, lw=1.4)
            axes.plot(row["auc"]["estimate"], place, "o", color=GREEN, ms=5)
        axes.set_yticks(range(len(rows)), [row["name"] for row in reversed(rows)])
        axes.set_xlim(0.3, 1.02)
        axes.set_xlabel("AUC, real against synthetic; 0.5 is guessing")
    return svg[0]
