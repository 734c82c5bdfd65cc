"""Counts along an axis, drawn as columns that fill the width they are given."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def spread_columns(counts: Sequence[int]) -> SafeString:
    """Return an SVG without words; its page names the ends of the axis."""
    top, width = max(counts, default=0) or 1, 100 / max(len(counts), 1)
    columns = (
        (f"{index * width + 0.5:.2f}", f"{40 - 38 * n / top:.2f}", f"{width - 1:.2f}", f"{38 * n / top:.2f}")
        for index, n in enumerate(counts)
    )
    return format_html(
        '<svg class="columns-chart" viewBox="0 0 100 40" preserveAspectRatio="none" aria-hidden="true">{}'
        "</svg>",
        format_html_join("", '<rect x="{}" y="{}" width="{}" height="{}"/>', columns),
    )
