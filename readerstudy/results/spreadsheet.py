"""Tables for spreadsheets that compute no cell. `analysis` reads them too, so the rule is defined there."""

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Any

from analysis.spreadsheet import defused as defused


def defused_cell(cell: Any) -> Any:
    """Return a text that no spreadsheet computes; what is no text stays."""
    return defused(cell) if isinstance(cell, str) else cell


def csv_text(rows: Iterable[Iterable[object]], *, end: str = "\n") -> str:
    text = StringIO()
    csv.writer(text, lineterminator=end).writerows(rows)
    return text.getvalue()
