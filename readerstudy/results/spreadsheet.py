"""Keep spreadsheets from computing cells. `analysis` reads the tables, so the rule is defined there."""

from typing import Any

from analysis.spreadsheet import defused as defused


def defused_cell(cell: Any) -> Any:
    """Return a text that no spreadsheet computes; what is no text stays."""
    return defused(cell) if isinstance(cell, str) else cell
