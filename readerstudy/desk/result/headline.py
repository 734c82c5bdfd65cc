"""The headline of a result: what readers found, drawn beside chance and the margin."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from readerstudy.desk.result.forest import Axis
from readerstudy.results.shares import percent, points
from readerstudy.studies.protocol import ProtocolDocument

#: Axes that end here leave half of the width empty less often.
SHORT_END = 0.6

Found = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """`thick` is the 90% interval by which equivalence is judged; empty where nothing is."""

    estimate: float
    low: float
    high: float
    thick: tuple[float, float] | None
    chance: float | None
    band: tuple[float, float] | None
    ticks: tuple[tuple[float, str], ...]

    @property
    def band_width(self) -> float:
        return self.band[1] - self.band[0] if self.band else 0


@dataclass(frozen=True, kw_only=True)
class Fact:
    term: str
    said: str
    is_shown: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Headline:
    section: str
    finding: str
    verdict: str
    number: str
    interval: str
    model: str
    chart: Chart
    facts: tuple[Fact, ...]


def headline_of(report: Found, document: ProtocolDocument, *, virtual: int) -> Headline | None:
    """Return the headline of the first section that asks which image is real, if there is one."""
    level = report["study"]["level"]
    for section in document.sections:
        found = report["sections"].get(section.name, {})
        if found.get("detection"):
            return _of_picks(section.title, found["detection"]["overall"], level, virtual)
        if found.get("discrimination"):
            return _of_calls(section.title, found["discrimination"]["pooled"], level, virtual)
    return None


def _of_picks(title: str, overall: Found, level: float, virtual: int) -> Headline:
    equal, crossed = overall["equivalence"], overall["crossed"]
    chance, margin = overall["chance"], equal["margin"]
    return Headline(
        section=title,
        finding=f"{_readers(crossed, virtual)} found the real image in {percent(overall['rate'], 0)} of "
        f"{overall['n']} trials:",
        verdict=_against_chance(crossed, chance, equal),
        number=percent(overall["rate"]),
        interval=_interval(crossed, level),
        model=f"{str(crossed['inference']).capitalize()}.",
        chart=_chart(overall["rate"], crossed, chance, margin, equal),
        facts=tuple(_facts(crossed, equal, level)),
    )


def _of_calls(title: str, pooled: Found, level: float, virtual: int) -> Headline:
    crossed = pooled["crossed"]
    return Headline(
        section=title,
        finding=f"{_readers(crossed, virtual)} were right in {percent(pooled['rate'], 0)} of "
        f"{pooled['n']} calls.",
        verdict="",
        number=percent(pooled["rate"]),
        interval=_interval(crossed, level),
        model=f"{str(crossed['inference']).capitalize()}.",
        chart=_chart(pooled["rate"], crossed, None, None, {}),
        facts=(),
    )


def _readers(crossed: Found, virtual: int) -> str:
    count = crossed.get("n_readers") or 0
    if virtual and virtual >= count:
        return f"{count} virtual readers"
    return f"{count} readers, {virtual} of them virtual," if virtual else f"{count} readers"


def _against_chance(crossed: Found, chance: float, equal: Found) -> str:
    if equal["margin"] and equal.get("within"):
        return f"equivalent to guessing, {chance:.0%}, within ±{100 * equal['margin']:g} points."
    low, high = crossed["low"], crossed["high"]
    if low is not None and low > chance:
        return f"more often than by guessing, {chance:.0%}."
    if high is not None and high < chance:
        return f"less often than by guessing, {chance:.0%}."
    not_shown = (
        f" Equivalence within ±{100 * equal['margin']:g} points is not shown." if equal["margin"] else ""
    )
    return f"no difference from guessing, {chance:.0%}, was found.{not_shown}"


def _interval(crossed: Found, level: float) -> str:
    if crossed["low"] is None:
        return ""
    return f"{100 * level:g}% interval {points(crossed['low'])}–{percent(crossed['high'])}"


def _facts(crossed: Found, equal: Found, level: float) -> Iterator[Fact]:
    if equal["margin"] and equal.get("p") is not None:
        shown = bool(equal["within"])
        said = f"p {p_of(equal['p'])}, two one-sided tests"
        yield Fact(term=f"Equivalent to chance, ±{100 * equal['margin']:g} points", said=said, is_shown=shown)
        yield Fact(term="Smallest margin that passes", said=f"±{points(equal['smallest_margin'])} points")
    if crossed.get("p_greater") is not None:
        shown = crossed["p_greater"] < (1 - level) / 2  # as the interval and one-sided endpoints have it
        said = f"p {p_of(crossed['p_greater'])}, one-sided"
        yield Fact(term="Better than chance", said=said, is_shown=shown)


def p_of(value: float) -> str:
    return "< .001" if value < 0.001 else f"= {value:.3f}".replace("= 0.", "= .")


def _chart(rate: float, crossed: Found, chance: float | None, margin: float | None, equal: Found) -> Chart:
    low, high = crossed["low"], crossed["high"]
    low, high = (rate, rate) if low is None else (low, high)
    most = max(high, rate, (chance or 0) + (margin or 0))
    axis = Axis(end=SHORT_END if most <= SHORT_END - 0.03 else 1.0)
    steps = 6 if axis.end == SHORT_END else 10
    ticks = tuple((100 * step / steps, f"{step * axis.end / steps:.0%}") for step in range(steps + 1))
    thick = None
    if margin and equal.get("low") is not None:
        thick = axis.at(equal["low"]), axis.at(equal["high"])
    return Chart(
        estimate=axis.at(rate),
        low=axis.at(low),
        high=axis.at(high),
        thick=thick,
        chance=None if chance is None else axis.at(chance),
        band=(axis.at(chance - margin), axis.at(chance + margin)) if chance and margin else None,
        ticks=ticks,
    )
