"""The tables of a bundle: their columns, what these may contain, and which are required."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from analysis.bundle import cells
from analysis.bundle.study import Study

CALL = cells.choice(("real", "synthetic"), "write what the reader called the image")
VERDICT = cells.choice(
    ("fits", "discrepant", "unsure"), "write the reader's verdict on label and image together"
)
MISSING = cells.choice(("skip", "time", "left"), "write why there is no answer, or leave it empty")
ANSWER_TABLES = ("picks.csv", "ratings.csv", "calls.csv", "checks.csv", "answers.csv")
TASKS_OF_TABLE = {
    "picks.csv": ("pick_real",),
    "ratings.csv": ("rate", "pick_real", "call", "check_label", "ask"),
    "calls.csv": ("call",),
    "checks.csv": ("check_label",),
}


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: how its cells are read, whether it must be there, whether cells may be empty.

    `needed`: there, and no cell empty; `there`: there, and cells may be empty.
    """

    parse: cells.Parser
    needed: bool = False
    text: bool = False
    there: bool = False

    @property
    def may_be_empty(self) -> bool:
        return not self.needed


def _name(*, needed: bool = True) -> Column:
    return Column(parse=cells.text, needed=needed, text=True)


def _word(parser: cells.Parser, *, needed: bool = True) -> Column:
    return Column(parse=parser, needed=needed, text=True)


def _section(study: Study, file: str) -> Column:
    tasks = TASKS_OF_TABLE[file]
    names = [section.name for section in study.sections if section.task in tasks]
    if not names:
        names = [f"(study.json has no section with the task {' or '.join(tasks)})"]
    return _word(cells.choice(names, f"write a section of study.json whose task is {' or '.join(tasks)}"))


def _source(study: Study, *, needed: bool = True) -> Column:
    return _word(cells.choice(study.source_names, "name a source of study.json"), needed=needed)


def _answers(study: Study, file: str, *, trial: bool = True) -> dict[str, Column]:
    """What every table of answers has.

    A masked bundle names no source, and calls the images of a screen by letters of its own.
    """
    return {
        "section": _section(study, file),
        "reader": _name(),
        "trial": _name(needed=trial),
        "order": Column(parse=cells.count),
        "response_ms": Column(parse=cells.duration),
        "repeat_of": _name(needed=False),
        "catch": Column(parse=cells.flag),
        "disclosed": Column(parse=cells.flag),
    }


def _picks(study: Study) -> dict[str, Column]:
    return _answers(study, "picks.csv") | {
        "picked": _name() if study.masked else _word(cells.alternative(study.source_names)),
        "correct": Column(parse=cells.flag, needed=not study.masked),
        "slot_picked": Column(parse=cells.count),
        "slot_real": Column(parse=cells.count),
    }


def _ratings(study: Study) -> dict[str, Column]:
    points = study.scale.points if study.scale else ()
    return _answers(study, "ratings.csv") | {
        "image": _name(),
        "source": _source(study, needed=not study.masked),
        "slot": Column(parse=cells.count),
        "rating": Column(parse=cells.scale_point(points) if points else cells.number, needed=True),
    }


def _calls(study: Study) -> dict[str, Column]:
    return _answers(study, "calls.csv", trial=False) | {
        "image": _name(),
        "source": _source(study, needed=not study.masked),
        "call": _word(CALL),
        "confidence": Column(parse=cells.number),
    }


def _checks(study: Study) -> dict[str, Column]:
    return _answers(study, "checks.csv", trial=False) | {
        "image": _name(),
        "source": _source(study, needed=False),
        "label": _name(),
        "intended": _word(cells.label, needed=False),
        "observed": _word(cells.label, needed=False),
        "verdict": _word(VERDICT),
    }


def _items(study: Study) -> Column:
    names = list(dict.fromkeys(item.name for section in study.sections for item in section.items))
    if not names:
        names = ["(study.json names no items)"]
    return _word(cells.choice(names, "write an item of study.json"))


def _asking(study: Study) -> Column:
    """The sections that may stand beside an item."""
    names = [section.name for section in study.sections if section.items]
    if not names:
        names = ["(study.json has no section with items)"]
    return _word(cells.choice(names, "write a section of study.json that has items"))


def _of_items(study: Study) -> dict[str, Column]:
    """One row an item and image, also where there is no answer; `slot` may be a letter or a number."""
    return {
        "section": _asking(study),
        "reader": _name(),
        "trial": _name(needed=False),
        "screen": _name(needed=False),
        "image": _name(needed=False),
        "source": _source(study, needed=False),
        "item": _items(study),
        "option": _name(needed=False),
        "value": Column(parse=cells.words, text=True),
        "other": Column(parse=cells.words, text=True),
        "confidence": Column(parse=cells.number),
        "correct": Column(parse=cells.flag),
        "truth": _name(needed=False),
        "missing": _word(MISSING, needed=False),
        "slot": _name(needed=False),
        "order": Column(parse=cells.count),
        "response_ms": Column(parse=cells.duration),
        "exposure_ms": Column(parse=cells.duration),
        "shown_ms": Column(parse=cells.duration),
        "repeat_of": _name(needed=False),
        "catch": Column(parse=cells.flag),
        "disclosed": Column(parse=cells.flag),
    }


def _answers_of_items(study: Study) -> dict[str, Column]:
    columns = _of_items(study)
    # without these a row says nothing
    for name in ("value", "missing", "trial", "image"):
        columns[name] = replace(columns[name], there=True)
    return columns


def _marks(study: Study) -> dict[str, Column]:
    return {
        "section": _asking(study),
        "reader": _name(),
        "trial": replace(_name(needed=False), there=True),
        "image": replace(_name(needed=False), there=True),
        "source": _source(study, needed=False),
        "item": _items(study),
        "number": Column(parse=cells.count),
        "frame": Column(parse=cells.count),
        "x": Column(parse=cells.number, needed=True),
        "y": Column(parse=cells.number, needed=True),
        "confidence": Column(parse=cells.number),
    }


def _readers(_study: Study) -> dict[str, Column]:
    return {
        "reader": _name(),
        "specialty": _name(needed=False),
        # an answer to a questionnaire, so it may be a word; it is shown and never computed with
        "years": _name(needed=False),
        "site": _name(needed=False),
        "virtual": Column(parse=cells.flag),
        "program": Column(parse=cells.flag),
        "arm": _name(needed=False),
        "language": _name(needed=False),
    }


def _images(study: Study) -> dict[str, Column]:
    return {"image": _name(), "source": _source(study), "case": _name(needed=False)}


COLUMNS: Mapping[str, Callable[[Study], dict[str, Column]]] = {
    "picks.csv": _picks,
    "ratings.csv": _ratings,
    "calls.csv": _calls,
    "checks.csv": _checks,
    "answers.csv": _answers_of_items,
    "marks.csv": _marks,
    "readers.csv": _readers,
    "images.csv": _images,
}
TABLES = tuple(COLUMNS)


def columns_of(file: str, study: Study) -> Mapping[str, Column]:
    """The columns of a table that have a meaning; any other is kept as text."""
    return COLUMNS[file](study)
