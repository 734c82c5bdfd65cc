"""Power over readers and trials, drawn as SVG on the server in the colours of the stylesheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 760, 290
TOP, BOTTOM = 34, 230
LEFT, RIGHT = 56, 80  # beside a panel's curves: the scale, and the names of the curves
LINE_OF_TEXT = 14
SHARES = (0, 0.25, 0.5, 0.75, 1)
PANELS = (
    ("power_superiority", "superiority", "A rate above chance"),
    ("power_equivalence", "equivalence", "Equivalence within the margin"),
)
PANEL_OF_LABELS = ("power_equivalence", "equivalence", "A rate below the margin")

Point = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class _Panel:
    """One coordinate system: where trials and power lie in it."""

    name: str
    kind: str
    title: str
    start: float
    width: float
    most: int

    def x(self, trials: int) -> float:
        return self.start + LEFT + (self.width - LEFT - RIGHT) * trials / self.most

    def y(self, power: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * power

    @property
    def end(self) -> float:
        return self.start + self.width - RIGHT


def power_curves(plan: Mapping[str, Any]) -> SafeString:
    """A curve over trials for each number of readers, by what is to be shown; the chosen design is marked."""
    shown = PANELS if plan["power_superiority"] is not None else (PANEL_OF_LABELS,)
    width, most = WIDTH / len(shown), max(point["trials"] for point in plan["curve"])
    panels = [
        _Panel(name=name, kind=kind, title=title, start=number * width, width=width, most=most)
        for number, (name, kind, title) in enumerate(shown)
    ]
    readers = sorted({point["readers"] for point in plan["curve"]})
    return format_html(
        '<svg class="power" viewBox="0 0 {} {}" role="img" aria-label="Power over the number of trials with '
        '{} readers; {} readers and {} trials are marked">{}</svg>',
        WIDTH,
        HEIGHT,
        ", ".join(map(str, readers)),
        plan["readers"],
        plan["trials"],
        format_html_join(
            "", "{}{}", ((_axes(panel, plan), _curves(panel, plan, readers)) for panel in panels)
        ),
    )


def _axes(panel: _Panel, plan: Mapping[str, Any]) -> SafeString:
    middle = (panel.start + LEFT + panel.end) / 2
    rungs = [(panel.y(share), f"{share:.0%}") for share in SHARES]
    ticks = sorted({point["trials"] for point in plan["curve"]})
    return format_html(
        '<text class="title" x="{0}" y="16">{1}</text>{2}{3}'
        '<text x="{4}" y="{5}" text-anchor="middle">trials that each reader sees</text>'
        '<text transform="translate({6} {7}) rotate(-90)" text-anchor="middle">power</text>',
        f"{panel.start + LEFT:.0f}",
        panel.title,
        format_html_join(
            "",
            '<line x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>'
            '<text x="{3}" y="{2}" dy="4" text-anchor="end">{4}</text>',
            (
                (
                    f"{panel.start + LEFT:.0f}",
                    f"{panel.end:.0f}",
                    f"{y:.0f}",
                    f"{panel.start + 50:.0f}",
                    words,
                )
                for y, words in rungs
            ),
        ),
        format_html_join(
            "",
            '<text x="{}" y="{}" text-anchor="middle">{}</text>',
            ((f"{panel.x(trials):.0f}", BOTTOM + 18, trials) for trials in ticks),
        ),
        f"{middle:.0f}",
        BOTTOM + 42,
        f"{panel.start + 12:.0f}",
        (TOP + BOTTOM) // 2,
    )


def _curves(panel: _Panel, plan: Mapping[str, Any], readers: Sequence[int]) -> SafeString:
    """The curves with their names at the right, the chosen one last, so that it lies above the others."""
    points = {
        number: sorted((p for p in plan["curve"] if p["readers"] == number), key=lambda p: int(p["trials"]))
        for number in readers
    }
    chosen = plan["readers"]
    ends = {number: panel.y(row[-1][panel.name]) for number, row in points.items()}
    lines = [
        (
            f"{panel.kind}{' chosen' if number == chosen else ''}",
            " ".join(f"{panel.x(p['trials']):.1f},{panel.y(p[panel.name]):.1f}" for p in points[number]),
        )
        for number in sorted(readers, key=lambda number: number == chosen)
    ]
    names = [
        ("chosen" if number == chosen else "", f"{panel.end + 8:.0f}", f"{y:.0f}", number)
        for number, y in apart(ends).items()
    ]
    mark = next(p for p in points[chosen] if p["trials"] == plan["trials"])
    return format_html(
        '{}{}<circle class="{}" cx="{}" cy="{}" r="5"><title>{} readers, {} trials: {}</title></circle>',
        format_html_join("", '<polyline class="{}" points="{}"/>', lines),
        format_html_join("", '<text class="{}" x="{}" y="{}" dy="4">{} readers</text>', names),
        panel.kind,
        f"{panel.x(mark['trials']):.1f}",
        f"{panel.y(mark[panel.name]):.1f}",
        chosen,
        plan["trials"],
        f"{mark[panel.name]:.0%}",
    )


def apart(ends: Mapping[int, float]) -> dict[int, float]:
    """Where names stand so that none covers another: as near to their curves' ends as there is room."""
    placed: dict[int, float] = {}
    # Of two curves that end together the one with more readers is named above.
    for number, y in sorted(ends.items(), key=lambda end: (end[1], -end[0])):
        placed[number] = max(y, max(placed.values(), default=y - LINE_OF_TEXT) + LINE_OF_TEXT)
    beyond = max(placed.values()) - BOTTOM
    floor = float(BOTTOM)
    if beyond > 0:
        for number in reversed(placed):
            placed[number] = min(placed[number], floor)
            floor = placed[number] - LINE_OF_TEXT
    return placed
