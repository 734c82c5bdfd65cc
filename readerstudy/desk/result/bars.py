"""Ratings, picks and agreement of a section as bars and lines, in percent of the width."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from readerstudy.desk.result.forest import Axis
from readerstudy.desk.result.headline import Found, p_of
from readerstudy.studies.protocol import ProtocolDocument

#: A bar as wide as this has room for its number.
ROOM_FOR_A_NUMBER = 6
KAPPAS = Axis(start=-0.2)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One point of the scale: `tone` from -100 (lowest) to 100 (highest) gives its colour."""

    label: str
    percent: int
    width: float
    tone: int

    @property
    def has_room(self) -> bool:
        return self.width >= ROOM_FOR_A_NUMBER

    @property
    def side(self) -> str:
        return "low" if self.tone < 0 else "high" if self.tone > 0 else "middle"

    @property
    def strength(self) -> int:
        return 30 + round(0.7 * abs(self.tone))


@dataclass(frozen=True, kw_only=True)
class RatedSource:
    source: str
    kind: str
    start: float
    parts: tuple[Part, ...]
    mean: str
    against_real: str


@dataclass(frozen=True, kw_only=True)
class Ratings:
    rows: tuple[RatedSource, ...]
    legend: tuple[Part, ...]
    middle: float
    n: int


@dataclass(frozen=True, kw_only=True)
class Picked:
    name: str
    kind: str
    percent: float
    width: float


@dataclass(frozen=True, kw_only=True)
class Picks:
    rows: tuple[Picked, ...]
    expected: float
    expected_percent: float


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Two intervals of one coefficient, by what is resampled; places on an axis from -0.2 to 1."""

    of: str
    coefficient: str
    at: float
    lines: tuple[tuple[str, float, float, str], ...]


def ratings_of(realism: Found, document: ProtocolDocument) -> Ratings | None:
    """Return the shares of each point of the scale, low ones left of a common line, high ones right of it."""
    rows = [row for row in realism.get("by_source", ()) if row.get("counts") and row["n"]]
    if not rows:
        return None
    points = [str(point) for point in document.scale.points]
    labels = _labels(document, points)
    tones = [round(200 * index / (len(points) - 1)) - 100 for index in range(len(points))]
    shares = {row["source"]: [row["counts"].get(point, 0) / row["n"] for point in points] for row in rows}
    lows = {name: _low(values, tones) for name, values in shares.items()}
    left = max(lows.values())
    whole = left + max(1 - low for low in lows.values())
    return Ratings(
        rows=tuple(
            RatedSource(
                source=row["source"],
                kind=document.source(row["source"]).kind,
                start=100 * (left - lows[row["source"]]) / whole,
                parts=tuple(_parts(shares[row["source"]], labels, tones, whole)),
                mean=f"{row['mean']:.2f} ± {row['sd']:.2f}"
                if row["sd"] is not None
                else f"{row['mean']:.2f}",
                against_real=_against_real(realism, row["source"], document),
            )
            for row in rows
        ),
        legend=tuple(_parts([0.0] * len(points), labels, tones, 1)),
        middle=100 * left / whole,
        n=sum(row["n"] for row in rows),
    )


def _labels(document: ProtocolDocument, points: Sequence[str]) -> list[str]:
    """Return a word for each point; scales may name their ends alone."""
    words = [str(word) for word in document.scale.labels]
    if len(words) == len(points):
        return words
    inner = points[1:-1]
    return [words[0], *inner, words[-1]] if len(words) == 2 else list(points)


def _low(values: Sequence[float], tones: Sequence[int]) -> float:
    """Return the share of the low points, with half of the middle one."""
    return sum(v * (1 if t < 0 else 0.5 if t == 0 else 0) for v, t in zip(values, tones, strict=True))


def _parts(
    values: Sequence[float], labels: Sequence[str], tones: Sequence[int], whole: float
) -> Iterator[Part]:
    for value, label, tone in zip(values, labels, tones, strict=True):
        yield Part(label=label, percent=round(100 * value), width=100 * value / whole, tone=tone)


def _against_real(realism: Found, source: str, document: ProtocolDocument) -> str:
    """Return Holm's p of the first test by readers against a real source."""
    if document.source(source).kind == "real":
        return "reference"
    real = {one.name for one in document.sources if one.kind == "real"}
    for pair in realism.get("pairs", ()):
        if pair["unit"] == "reader" and {pair["a"], pair["b"]} & real and source in (pair["a"], pair["b"]):
            p = next((test["p_holm"] for test in pair["tests"] if test.get("p_holm") is not None), None)
            return "" if p is None else f"p {p_of(p)}"
    return ""


def picks_of(detection: Found, document: ProtocolDocument) -> Picks | None:
    picks = detection.get("by_alternative")
    if not picks or not sum(picks.values()):
        return None
    total, top = sum(picks.values()), max(picks.values())
    chance = 1 / len(picks)
    widest = max(top / total, chance)
    kinds = {source.name: source.kind for source in document.sources}
    return Picks(
        rows=tuple(
            Picked(
                name=name,
                kind=kinds.get(name.partition("#")[0], ""),
                percent=100 * n / total,
                width=100 * n / total / widest,
            )
            for name, n in sorted(picks.items(), key=lambda one: -one[1])
        ),
        expected=100 * chance / widest,
        expected_percent=100 * chance,
    )


def agreement_of(section: Found) -> list[Agreement]:
    found = []
    for of in ("picks", "calls", "ratings"):
        kappa = section.get("agreement", {}).get(of, {}).get("fleiss")
        if kappa and kappa.get("estimate") is not None:
            ends = (
                ("cases resampled", kappa.get("low"), kappa.get("high")),
                ("readers resampled", kappa.get("low_readers"), kappa.get("high_readers")),
            )
            lines = tuple(
                (name, KAPPAS.at(low), KAPPAS.at(high), f"{low:.2f} to {high:.2f}")
                for name, low, high in ends
                if low is not None and high is not None
            )
            said, at = f"{kappa['estimate']:.2f}", KAPPAS.at(kappa["estimate"])
            found.append(Agreement(of=of, coefficient=said, at=at, lines=lines))
    return found
