"""The distributions and areas of the blinding audit, drawn as SVG that fills the width it is given.

Shapes are stretched with their box; words stand beside them in HTML, so that they keep their size.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from readerstudy.truth.blinding.limits import LEAK_FROM

HEIGHT = 40.0
#: The axis of areas that tell the arms apart: 0.5 is chance, 1 is always right.
FIRST, LAST = 0.45, 1.0


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A row of the audit, ready to be shown. `at` and `ends` are places on an axis in percent."""

    name: str
    title: str
    meaning: str
    remedy: str
    verdict: str
    p: float
    apart: float
    low: float
    high: float
    overlap: SafeString
    interval: SafeString
    ticks: tuple[str, ...]
    real_at: float
    synthetic_at: float


def drawn(row: Mapping[str, Any]) -> Drawn:
    found, area = row["histogram"], row["auc"]
    apart, low, high = folded(area["estimate"], area["low"], area["high"])
    real, synthetic = _shares(found["real"]), _shares(found["synthetic"])
    return Drawn(
        name=row["name"],
        title=row["title"],
        meaning=row.get("meaning", ""),
        remedy=row["remedy"],
        verdict=row["verdict"],
        p=row["p_corrected"],
        apart=apart,
        low=low,
        high=high,
        overlap=overlap(real, synthetic),
        interval=interval(apart, low, high),
        ticks=_ticks(found["edges"]),
        real_at=_peak(real),
        synthetic_at=_peak(synthetic),
    )


def folded(estimate: float, low: float, high: float) -> tuple[float, float, float]:
    """Return an area and its ends so that 1 tells the arms apart, whichever has the larger values."""
    if estimate >= 0.5:
        return estimate, low, high
    return 1 - estimate, 1 - high, 1 - low


def overlap(real: Sequence[float], synthetic: Sequence[float]) -> SafeString:
    """Draw both distributions over the same bins on one axis."""
    top = max((*real, *synthetic), default=0.0) or 1.0
    shapes = ((kind, _steps(shares, top)) for kind, shares in (("synthetic", synthetic), ("real", real)))
    return format_html(
        '<svg class="overlap" viewBox="0 0 100 {}" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        f"{HEIGHT:g}",
        format_html_join("", '<polygon class="{}" points="{}"/>', shapes),
    )


def interval(estimate: float, low: float, high: float) -> SafeString:
    """Draw an area on its interval; shaded is what passes, dashed is chance."""
    left, right = _at(FIRST), _at(LEAK_FROM)
    return format_html(
        '<svg class="area" aria-hidden="true"><rect class="band" x="{0}%" width="{1}%" height="100%"/>'
        '<line class="chance" x1="{2}%" x2="{2}%" y1="0" y2="100%"/>'
        '<line x1="{3}%" x2="{4}%" y1="50%" y2="50%"/><circle cx="{5}%" cy="50%" r="4"/></svg>',
        *(f"{value:.2f}" for value in (left, right - left, _at(0.5), _at(low), _at(high), _at(estimate))),
    )


def axis_places() -> dict[str, float]:
    """Return where the page writes the words of the axis of areas."""
    return {"chance": _at(0.5), "limit": _at(LEAK_FROM), "limit_value": LEAK_FROM}


def _at(value: float) -> float:
    return max(0.0, min(100.0, 100 * (value - FIRST) / (LAST - FIRST)))


def _steps(shares: Sequence[float], top: float) -> str:
    width = 100 / max(len(shares), 1)
    points = [(0.0, HEIGHT)]
    for index, share in enumerate(shares):
        y = HEIGHT - (HEIGHT - 1) * share / top
        points += [(index * width, y), ((index + 1) * width, y)]
    points.append((100.0, HEIGHT))
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)


def _peak(shares: Sequence[float]) -> float:
    """Return where the middle of a distribution lies in percent of the axis."""
    total = 0.0
    for index, share in enumerate(shares):
        total += share
        if total >= 0.5:
            return 100 * (index + 0.5) / len(shares)
    return 50.0


def _ticks(edges: Sequence[float]) -> tuple[str, ...]:
    if not edges:
        return ()
    middle = (edges[0] + edges[-1]) / 2
    return tuple(f"{value:.3g}" for value in (edges[0], middle, edges[-1]))


def _shares(counts: Sequence[int]) -> list[float]:
    total = sum(counts) or 1
    return [count / total for count in counts]
