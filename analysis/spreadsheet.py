"""Texts in CSV files that a spreadsheet would take for formulas, and compute when the file is opened."""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_DEFUSED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠].")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def defused(cell: str) -> str:
    """Return a cell that a spreadsheet shows as it is: an apostrophe goes before what begins like a formula.

    A number stays, and so does a sign alone; for many it is the answer “none”. A text that begins so after
    apostrophes of its own gets one more, so that `restored` gives every text back.
    """
    harmless = len(cell) < 2 or _NUMBER.fullmatch(cell) is not None
    return cell if harmless or not _FORMULA.match(cell) else f"'{cell}"


def restored(cell: str) -> str:
    """Return the text that `defused` was given."""
    return cell[1:] if _DEFUSED.match(cell) else cell
