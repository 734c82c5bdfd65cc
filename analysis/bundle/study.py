"""study.json: what was asked, of which sources, on which scale, with which margins."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, TypeVar

from analysis.bundle.cells import TEXT_LENGTH
from analysis.bundle.endpoints import DeclaredEndpoint, read_endpoints
from analysis.bundle.errors import BundleError, listed, quoted, unreadable
from analysis.bundle.items import Item, check_meanings, read_items
from analysis.bundle.labels import Label, read_labels
from analysis.bundle.looks import Looks, read_looks
from analysis.bundle.study_json import FILE, is_number

MAX_BYTES = 16 * 2**20
TASKS = ("pick_real", "call", "rate", "check_label", "ask")
KINDS = ("real", "synthetic")
MAX_ALTERNATIVES = 64

T = TypeVar("T")
Task = Literal["pick_real", "call", "rate", "check_label", "ask"]
Kind = Literal["real", "synthetic"]


@dataclass(frozen=True, kw_only=True)
class Source:
    """A real collection or one generator checkpoint; in a masked bundle its kind is unknown."""

    name: str
    kind: Kind | None


@dataclass(frozen=True, kw_only=True)
class Section:
    """A run of trials of one task, or of items alone (`ask`).

    `match` names labels whose values are as frequent in each source, or alike on a screen;
    `staircase` is the rule of the exposure as the protocol has it, empty where there is none.
    """

    name: str
    task: Task
    alternatives: int | None = None
    items: tuple[Item, ...] = ()
    reuse: str = ""
    match: tuple[str, ...] = ()
    staircase: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def own_items(self) -> tuple[Item, ...]:
        """The items that are not short for a task, which has a table of its own."""
        return tuple(item for item in self.items if not item.task)

    def item(self, name: str) -> Item | None:
        return next((item for item in self.items if item.name == name), None)


@dataclass(frozen=True, kw_only=True)
class Arm:
    """Readers of an arm read these sections in this order."""

    name: str
    sections: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Scale:
    """The points of the rating scale, lowest first, with their words."""

    points: tuple[float, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class BlindingAudit:
    """Whether the formats told the arms apart; `override` is why the study was locked all the same."""

    passed: bool
    sentence: str
    override: str | None


@dataclass(frozen=True, kw_only=True)
class Disclosure:
    """An emergency in which somebody outside the study was told what one image is.

    After the freeze its trial stays in the analyses.
    """

    section: str
    reason: str
    after_freeze: bool = False


@dataclass(frozen=True, kw_only=True)
class KnownElsewhere:
    """A reader who knows so many of the images they read from elsewhere: another study, or an emergency."""

    reader: str
    images: int


@dataclass(frozen=True, kw_only=True)
class Study:
    """The header of a bundle; ``raw`` keeps all of study.json as it was written.

    ``masked`` is whether the bundle hides which source is real.
    """

    title: str
    level: float
    sources: tuple[Source, ...]
    sections: tuple[Section, ...]
    scale: Scale | None
    detection_margin: float | None
    realism_margin: float | None
    masked: bool = False
    blinding_audit: BlindingAudit | None = None
    disclosures: tuple[Disclosure, ...] = ()
    known_elsewhere: tuple[KnownElsewhere, ...] = ()
    endpoints: tuple[DeclaredEndpoint, ...] = ()
    arms: tuple[Arm, ...] = ()
    looks: Looks | None = None
    labels: Mapping[str, Label] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(repr=False)

    def section(self, name: str) -> Section | None:
        return next((section for section in self.sections if section.name == name), None)

    @property
    def source_names(self) -> tuple[str, ...]:
        return tuple(source.name for source in self.sources)

    @property
    def real_sources(self) -> tuple[str, ...]:
        return tuple(source.name for source in self.sources if source.kind == "real")

    @property
    def synthetic_sources(self) -> tuple[str, ...]:
        return tuple(source.name for source in self.sources if source.kind == "synthetic")


def read_study(folder: Path) -> Study:
    """Read and check ``study.json`` of a bundle.

    Raises
    ------
    BundleError
        Where the file is missing, is no JSON, or says something that is not allowed.
    """
    document = _load(folder / FILE)
    if not isinstance(document, dict):
        raise BundleError(FILE, "it holds no object", "write a JSON object with sources and sections")
    hides = _optional(document, "masked", bool, False, "true or false")
    sources = _sources(document, masked=hides)
    margins = _optional(document, "margins", dict, {}, "an object")
    sections = _sections(document)
    return Study(
        title=_title(document),
        level=_number(document, "level", FILE, 0.95, low=0.5, high=1.0),
        sources=sources,
        sections=sections,
        scale=_scale(document),
        detection_margin=_margin(margins, "detection", 1.0),
        realism_margin=_margin(margins, "realism", math.inf),
        masked=hides or all(source.kind is None for source in sources),
        blinding_audit=_blinding_audit(document),
        disclosures=_disclosures(document),
        known_elsewhere=_known_elsewhere(document),
        endpoints=read_endpoints(document),
        arms=_arms(document, sections),
        looks=read_looks(document),
        labels=read_labels(document),
        raw=document,
    )


def _load(path: Path) -> object:
    remedy = "write the file anew as UTF-8 JSON"
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise BundleError(FILE, f"it has {size:,} bytes", f"keep it under {MAX_BYTES:,}")
        raw = path.read_bytes()
    except FileNotFoundError:
        raise BundleError(
            FILE, f"the file is missing in {quoted(path.parent.name)}", "name the folder of a bundle"
        ) from None
    except OSError as error:
        raise unreadable(path, error) from None
    if not raw.strip():
        raise BundleError(FILE, "the file is empty", "export the bundle again")
    return _decode(raw, remedy)


def _decode(raw: bytes, remedy: str) -> object:
    try:
        document: object = json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse_constant)
        json.dumps(document, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        raise BundleError(FILE, "the text is not UTF-8", remedy, row=row) from None
    except UnicodeEncodeError:
        raise BundleError(FILE, "a text holds half of a surrogate pair", remedy) from None
    except json.JSONDecodeError as error:
        raise BundleError(FILE, f"the JSON breaks off ({error.msg})", remedy, row=error.lineno) from None
    except (ValueError, RecursionError) as error:
        raise BundleError(FILE, f"the JSON cannot be read ({str(error)[:60]})", remedy) from None
    return document


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _title(document: Mapping[str, Any]) -> str:
    title = document.get("title", "Untitled study")
    if not isinstance(title, str) or len(title) > 1000:
        raise BundleError(FILE, f"{quoted(title)} is no title", "write a line of text", column="title")
    return " ".join("".join(c if c.isprintable() else " " for c in title).split()) or "Untitled study"


def _optional(document: Mapping[str, Any], key: str, kind: type[T], default: T, shown: str) -> T:
    value = document.get(key)
    if value is None:
        return default
    if not isinstance(value, kind):
        raise BundleError(FILE, f"{quoted(value)} is not {shown}", f"write {shown}", column=key)
    return value


def _entries(document: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    remedy = f"list the study's {key}, each an object with a name"
    value = document.get(key)
    if not isinstance(value, list) or not value:
        raise BundleError(FILE, f"there are no {key}", remedy, column=key)
    names: set[str] = set()
    for index, entry in enumerate(value):
        place = f"{key}[{index}].name"
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not name.strip() or name != name.strip() or not name.isprintable():
            raise BundleError(FILE, f"{quoted(name)} is no name", remedy, column=place)
        if len(name) > TEXT_LENGTH:
            raise BundleError(
                FILE, f"{quoted(name)} is too long", f"use at most {TEXT_LENGTH} characters", column=place
            )
        if name in names:
            raise BundleError(FILE, f"{quoted(name)} is named twice", "name each once", column=place)
        names.add(name)
    return value


def _sources(document: Mapping[str, Any], *, masked: bool) -> tuple[Source, ...]:
    if masked and not document.get("sources"):
        return ()
    entries = _entries(document, "sources")
    kinds = [entry.get("kind") for entry in entries]
    named = any(kind is not None for kind in kinds)
    for index, kind in enumerate(kinds):
        wrong = kind is not None if masked else named and (not isinstance(kind, str) or kind not in KINDS)
        if wrong:
            raise BundleError(
                FILE,
                f"{quoted(kind)} stands in a masked bundle"
                if masked
                else f"{quoted(kind)} is not {listed(KINDS)}",
                "say of each source what it is, or of none in a masked bundle",
                column=f"sources[{index}].kind",
            )
    return tuple(Source(name=entry["name"], kind=entry.get("kind")) for entry in entries)


def _sections(document: Mapping[str, Any]) -> tuple[Section, ...]:
    entries = _entries(document, "sections")
    sections = tuple(_section(entry, f"sections[{index}]") for index, entry in enumerate(entries))
    check_meanings([(section.name, section.items) for section in sections])
    return sections


def _section(entry: Mapping[str, Any], column: str) -> Section:
    items = read_items(entry, f"{column}.items")
    task = entry.get("task") or ("ask" if items else None)
    if not isinstance(task, str) or task not in TASKS:
        what, remedy = f"{quoted(task)} is not {listed(TASKS)}", "name the task of the section"
        raise BundleError(FILE, what, remedy, column=f"{column}.task")
    if task == "ask" and not items:
        what, remedy = "the section asks nothing", "list its items, or name its task"
        raise BundleError(FILE, what, remedy, column=f"{column}.items")
    alternatives = entry.get("alternatives")
    if task != "pick_real":
        alternatives = None
    elif type(alternatives) is not int or not 2 <= alternatives <= MAX_ALTERNATIVES:
        raise BundleError(
            FILE,
            f"{quoted(alternatives)} is not a whole number from 2 to {MAX_ALTERNATIVES}",
            "write how many images a trial shows",
            column=f"{column}.alternatives",
        )
    return Section(
        name=entry["name"],
        task=task,  # type: ignore[arg-type]
        alternatives=alternatives,
        items=items,
        reuse=_line(entry.get("reuse") or "", f"{column}.reuse"),
        match=tuple(
            _line(label, f"{column}.match")
            for label in _optional(entry, "match", list, [], "a list of labels")
        ),
        staircase=_optional(entry, "staircase", dict, {}, "an object"),
    )


def _arms(document: Mapping[str, Any], sections: Sequence[Section]) -> tuple[Arm, ...]:
    found = _optional(document, "arms", list, [], "a list")
    known = {section.name for section in sections}
    arms = []
    for index, entry in enumerate(found):
        read = entry.get("sections") if isinstance(entry, dict) else None
        if not isinstance(read, list) or not set(map(str, read)) <= known:
            remedy = "write an object with name and the sections that the arm reads"
            raise BundleError(FILE, f"{quoted(entry)} is no arm", remedy, column=f"arms[{index}]")
        arms.append(Arm(name=_line(entry.get("name"), f"arms[{index}].name"), sections=tuple(map(str, read))))
    return tuple(arms)


def _blinding_audit(document: Mapping[str, Any]) -> BlindingAudit | None:
    key = "blinding_audit"
    found = _optional(document, key, dict, {}, "an object with passed")
    if not found:
        return None
    override = _optional(found, "override", dict, {}, "an object with a reason")
    if not isinstance(found.get("passed"), bool) or (found["passed"] and override):
        what = f"{quoted(found.get('passed'))} does not say whether the audit passed"
        remedy = "write passed as true or false, and an override only for an audit that failed"
        raise BundleError(FILE, what, remedy, column=f"{key}.passed")
    return BlindingAudit(
        passed=found["passed"],
        sentence=_line(found.get("sentence", ""), f"{key}.sentence"),
        override=_line(override.get("reason", ""), f"{key}.override.reason") if override else None,
    )


def _disclosures(document: Mapping[str, Any]) -> tuple[Disclosure, ...]:
    key = "disclosures"
    found = _optional(document, key, list, [], "a list")
    for index, entry in enumerate(found):
        if not isinstance(entry, dict):
            remedy = "write an object with section and reason"
            raise BundleError(FILE, f"{quoted(entry)} is no object", remedy, column=f"{key}[{index}]")
    return tuple(
        Disclosure(
            section=_line(entry.get("section", ""), f"{key}[{index}].section"),
            reason=_line(entry.get("reason", ""), f"{key}[{index}].reason"),
            after_freeze=_optional(entry, "after_freeze", bool, False, "true or false"),
        )
        for index, entry in enumerate(found)
    )


def _known_elsewhere(document: Mapping[str, Any]) -> tuple[KnownElsewhere, ...]:
    key = "known_elsewhere"
    rows = []
    for index, entry in enumerate(_optional(document, key, list, [], "a list")):
        images = entry.get("images") if isinstance(entry, dict) else None
        if not isinstance(images, int) or isinstance(images, bool) or images < 1:
            remedy = "write an object with reader and images, a count from 1"
            raise BundleError(FILE, f"{quoted(entry)} says no count", remedy, column=f"{key}[{index}]")
        reader = _line(entry.get("reader", ""), f"{key}[{index}].reader")
        rows.append(KnownElsewhere(reader=reader, images=images))
    return tuple(rows)


def _line(value: object, column: str) -> str:
    if not isinstance(value, str) or len(value) > 5000:
        raise BundleError(FILE, f"{quoted(value)} is no text", "write a line of text", column=column)
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())


def _scale(document: Mapping[str, Any]) -> Scale | None:
    scale = _optional(document, "scale", dict, {}, "an object with points")
    points = scale.get("points")
    if points is None:
        return None
    remedy = "list two or more numbers, the lowest first"
    if not isinstance(points, list) or not 2 <= len(points) <= 101 or not all(map(is_number, points)):
        raise BundleError(FILE, f"{quoted(points)} are no points of a scale", remedy, column="scale.points")
    values = tuple(float(point) for point in points)
    if any(a >= b for a, b in pairwise(values)):
        raise BundleError(FILE, f"{quoted(points)} do not rise", remedy, column="scale.points")
    labels = scale.get("labels")
    if labels is None:
        labels = [f"{value:g}" for value in values]
    if (
        not isinstance(labels, list)
        or len(labels) != len(values)
        or not all(isinstance(label, str) and label.isprintable() for label in labels)
    ):
        raise BundleError(
            FILE,
            f"{quoted(labels)} are not one word for each of {len(values)} points",
            "write as many labels as points",
            column="scale.labels",
        )
    return Scale(points=values, labels=tuple(labels))


def _number(
    document: Mapping[str, Any], key: str, prefix: str, default: float, *, low: float, high: float
) -> float:
    value = document.get(key, default)
    if not is_number(value) or not low < value < high:
        column = key if prefix == FILE else f"{prefix}.{key}"
        allowed = f"between {low:g} and {high:g}" if math.isfinite(high) else f"above {low:g}"
        raise BundleError(
            FILE, f"{quoted(value)} is no number {allowed}", f"write a number {allowed}", column=column
        )
    return float(value)


def _margin(margins: Mapping[str, Any], key: str, high: float) -> float | None:
    if margins.get(key) is None:
        return None
    return _number(margins, key, "margins", 0.0, low=0.0, high=high)
