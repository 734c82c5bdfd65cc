"""Power over readers and trials, drawn as SVG on the server in the colours of the stylesheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 480, 290  # of one panel
TOP, BOTTOM = 34, 230
LEFT, END = 56, 400  # of a panel's curves; beside them the scale, and the names of the curves
LINE_OF_TEXT = 14
SHARES = (0, 0.2, 0.4, 0.6, 0.8, 1)
ENOUGH = 0.8
PANELS = (
    ("power_superiority", "superiority", "A rate above chance"),
    ("power_equivalence", "equivalence", "Equivalence within the margin"),
)
PANEL_OF_LABELS = ("power_equivalence", "equivalence", "A rate below the margin")


@dataclass(frozen=True, kw_only=True)
class _Panel:
    """One coordinate system: where trials and power lie in it."""

    name: str
    kind: str
    title: str
    most: int
    unit: str = "trials"
    across: str = "trials that each reader sees"

    def x(self, trials: int) -> float:
        return LEFT + (END - LEFT) * trials / self.most

    def y(self, power: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * power


def power_curves(plan: Mapping[str, Any]) -> SafeString:
    """A curve over trials for each number of readers, by what is to be shown; the chosen design is marked."""
    shown = PANELS if plan["power_superiority"] is not None else (PANEL_OF_LABELS,)
    most = max(point["trials"] for point in plan["curve"])
    panels = (_Panel(name=name, kind=kind, title=title, most=most) for name, kind, title in shown)
    return format_html_join("", "{}", ((_drawn(panel, plan),) for panel in panels))


def endpoint_curves(plan: Mapping[str, Any]) -> SafeString:
    """A curve over cases for each number of readers; none where an interval's width is what is planned."""
    if plan["power"] is None:
        return SafeString("")
    points = [{**point, "trials": point["cases"]} for point in plan["curve"]]
    panel = _Panel(
        name="power",
        kind="equivalence",
        title="Power of the endpoint",
        most=max(point["trials"] for point in points),
        unit="cases",
        across="cases of each source" if plan["compared"] else "cases",
    )
    return _drawn(panel, {"curve": points, "readers": plan["readers"], "trials": plan["cases"]})


def _drawn(panel: _Panel, plan: Mapping[str, Any]) -> SafeString:
    readers = sorted({point["readers"] for point in plan["curve"]})
    return format_html(
        '<svg class="power" viewBox="0 0 {} {}" role="img" aria-label="{}: power over the number of {} '
        'with {} readers; {} readers and {} {} are marked">{}{}</svg>',
        WIDTH,
        HEIGHT,
        panel.title,
        panel.unit,
        ", ".join(map(str, readers)),
        plan["readers"],
        plan["trials"],
        panel.unit,
        _axes(panel, plan),
        _curves(panel, plan, readers),
    )


@dataclass(frozen=True, kw_only=True)
class Design:
    readers: int
    trials: int
    power: float
    is_chosen: bool

    @property
    def percent(self) -> int:
        return round(100 * self.power)

    @property
    def is_enough(self) -> bool:
        return self.power >= ENOUGH


@dataclass(frozen=True, kw_only=True)
class Designs:
    """Power for equivalence by readers and trials, and the smallest designs that have enough of it."""

    trials: Sequence[int]
    rows: Sequence[tuple[int, Sequence[Design]]]

    @property
    def smallest(self) -> list[Design]:
        enough = ([cell for cell in cells if cell.is_enough] for _, cells in self.rows)
        return [min(cells, key=lambda cell: cell.trials) for cells in enough if cells]


def designs_of(plan: Mapping[str, Any]) -> Designs:
    trials = sorted({point["trials"] for point in plan["curve"]})
    power = {(point["readers"], point["trials"]): point["power_equivalence"] for point in plan["curve"]}
    chosen = plan["readers"], plan["trials"]
    rows = [
        (
            number,
            [
                Design(readers=number, trials=n, power=power[number, n], is_chosen=(number, n) == chosen)
                for n in trials
                if (number, n) in power
            ],
        )
        for number in sorted({readers for readers, _ in power}, reverse=True)
    ]
    return Designs(trials=trials, rows=rows)


def sized(plan: Mapping[str, Any]) -> dict[str, Any]:
    """An endpoint's curves and table of sizes: power by readers and cases, or half widths of intervals."""
    shown = "half_width" if plan["power"] is None else "power"
    cases = sorted({point["cases"] for point in plan["curve"]})
    chosen = plan["readers"], plan["cases"]
    rows = [
        (
            readers,
            [
                {
                    "value": point[shown] if shown == "half_width" else round(100 * point[shown]),
                    "is_enough": shown == "power" and point[shown] >= ENOUGH,
                    "is_chosen": (readers, point["cases"]) == chosen,
                }
                for point in sorted(plan["curve"], key=lambda point: int(point["cases"]))
                if point["readers"] == readers
            ],
        )
        for readers in sorted({point["readers"] for point in plan["curve"]}, reverse=True)
    ]
    power = None if plan["power"] is None else 100 * plan["power"]
    return {
        "plan": plan,
        "power": power,
        "cases": cases,
        "rows": rows,
        "goal": 100 * plan["goal"],
        "curves": endpoint_curves(plan),
    }


def _axes(panel: _Panel, plan: Mapping[str, Any]) -> SafeString:
    rungs = [(panel.y(share), f"{share:.0%}") for share in SHARES]
    ticks = sorted({point["trials"] for point in plan["curve"]})
    return format_html(
        '<text class="title" x="{0}" y="16">{1}</text>{2}{3}'
        '<text x="{4}" y="{5}" text-anchor="middle">{6}</text>'
        '<text transform="translate({7} {8}) rotate(-90)" text-anchor="middle">power</text>',
        LEFT,
        panel.title,
        format_html_join(
            "",
            '<line x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>'
            '<text x="{3}" y="{2}" dy="4" text-anchor="end">{4}</text>',
            ((LEFT, END, f"{y:.0f}", LEFT - 6, words) for y, words in rungs),
        ),
        format_html_join(
            "",
            '<text x="{}" y="{}" text-anchor="middle">{}</text>',
            ((f"{panel.x(trials):.0f}", BOTTOM + 18, trials) for trials in ticks),
        ),
        (LEFT + END) // 2,
        BOTTOM + 42,
        panel.across,
        12,
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
        ("chosen" if number == chosen else "", END + 8, f"{y:.0f}", number)
        for number, y in apart(ends).items()
    ]
    mark = next(p for p in points[chosen] if p["trials"] == plan["trials"])
    return format_html(
        '{}{}<circle class="{}" cx="{}" cy="{}" r="5"><title>{} readers, {} {}: {}</title></circle>',
        format_html_join("", '<polyline class="{}" points="{}"/>', lines),
        format_html_join("", '<text class="{}" x="{}" y="{}" dy="4">{} readers</text>', names),
        panel.kind,
        f"{panel.x(mark['trials']):.1f}",
        f"{panel.y(mark[panel.name]):.1f}",
        chosen,
        plan["trials"],
        panel.unit,
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
