"""From a TOML text to a checked protocol: every mistake is named at once, with line and remedy."""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from readerstudy.imaging.canvas import LONGEST_SIDE, Canvas
from readerstudy.studies.protocol.asked import Asked
from readerstudy.studies.protocol.document import (
    Display,
    Margins,
    ProtocolDocument,
    Question,
    Reading,
    Scale,
    SectionDocument,
    SourceDocument,
)
from readerstudy.studies.protocol.lines import Lines
from readerstudy.studies.protocol.problems import Problem, ProtocolError
from readerstudy.studies.protocol.sections import parse_sections
from readerstudy.studies.protocol.table import Report, Table

MOST_READERS = 1_000
MOST_CHARACTERS = 400_000
TAKEN_NAMES = ("reader", "virtual")  # of questions: what the data call a reader and whether one is real
# tomllib takes seconds for a key of thousands of parts: a.a.a.…
_TANGLE = re.compile(r"""(?<![\w"'-])(?:[\w"'-]++\s*+\.\s*+){100}""")
USUAL_SCALE = Scale(
    points=(1, 2, 3, 4),
    labels=("unrealistic", "rather unrealistic", "rather realistic", "fully realistic"),
)


class NotTOML(Exception):
    """The file is not valid TOML."""


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What the validator makes of a text: the protocol if it is one, what is wrong if not, what was asked."""

    document: ProtocolDocument | None
    problems: tuple[Problem, ...]
    asked: Mapping[str, Asked]

    @property
    def is_toml(self) -> bool:
        return bool(self.asked)


@lru_cache(maxsize=128)
def parse_protocol(text: str) -> ProtocolDocument:
    """The protocol that a text describes.

    Raises ProtocolError with every problem, each with its line, its field and what is allowed.
    """
    found = examine(text)
    if found.document is None:
        raise ProtocolError(found.problems)
    return found.document


def examine(text: str) -> Examination:
    """Look a text through without refusing it."""
    try:
        values = _read(text)
    except NotTOML as error:
        problem = Problem(field="", sentence=str(error))
        return Examination(document=None, problems=(problem,), asked={})
    report = Report(Lines(text))
    document = _document(Table(values, "", report))
    problems = tuple(sorted(report.problems, key=lambda problem: problem.line or 0))
    return Examination(document=None if problems else document, problems=problems, asked=report.asked)


def _read(text: str) -> dict[str, Any]:
    """The values in a text that anybody may have sent; one that is no TOML is refused, and soon."""
    if len(text) > MOST_CHARACTERS:
        raise NotTOML(f"The file has {len(text):,} characters; a protocol has at most {MOST_CHARACTERS:,}.")
    if _TANGLE.search(text):
        raise NotTOML(
            "The file has a key of more than a hundred parts; no field of a protocol has such a name."
        )
    try:
        text.encode()
        return tomllib.loads(text)
    except UnicodeEncodeError as error:
        raise NotTOML(f"The file has a broken character at place {error.start}; take it out.") from None
    except RecursionError:
        raise NotTOML("The file is nested too deeply for a protocol.") from None
    except ValueError as error:  # what tomllib says of syntax, and Python of a number of 5,000 digits
        raise NotTOML(f"The file is not valid TOML: {error}.") from None


def _document(root: Table) -> ProtocolDocument:
    study = root.table("study", required=True) or Table({}, "study", root.report)
    readers = study.whole("readers", 1, MOST_READERS, default=8)
    sources = _sources(root)
    scale = _scale(root)
    title = study.text("title", longest=300)
    document = ProtocolDocument(
        title=title,
        public_title=study.text("public_title", title, longest=300).strip() or title,
        description=study.text("description", ""),
        seed=study.whole("seed", 0, 2**53),
        level=study.number("level", 0.5, 0.999, default=0.95),
        readers=readers,
        places=study.whole("places", readers, 2 * MOST_READERS, default=readers + max(4, readers // 2)),
        washout_days=study.whole("washout_days", 0, 3650, default=0),
        unblinding_people=study.whole("unblinding_people", 1, 2, default=1),
        consent=study.text("consent", ""),
        instructions=study.text("instructions", ""),
        analysis_plan=study.text("analysis_plan", ""),
        canvas=_canvas(root),
        sources=sources,
        scale=scale,
        margins=_margins(root, scale),
        sections=_sections(root, sources),
        questions=_questions(root),
        display=_display(root),
        reading=_reading(root),
    )
    study.finish()
    root.finish()
    return document


def _sections(root: Table, sources: tuple[SourceDocument, ...]) -> tuple[SectionDocument, ...]:
    """Without sources every count would be wrong, and only the sources are worth a word."""
    root.tables("sections", required=True)
    return parse_sections(root if sources else Table(root.values, "", root.report.silent()), sources)


def _canvas(root: Table) -> Canvas:
    table = root.table("canvas", required=True) or root.imagined("canvas")
    canvas = Canvas(
        width=table.whole("width", 16, LONGEST_SIDE),
        height=table.whole("height", 16, LONGEST_SIDE),
        bits=table.one_of("bits", (8, 16), default=8),
        fit="pad" if table.choice("fit", ("crop", "pad"), default="crop") == "pad" else "crop",
    )
    table.finish()
    return canvas


def _sources(root: Table) -> tuple[SourceDocument, ...]:
    found = []
    for table in root.tables("sources", required=True):
        found.append(
            SourceDocument(
                name=table.name("name"),
                kind=table.choice("kind", ("real", "synthetic")),
                description=table.text("description", ""),
                public=table.flag("public", default=False),
            )
        )
        table.finish()
    for name, count in Counter(source.name for source in found).items():
        if count > 1:
            root.problem("sources", f"names {name!r} {count} times; every source needs a name of its own.")
    return tuple(found)


def _scale(root: Table) -> Scale:
    given = root.table("scale", required=False)
    table = given or root.imagined("scale")
    scale = Scale(
        points=table.wholes("points", usual=USUAL_SCALE.points),
        labels=table.texts("labels", required=True, usual=USUAL_SCALE.labels),
    )
    if given is None:
        return USUAL_SCALE
    if not 2 <= len(scale.points) <= 9 or list(scale.points) != sorted(set(scale.points)):
        table.problem("points", "has to be 2 to 9 rising whole numbers, such as [1, 2, 3, 4].")
    elif len(scale.points) != len(scale.labels):
        table.problem(
            "labels", f"has {len(scale.labels)} words for {len(scale.points)} points; give one each."
        )
    table.finish()
    return scale


def _margins(root: Table, scale: Scale) -> Margins:
    table = root.table("margins", required=True) or root.imagined("margins")
    # A scale that has no width is refused itself; its margin is not a second problem.
    width = float(scale.points[-1] - scale.points[0]) if scale.points else 0.0
    widest = width if width > 0 else 1.0
    margins = Margins(
        detection=table.number("detection", 0.001, 0.5, default=0.10),
        realism=table.number("realism", 0.001, widest, default=min(0.25, widest)),
    )
    table.finish()
    return margins


def _questions(root: Table) -> tuple[Question, ...]:
    found = []
    for table in root.tables("questions", required=False):
        kind = table.choice("kind", ("text", "number", "choice"), default="text")
        question = Question(
            name=table.name("name"),
            text=table.text("text"),
            kind=kind,
            options=table.texts("options", required=kind == "choice"),
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


def _display(root: Table) -> Display:
    table = root.table("display", required=False) or root.imagined("display")
    display = Display(
        if_failed=table.choice("if_failed", ("warn", "refuse", "ignore"), default="warn"),
        min_width_px=table.whole("min_width_px", 0, 16384, default=1024),
        min_height_px=table.whole("min_height_px", 0, 16384, default=700),
    )
    table.finish()
    return display


def _reading(root: Table) -> Reading:
    table = root.table("reading", required=False) or root.imagined("reading")
    reading = Reading(
        allow_back=table.flag("allow_back", default=False),
        show_clock=table.flag("show_clock", default=False),
        break_after=table.whole("break_after", 0, 10_000, default=0) or None,
        idle_after_s=table.whole("idle_after_s", 10, 36_000, default=120),
        reasons=table.texts("reasons"),
        spots=table.flag("spots", default=False),
        show_own_result=table.flag("show_own_result", default=False),
    )
    table.finish()
    return reading
