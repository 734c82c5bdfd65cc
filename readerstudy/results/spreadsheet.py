"""Tables that people open with a spreadsheet. `analysis` reads them, so the rule lives there."""

from analysis.spreadsheet import defused

__all__ = ["defused"]
