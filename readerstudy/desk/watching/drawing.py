"""Answers by day, drawn as SVG on the server in the colours of the stylesheet."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from readerstudy.desk.watching.progress import Day

MOST_DAYS = 180


def days_chart(days: Sequence[Day]) -> SafeString:
    """Answers over days, silent days between them included; at most the last MOST_DAYS."""
    counts = {one.day: one.answers for one in days}
    last = max(counts)
    first = max(min(counts), last - timedelta(days=MOST_DAYS - 1))
    span = (last - first).days + 1
    top = max(count for day, count in counts.items() if day >= first)
    width = min(40.0, 690 / span)
    bars = []
    for day, count in sorted(counts.items()):
        if day >= first:
            height, x = 100 * count / top, 50 + (day - first).days * width
            place = (x, 120 - height, max(width - 2, 1), height)
            bars.append((*(f"{value:.1f}" for value in place), f"{day:%-d %b %Y}: {count}"))
    return format_html(
        '<svg class="days" viewBox="0 0 760 150" role="img" aria-label="Answers on each day, {} at most">'
        '<line x1="50" x2="740" y1="120" y2="120"/><text x="42" y="26" text-anchor="end">{}</text>'
        '<text x="42" y="124" text-anchor="end">0</text><text x="50" y="142">{}</text>{}{}</svg>',
        top,
        top,
        f"{first:%-d %b %Y}",
        _last_day(span, width, f"{last:%-d %b %Y}"),
        format_html_join("", '<rect x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>', bars),
    )


def _last_day(span: int, width: float, words: str) -> SafeString:
    """The last day is named where there is room beside the first."""
    if span * width < 240:
        return SafeString("")
    return format_html('<text x="{}" y="142" text-anchor="end">{}</text>', f"{50 + span * width:.0f}", words)
