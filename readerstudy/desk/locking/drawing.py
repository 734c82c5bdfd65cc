"""The distributions of both arms in the blinding audit, drawn as SVG."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def twin_histogram(above: Sequence[int], below: Sequence[int]) -> SafeString:
    """Two distributions over the same bins, one growing up and one down from a common line."""
    bins, half = max(len(above), 1), 14.0
    highs = [_shares(above), _shares(below)]
    top = max(max(shares, default=0.0) for shares in highs) or 1.0
    width = 120 / bins

    def bars(shares: list[float], kind: str, *, up: bool) -> SafeString:
        rows = []
        for index, share in enumerate(shares):
            height = half * share / top
            place = (index * width, 15 - height if up else 15.5, width - 0.5, height)
            rows.append((kind, *(f"{value:.1f}" for value in place)))
        return format_html_join("", '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', rows)

    return format_html(
        '<svg class="twin" viewBox="0 0 120 30" width="240" height="60" role="img" '
        'aria-label="Distribution of real images above, of synthetic images below">{}{}</svg>',
        bars(highs[0], "real", up=True),
        bars(highs[1], "synthetic", up=False),
    )


def _shares(counts: Sequence[int]) -> list[float]:
    total = sum(counts) or 1
    return [count / total for count in counts]
