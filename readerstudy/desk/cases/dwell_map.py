"""Where readers looked on an image, as SVG over it."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from readerstudy.imaging.canvas import Canvas
from readerstudy.results.dwell import Dwell

#: Fainter than this nobody sees a cell.
FAINTEST = 0.04
MOST_POINTS = 2_000


def dwell_map(dwell: Dwell, gaze: Sequence[tuple[float, float]], canvas: Canvas) -> SafeString:
    """Cells that were in sight longer are warmer; gaze stands over them as dots."""
    rows, columns = dwell.cells.shape
    wide, high = canvas.width / columns, canvas.height / rows
    warm = [
        (f"{x * wide:.2f}", f"{y * high:.2f}", f"{wide:.2f}", f"{high:.2f}", f"{0.75 * share:.2f}")
        for y, row in enumerate(dwell.relative)
        for x, share in enumerate(row)
        if share > FAINTEST
    ]
    cells = format_html_join("", '<rect x="{}" y="{}" width="{}" height="{}" fill-opacity="{}"/>', warm)
    every = max(1, -(-len(gaze) // MOST_POINTS))
    radius = f"{max(canvas.width, canvas.height) / 120:.2f}"
    dots = format_html_join(
        "", '<circle cx="{}" cy="{}" r="{}"/>', ((x, y, radius) for x, y in gaze[::every])
    )
    return format_html(
        '<svg class="dwell" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>',
        canvas.width,
        canvas.height,
        in_words(dwell, len(gaze)),
        cells,
        dots,
    )


def in_words(dwell: Dwell, samples: int = 0) -> str:
    if dwell.is_even:
        said = "Looked at as a whole"
    else:
        said = f"The warmest part was in sight {dwell.peak:.1f} times as long as the average"
    return f"{said}; {samples} gaze samples" if samples else said
