"""One style for all figures: Okabe-Ito colours, hairlines, text that stays text in SVG.

Only this module imports matplotlib, and only to draw: a report without figures does without it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

INK, SOFT, HAIRLINE, BAND = "#1b1f24", "#5b6470", "#c9ced6", "#eef1f5"
BLUE, ORANGE, GREEN, VERMILLION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE = "#56B4E9", "#CC79A7"
SERIES = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)
LIKERT = ("#D55E00", "#F3CBA6", "#E9EDF2", "#9CC9E3", "#0072B2")
WIDTH_INCHES = 6.6
LABEL_CHARACTERS, LABEL_LINES, LINE_INCHES = 30, 4, 0.13
POINTS_AN_INCH = 72
FAMILY = "DejaVu Sans"
RULES: Any = {
    "font.family": [FAMILY],
    "font.size": 8.5,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "axes.labelsize": 8.5,
    "axes.labelcolor": SOFT,
    "axes.edgecolor": HAIRLINE,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlecolor": INK,
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "svg.fonttype": "none",
    "svg.hashsalt": "readerstudy",
    "pdf.fonttype": 42,
    "text.parse_math": False,
    "figure.constrained_layout.use": True,
}


def in_lines(names: Sequence[str], width: int = LABEL_CHARACTERS) -> tuple[list[str], float]:
    """Names broken into lines that leave room for the drawing, and the height that the lines add to a row."""
    broken = [
        wrap(name, width, max_lines=LABEL_LINES, placeholder="…", break_on_hyphens=False) or [""]
        for name in names
    ]
    most = max((len(lines) for lines in broken), default=1)
    return ["\n".join(lines) for lines in broken], LINE_INCHES * (most - 1)


def name_rows(axes: Axes, places: Sequence[float], names: Sequence[str], *, bold: str = "") -> None:
    """Write names of some lines at the left, each line by itself, so that they end alike in any type."""
    axes.set_yticks([])
    for place, name in zip(places, names, strict=True):
        lines = name.split("\n")
        for line, text in enumerate(lines):
            up = ((len(lines) - 1) / 2 - line) * LINE_INCHES * POINTS_AN_INCH
            axes.annotate(
                text,
                (0, place),
                xycoords=("axes fraction", "data"),
                xytext=(-4, up),
                textcoords="offset points",
                ha="right",
                va="center",
                fontweight="bold" if name == bold else "normal",
            )


def in_percent(axis: Axis) -> None:
    """Label the ticks of shares as percentages."""
    from matplotlib.ticker import PercentFormatter

    axis.set_major_formatter(PercentFormatter(1, decimals=0))


def in_whole_numbers(axis: Axis) -> None:
    """Set ticks at whole numbers only."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(integer=True))


def likert_colours(points: int) -> list[tuple[float, float, float, float]]:
    """A colour for each point of a scale, from the lowest to the highest."""
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("likert", LIKERT)
    return [colours(x) for x in np.linspace(0, 1, points)]


@contextmanager
def drawing(height_inches: float) -> Iterator[tuple[Figure, Axes]]:
    """A figure of the report's width in the report's style; matplotlib's own settings stay as they were."""
    with panels(height_inches, 1) as (figure, (axes,)):
        yield figure, axes


@contextmanager
def panels(height_inches: float, count: int) -> Iterator[tuple[Figure, list[Axes]]]:
    """Some axes beside each other, in the same width and style."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context(RULES):
        figure = Figure(figsize=(WIDTH_INCHES, height_inches))
        FigureCanvasAgg(figure)
        yield figure, [figure.add_subplot(1, count, place + 1) for place in range(count)]


def drawn_svg(figure: Figure) -> str:
    """The figure as SVG whose text is text, the same every time."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    stream = io.StringIO()
    with mpl.rc_context(RULES):
        # What `savefig` writes, but laid out and drawn once: it draws a figure with a layout twice.
        FigureCanvasSVG(figure).print_svg(stream, metadata={"Date": None})  # type: ignore[no-untyped-call]
    text = stream.getvalue()
    return text[text.index("<svg") :]


def set_in(svg: str, family: str) -> str:
    """The same drawing with its text in another type."""
    return re.sub(rf"'?{FAMILY}'?(, sans-serif)?", family, svg)


def inline(svg: str, *, family: str, title: str, prefix: str) -> str:
    """SVG to stand inside a page: its own names, the page's type, a title for those who cannot see it."""
    text = re.sub(r'\b(id="|url\(#|href="#)', rf"\g<1>{prefix}-", set_in(svg, family))
    text = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", text, count=1)
    text = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1)
    text = text.replace("<svg", '<svg role="img"', 1)
    head, rest = text.split(">", 1)
    return f"{head}><title>{title}</title>{rest}"
