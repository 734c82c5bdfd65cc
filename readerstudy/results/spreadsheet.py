"""Tables that people open with a spreadsheet, which takes some texts for formulas and computes them."""

FORMULA_BEGINS_WITH = ("=", "+", "-", "@", "\t", "\r")


def defused(cell: str) -> str:
    """A cell that a spreadsheet would take for a formula, made text again by an apostrophe.

    A sign alone is no formula; for many it is the answer “none”.
    """
    return f"'{cell}" if len(cell) > 1 and cell.startswith(FORMULA_BEGINS_WITH) else cell
