"""The tables of a bundle: which columns each has, what may stand in them, which must be there."""

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.bundle import cells
from analysis.bundle.study import Study

FLAG = cells.choice({"0": 0, "1": 1}, "write 0 for no and 1 for yes")
CALL = cells.choice(("real", "synthetic"), "write what the reader called the image")
VERDICT = cells.choice(
    ("fits", "discrepant", "unsure"), "write the reader's verdict on label and image together"
)
ANSWER_TABLES = ("picks.csv", "ratings.csv", "calls.csv", "checks.csv")
TASKS_OF_TABLE = {
    "picks.csv": ("pick_real",),
    "ratings.csv": ("rate", "pick_real", "call", "check_label"),
    "calls.csv": ("call",),
    "checks.csv": ("check_label",),
}


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: how its cells are read, whether it must be there, whether cells may be empty."""

    parse: cells.Parser
    needed: bool = False
    text: bool = False

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


def columns_of(file: str, study: Study) -> Mapping[str, Column]:
    """The columns of a table that have a meaning; any other is kept as text."""
    source = _word(cells.choice(study.source_names, "name a source of study.json"))
    common = {
        "order": Column(parse=cells.count),
        "response_ms": Column(parse=cells.duration),
        "repeat_of": _name(needed=False),
        "catch": Column(parse=FLAG),
    }
    answers = {"section": _section(study, file)} if file in ANSWER_TABLES else {}
    if file == "picks.csv":
        return (
            answers
            | common
            | {
                "reader": _name(),
                "trial": _name(),
                "picked": _word(cells.alternative(study.source_names)),
                "correct": Column(parse=FLAG, needed=not study.masked),
                "slot_picked": Column(parse=cells.count),
                "slot_real": Column(parse=cells.count),
            }
        )
    if file == "ratings.csv":
        points = study.scale.points if study.scale else ()
        return (
            answers
            | common
            | {
                "reader": _name(),
                "trial": _name(),
                "image": _name(),
                "source": source,
                "slot": Column(parse=cells.count),
                "rating": Column(parse=cells.scale_point(points) if points else cells.number, needed=True),
            }
        )
    if file == "calls.csv":
        return (
            answers
            | common
            | {
                "reader": _name(),
                "trial": _name(needed=False),
                "image": _name(),
                "source": source,
                "call": _word(CALL),
                "confidence": Column(parse=cells.number),
            }
        )
    if file == "checks.csv":
        return (
            answers
            | common
            | {
                "reader": _name(),
                "trial": _name(needed=False),
                "image": _name(),
                "source": _word(source.parse, needed=False),
                "label": _name(),
                "intended": _name(needed=False),
                "observed": _name(needed=False),
                "verdict": _word(VERDICT),
            }
        )
    if file == "readers.csv":
        return {
            "reader": _name(),
            "specialty": _name(needed=False),
            "years": Column(parse=cells.duration),
            "site": _name(needed=False),
        }
    return {"image": _name(), "source": source}


TABLES = (*ANSWER_TABLES, "readers.csv", "images.csv")
