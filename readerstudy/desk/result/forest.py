"""Shares and means with their intervals as rows of a forest plot, drawn as SVG beside their numbers.

Places are percentages, so that a row is as wide as its table lets it be and nothing in it is stretched.
"""

from dataclasses import dataclass
from math import floor, log10

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

MARK_PX = 8
EMPTY = SafeString("")


@dataclass(frozen=True, kw_only=True)
class Axis:
    """What the rows of one table share: the ends, and what they are compared with."""

    start: float = 0.0
    end: float = 1.0
    reference: float | None = None
    margin: float | None = None
    is_share: bool = True

    def at(self, value: float) -> float:
        """Where a value lies, in percent of the width."""
        return max(0.0, min(100.0, 100 * (value - self.start) / (self.end - self.start)))

    def row(self, estimate: float, low: float | None, high: float | None, kind: str = "") -> SafeString:
        """One estimate, as a square on its interval."""
        ends = (
            format_html('<line x1="{}" x2="{}" y1="50%" y2="50%"/>', *map(self._percent, (low, high)))
            if low is not None and high is not None
            else EMPTY
        )
        mark = format_html(
            '<rect x="{}" y="50%" width="{}" height="{}" transform="translate(-{} -{})"/>',
            self._percent(estimate),
            *[MARK_PX] * 2,
            *[MARK_PX // 2] * 2,
        )
        return self._drawing(kind or "one", ends + mark)

    def summary(self, estimate: float, low: float | None, high: float | None) -> SafeString:
        """All together, as a diamond from end to end of the interval; as a square where there is none."""
        if low is None or high is None or high <= low:
            return self.row(estimate, low, high, "all")
        left, right = self.at(low), self.at(high)
        peak = 100 * (self.at(estimate) - left) / (right - left)
        diamond = format_html(
            '<g transform="translate(0 -6)"><svg x="{}%" y="50%" width="{}%" height="12" '
            'viewBox="0 0 100 12" preserveAspectRatio="none">'
            '<polygon points="0,6 {},0 100,6 {},12"/></svg></g>',
            *(f"{value:.2f}" for value in (left, right - left, peak, peak)),
        )
        return self._drawing("all", diamond)

    def ticks(self) -> SafeString:
        """The axis below the rows: its ends and its middle, and what chance gives."""
        middle = (self.start + self.end) / 2
        labels = [(self.start, "start"), (middle, "middle"), (self.end, "end")]
        marks = format_html_join(
            "",
            '<line x1="{}" x2="{}" y1="0" y2="4"/><text x="{}" y="16" text-anchor="{}">{}</text>',
            ((*[self._percent(value)] * 3, anchor, self._label(value)) for value, anchor in labels),
        )
        named = EMPTY
        if self.reference is not None:
            place = self.at(self.reference)
            anchor = "start" if place < 20 else "end" if place > 80 else "middle"
            named = format_html(
                '<text x="{}" y="32" text-anchor="{}">chance</text>', self._percent(self.reference), anchor
            )
        line = SafeString('<line x1="0" x2="100%" y1="0.5" y2="0.5"/>')
        return format_html(
            '<svg class="forest axis" aria-hidden="true" focusable="false">{}{}{}</svg>', line, marks, named
        )

    def _drawing(self, kind: str, marks: SafeString) -> SafeString:
        return format_html(
            '<svg class="forest" aria-hidden="true" focusable="false">{}<g class="{}">{}</g></svg>',
            self._comparison(),
            kind,
            marks,
        )

    def _comparison(self) -> SafeString:
        """The margin as a band and chance as a dashed line, from row to row."""
        if self.reference is None:
            return EMPTY
        band = EMPTY
        if self.margin is not None:
            left, right = (self.at(self.reference + side * self.margin) for side in (-1, 1))
            band = format_html(
                '<rect class="band" x="{}%" width="{}%" height="100%"/>', f"{left:.2f}", f"{right - left:.2f}"
            )
        place = self._percent(self.reference)
        return band + format_html('<line class="chance" x1="{}" x2="{}" y1="0" y2="100%"/>', place, place)

    def _percent(self, value: float | None) -> str:
        return f"{self.at(value or 0.0):.2f}%"

    def _label(self, value: float) -> str:
        """As many digits as the length of the axis deserves: 63.6 from 60 to 120, 0.2512 from .25 to .26."""
        if self.is_share:
            return f"{100 * value:.0f}%"
        return f"{round(value, 2 - floor(log10(self.end - self.start))):g}"
