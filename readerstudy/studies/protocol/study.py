"""The tables of a protocol that speak of the whole study."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, get_args

from readerstudy.imaging.canvas import (
    FASTEST_HZ,
    LONGEST_SIDE,
    MOST_FRAMES,
    Canvas,
    Fit,
    FrameFit,
    Mode,
    Play,
)
from readerstudy.imaging.errors import ImpossibleCanvas
from readerstudy.studies.protocol.document import (
    Display,
    Margins,
    PresetDocument,
    Question,
    Reading,
    SourceDocument,
)
from readerstudy.studies.protocol.items import Scale
from readerstudy.studies.protocol.table import Table
from readerstudy.studies.protocol.words import Words

MOST_PRESETS = 9

TAKEN_NAMES = ("reader", "virtual")  # of questions: what the data call a reader and whether one is real
KINDS_OF_SOURCE = ("real", "synthetic")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)


def parse_languages(study: Table) -> tuple[str, ...] | None:
    """Return the languages of the texts that readers see, the default one first; None if they are wrong."""
    languages = study.texts("languages", usual=("en",)) or ("en",)
    if study.has("languages") and study.values["languages"] == []:
        study.problem("languages", 'is empty; name one or more languages, such as ["en", "de"].')
    for code in languages:
        if not _LANGUAGE.fullmatch(code):
            study.problem("languages", f"names {code!r}; a language is a code such as en, de or pt-br.")
    return languages if study.is_right("languages") else None


def parse_canvas(root: Table) -> Canvas:
    table = root.table("canvas", required=True) or root.imagined("canvas")
    said: dict[str, Any] = {
        "width": table.whole("width", 16, LONGEST_SIDE),
        "height": table.whole("height", 16, LONGEST_SIDE),
        "bits": table.one_of("bits", (8, 16), default=8),
        "fit": table.choice("fit", get_args(Fit), default="crop"),
        "mode": table.choice("mode", get_args(Mode), default="grey"),
        "frames": table.whole("frames", 1, MOST_FRAMES, default=1),
        "frame_fit": table.choice("frame_fit", get_args(FrameFit), default="refuse"),
        "play": table.choice("play", get_args(Play), default="stack"),
        "rate_hz": table.maybe_number("rate_hz", 0.1, FASTEST_HZ) or 0.0,
        "spacing_mm": table.maybe_number("spacing_mm", 0.0001, 999),
    }
    _check_canvas(table, said)
    table.finish()
    try:
        return Canvas(**said)
    except ImpossibleCanvas as error:
        if not table.wrong:
            table.problem("frames" if said["frames"] > 1 else "width", f"is impossible. {error}")
        return Canvas(width=said["width"], height=said["height"], bits=8)


def _check_canvas(table: Table, said: Mapping[str, Any]) -> None:
    if said["mode"] == "colour" and said["bits"] == 16:
        table.problem("bits", "is 16, and the canvas is in colour; a colour canvas has 8 bits a channel.")
    if not table.is_right("frames", "play"):
        return
    if said["frames"] == 1:
        for name in ("play", "frame_fit", "rate_hz"):
            if table.has(name):
                table.problem(name, "belongs to images of several frames; this canvas has one frame.")
    elif said["play"] == "cine" and not table.has("rate_hz"):
        table.problem("rate_hz", "is missing; a cine needs its frames a second, such as 20.")
    elif said["play"] != "cine" and table.has("rate_hz"):
        table.problem("rate_hz", "belongs to a cine; a stack is played by its reader.")


def parse_sources(root: Table) -> tuple[tuple[SourceDocument, ...], bool]:
    """Return the sources, and whether each has a kind that is one; no sources if one has no name."""
    found, known, named = [], True, True
    for table in root.tables("sources", required=True):
        source = SourceDocument(
            name=table.name("name"),
            kind=table.choice("kind", KINDS_OF_SOURCE),
            description=table.text("description", ""),
            public=table.flag("public", default=False),
        )
        if table.is_right("name", "kind") and source.name in KINDS_OF_SOURCE and source.name != source.kind:
            table.problem("name", f"is {source.name!r}, but the source is {source.kind}; choose another.")
        table.finish()
        known = known and table.is_right("kind")
        named = named and table.is_right("name")
        found.append(source)
    names = [source.name for source in found]
    root.refuse_namesakes("sources", names)
    return tuple(found) if named else (), known and len(set(names)) == len(names)


def parse_margins(root: Table, scale: Scale) -> Margins:
    """Return how far off still counts as equivalent; without [margins] that is not decided."""
    given = root.table("margins", required=False)
    table = given or root.imagined("margins")
    # A scale that has no width is refused itself; its margin is not a second problem.
    width = float(scale.points[-1] - scale.points[0]) if scale.points else 0.0
    widest = width if width > 0 else 1.0
    margins = Margins(
        detection=table.number("detection", 0.001, 0.5, default=0.10),
        realism=table.number("realism", 0.001, widest, default=min(0.25, widest)),
    )
    table.finish()
    return Margins() if given is None else margins


def parse_questions(root: Table) -> tuple[Question, ...]:
    found = []
    for table in root.tables("questions", required=False):
        kind = table.choice("kind", ("text", "number", "choice"), default="text")
        question = Question(
            name=table.name("name"),
            text=table.words("text"),
            kind=kind,
            options=table.wordlist("options", required=kind == "choice"),
            required=table.flag("required", default=True),
        )
        if kind != "choice" and question.options:
            table.problem("options", f"belongs to questions of kind choice; this one is of kind {kind}.")
        if kind != "choice":
            table.set_aside("options")
        if question.name in TAKEN_NAMES:
            table.problem("name", f"is {question.name!r}, which names another column; choose another.")
        table.finish()
        found.append(question)
    if len({question.name for question in found}) != len(found):
        root.problem("questions", "gives two questions the same name.")
    return tuple(found)


def parse_display(root: Table) -> Display:
    table = root.table("display", required=False) or root.imagined("display")
    display = Display(
        if_failed=table.choice("if_failed", ("warn", "refuse", "ignore"), default="warn"),
        min_width_px=table.whole("min_width_px", 0, 16384, default=1024),
        min_height_px=table.whole("min_height_px", 0, 16384, default=700),
    )
    table.finish()
    return display


def parse_reading(root: Table) -> Reading:
    table = root.table("reading", required=False) or root.imagined("reading")
    reading = Reading(
        allow_back=table.flag("allow_back", default=False),
        undo=table.flag("undo", default=False),
        preview=table.flag("preview", default=True),
        show_clock=table.flag("show_clock", default=False),
        break_after=table.whole("break_after", 0, 10_000, default=0) or None,
        idle_after_s=table.whole("idle_after_s", 10, 36_000, default=120),
        reasons=table.wordlist("reasons"),
        spots=table.flag("spots", default=False),
        show_own_result=table.flag("show_own_result", default=False),
        keep_window=table.flag("keep_window", default=False),
        keep_zoom=table.flag("keep_zoom", default=False),
    )
    table.finish()
    return reading


def deadline_of(study: Table) -> date | None:
    """Return the last day of reading, as readers are told; the server holds nobody to it."""
    given = study.text("deadline", "", longest=10)
    if not given or not study.is_right("deadline"):
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        study.problem("deadline", f'is {given!r}; it has to be a day, such as "2027-03-31".')
        return None


def parse_presets(root: Table) -> tuple[PresetDocument, ...]:
    found = []
    for table in root.tables("presets", required=False, most=MOST_PRESETS):
        preset = PresetDocument(
            name=table.words("name", longest=30),
            center=table.number("center", 0, 1),
            width=table.number("width", 0.001, 1),
        )
        table.finish()
        found.append(preset)
    return tuple(found)


def public_title_of(study: Table, title: str) -> Words:
    """Return what readers see instead of a title that may tell them what the study looks for."""
    given = study.words("public_title", Words(title), longest=300)
    return given if given.strip() else Words(title)
