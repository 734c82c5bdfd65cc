"""Parse and check a protocol in TOML: report every mistake at once, with its line and how to fix it."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import Any

from readerstudy.studies.protocol.asked import Asked
from readerstudy.studies.protocol.document import ProtocolDocument
from readerstudy.studies.protocol.endpoints import parse_arms, parse_endpoints
from readerstudy.studies.protocol.labels import parse_labels
from readerstudy.studies.protocol.lines import Lines
from readerstudy.studies.protocol.looks import parse_looks
from readerstudy.studies.protocol.problems import Problem, ProtocolError
from readerstudy.studies.protocol.scales import parse_scale, parse_scales, parse_values
from readerstudy.studies.protocol.sections import ReadSection, as_asked, parse_sections
from readerstudy.studies.protocol.setting import Setting
from readerstudy.studies.protocol.study import (
    deadline_of,
    parse_canvas,
    parse_display,
    parse_languages,
    parse_margins,
    parse_presets,
    parse_questions,
    parse_reading,
    parse_sources,
    public_title_of,
)
from readerstudy.studies.protocol.table import Report, Table
from readerstudy.studies.protocol.telling import single_trials, warnings_of
from readerstudy.studies.protocol.words import Words

MOST_READERS = 1_000
MOST_CHARACTERS = 400_000
# tomllib takes seconds for a key of thousands of parts: a.a.a.…
_TANGLE = re.compile(r"""(?<![\w"'-])(?:[\w"'-]++\s*+\.\s*+){100}""")


class NotTOML(Exception):
    """The file is not valid TOML."""


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What the validator makes of a text: the protocol if it is one, what is wrong if not, what was asked.

    `warnings` are of a protocol that can be used, but may tell its readers too much, or have no report.
    """

    document: ProtocolDocument | None
    problems: tuple[Problem, ...]
    asked: Mapping[str, Asked]
    warnings: tuple[Problem, ...] = ()

    @property
    def is_toml(self) -> bool:
        return bool(self.asked)


@lru_cache(maxsize=128)
def parse_protocol(text: str) -> ProtocolDocument:
    """Return the protocol that a text describes.

    Raises ProtocolError with every problem, each with its line, its field and what is allowed.
    """
    found = examine(text)
    if found.document is None:
        raise ProtocolError(found.problems)
    return found.document


@lru_cache(maxsize=16)
def examine(text: str) -> Examination:
    """Examine a text without raising. Cached, because a request examines the same text several times."""
    try:
        values = _read(text)
    except NotTOML as error:
        line = re.search(r"\(at line (\d+)", str(error))
        problem = Problem(field="", sentence=str(error), line=int(line[1]) if line else None)
        return Examination(document=None, problems=(problem,), asked={})
    report = Report(Lines(text))
    document, sections = _document(Table(values, "", report))
    problems = _by_line(report.problems)
    if problems:
        return Examination(document=None, problems=problems, asked=report.asked)
    lines = report.lines
    warnings = _by_line([*warnings_of(document, sections, lines), *single_trials(sections, lines)])
    return Examination(document=document, problems=(), asked=report.asked, warnings=warnings)


def _by_line(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: problem.line or 0))


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
        read: dict[str, Any] = _in_64_bits(tomllib.loads(text))
        return read
    except UnicodeEncodeError as error:
        raise NotTOML(f"The file has a broken character at place {error.start}; take it out.") from None
    except RecursionError:
        raise NotTOML("The file is nested too deeply for a protocol.") from None
    except ValueError as error:  # what tomllib says of syntax, and Python of a number of 5,000 digits
        raise NotTOML(f"The file is not valid TOML: {error}.") from None


def _in_64_bits(value: Any) -> Any:
    """Return values as they are, but whole numbers that TOML does not have as what no field takes for one."""
    if isinstance(value, dict):
        return {key: _in_64_bits(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_in_64_bits(one) for one in value]
    if isinstance(value, int) and value.bit_length() > 63:
        return float(value) if value.bit_length() < 1000 else inf
    return value


def _document(root: Table) -> tuple[ProtocolDocument, tuple[ReadSection, ...]]:
    study = root.table("study", required=True) or Table({}, "study", root.report)
    root.report.languages = parse_languages(study)
    readers = study.whole("readers", 1, MOST_READERS, default=8)
    title = study.text("title", longest=300)
    setting = _setting(root, washout_days=study.whole("washout_days", 0, 3650, default=0))
    sections = _sections(root, setting)
    endpoints = parse_endpoints(root, sections, setting)
    document = ProtocolDocument(
        title=title,
        public_title=public_title_of(study, title),
        description=study.text("description", ""),
        seed=study.whole("seed", 0, 2**53),
        level=study.number("level", 0.5, 0.999, default=0.95),
        readers=readers,
        places=study.whole("places", readers, 2 * MOST_READERS, default=readers + max(4, readers // 2)),
        washout_days=setting.washout_days,
        unblinding_people=study.whole("unblinding_people", 1, 2, default=1),
        consent=study.words("consent", Words()),
        instructions=study.words("instructions", Words()),
        analysis_plan=study.text("analysis_plan", ""),
        sample_size=study.text("sample_size", ""),
        contact=study.words("contact", Words(), longest=300),
        deadline=deadline_of(study),
        minutes=study.maybe_whole("minutes", 1, 6_000),
        external=study.flag("external", default=False),
        languages=root.report.languages or ("en",),
        canvas=setting.canvas,
        sources=setting.sources,
        scale=setting.scale,
        scales=tuple(setting.scales.values()),
        values=setting.values,
        labels=setting.labels,
        margins=parse_margins(root, setting.scale),
        sections=tuple(as_asked(one.section) for one in sections),
        questions=parse_questions(root),
        display=parse_display(root),
        reading=setting.reading,
        presets=parse_presets(root),
        arms=parse_arms(root, sections),
        endpoints=endpoints,
        looks=parse_looks(root, endpoints, [one.section for one in sections]),
    )
    study.finish()
    root.finish()
    return document, sections


def _setting(root: Table, *, washout_days: int) -> Setting:
    canvas = parse_canvas(root)
    sources, kinds_known = parse_sources(root)
    values = parse_values(root)
    return Setting(
        canvas=canvas,
        sources=sources,
        kinds_known=kinds_known,
        scale=parse_scale(root),
        scales=parse_scales(root),
        values=values,
        labels=parse_labels(root, values),
        reading=parse_reading(root),
        washout_days=washout_days,
    )


def _sections(root: Table, setting: Setting) -> tuple[ReadSection, ...]:
    """Parse the sections. Without sources every count would be wrong, so only the sources are reported."""
    root.tables("sections", required=True)
    return parse_sections(root if setting.sources else Table(root.values, "", root.report.silent()), setting)
