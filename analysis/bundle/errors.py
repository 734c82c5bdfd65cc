"""The one way in which reading a bundle fails: a sentence that says where, what, and what to do."""

from collections.abc import Iterable
from pathlib import Path

from analysis.errors import AnalysisError

QUOTED_LENGTH = 40


class BundleError(AnalysisError):
    """The bundle cannot be read; compare it with the form in docs/bundle.md and read it again."""

    def __init__(
        self, file: str, what: str, remedy: str, *, row: int | None = None, column: str | None = None
    ) -> None:
        self.file = file
        self.row = row
        self.column = column
        self.what = what
        self.remedy = remedy
        place = file
        if row is not None:
            place += f" row {row}"
        if column is not None:
            place += f", column {column}"
        super().__init__(f"{place}: {what}; {remedy}.")


def unreadable(path: Path, error: OSError) -> BundleError:
    """A file of a bundle that the system does not give out: a folder, a path through a file, no rights."""
    if path.is_dir():
        return BundleError(path.name, "it is a folder, not a file", "put the file itself there")
    if path.is_symlink() and not path.exists():
        return BundleError(path.name, "it is a link to nothing", "put the file itself there")
    if path.parent.is_file():
        return BundleError(
            path.parent.name, "it is a file", f"name the folder that holds {path.name} and the tables"
        )
    return BundleError(path.name, f"the file cannot be read ({error.strerror})", "look at its rights")


class CellError(ValueError):
    """A value in a cell is not allowed; write one that is."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


def quoted(value: object) -> str:
    """A value as it may stand in a message: on one line, short, in typographic quotes."""
    text = "".join(
        c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(value)[: QUOTED_LENGTH + 1]
    )
    if len(text) > QUOTED_LENGTH:
        text = text[: QUOTED_LENGTH - 1] + "…"
    return f"“{text}”"


def listed(values: Iterable[object], *, last: str = "or") -> str:
    """Allowed values as they are read aloud: a, b or c."""
    names = [quoted(value) for value in values]
    if len(names) > 8:
        names = [*names[:7], f"one of {len(names) - 7} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"
