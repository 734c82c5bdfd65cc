"""Figures of curves: receiver operating characteristic and calibration of confidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis.calibration import CalibrationBin
from analysis.document.call import Curves
from analysis.reporting.figures.style import BLUE, HAIRLINE, INK, SOFT, VERMILLION, drawing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIDE_INCHES = 3.4
MOST_CURVES = 40


def roc(
    curves: Curves, false: str = "false alarms: real images called synthetic", true: str = "detections"
) -> Figure:
    """Every reader's empirical curve, thin, and the mean of them, thick."""
    with drawing(SIDE_INCHES) as (figure, axes):
        axes.plot([0, 1], [0, 1], color=SOFT, linewidth=0.8, linestyle=(0, (4, 3)))
        for row in curves.by_reader[:MOST_CURVES]:
            axes.plot(row.false_alarms, row.sensitivity, color=BLUE, linewidth=0.8, alpha=0.45)
        mean = curves.mean
        axes.plot(mean.false_alarms, mean.sensitivity, color=INK, linewidth=2, label="mean")
        axes.plot([], [], color=BLUE, linewidth=0.8, alpha=0.6, label="one reader")
        axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
        axes.set_xlabel(false)
        axes.set_ylabel(true)
        axes.legend(loc="lower right")
    return figure


def calibration(bins: Sequence[CalibrationBin]) -> Figure:
    """Share correct at each stated probability of being right, with Wilson intervals."""
    with drawing(2.8) as (figure, axes):
        axes.plot([0.5, 1], [0.5, 1], color=SOFT, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.annotate("perfectly calibrated", (0.98, 0.985), color=SOFT, ha="right", va="bottom", fontsize=8)
        for found in bins:
            ends = found.interval
            if ends.low is not None and ends.high is not None:
                axes.plot([found.stated] * 2, [ends.low, ends.high], color=BLUE, linewidth=1.2)
        x, y = [b.stated for b in bins], [b.observed for b in bins]
        axes.plot(x, y, "-s", color=BLUE, linewidth=1, markersize=5, markeredgecolor="white")
        for found in bins:
            axes.annotate(
                f"n = {found.n}",
                (found.stated, 0.01),
                ha="center",
                va="bottom",
                fontsize=7.5,
                color=VERMILLION if found.n < 10 else SOFT,
            )
        axes.axhline(0, color=HAIRLINE, linewidth=0.6)
        axes.set(xlim=(0.47, 1.03), ylim=(0, 1.05))
        axes.set_xlabel("stated probability of being right")
        axes.set_ylabel("share correct")
    return figure
