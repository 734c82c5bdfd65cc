"""Several of the options: each option is a question of yes or no."""

import numpy as np

from analysis.arrays import Floats
from analysis.bundle import Bundle
from analysis.bundle.grid import as_text
from analysis.document.agreement import Coefficients
from analysis.document.items import ChoicesItem
from analysis.sections.agreement import NOMINAL, coefficients_of
from analysis.sections.items.asked import Asked
from analysis.sections.items.options import differences, shares


def choices_item(asked: Asked, _bundle: Bundle, _limit: int) -> ChoicesItem:
    """Everything about one item of several options."""
    option = as_text(asked.rows, "option")
    values = asked.numbers
    chosen = {name: np.where(option == name, values, np.nan) for name in asked.item.values}
    return ChoicesItem(
        **asked.described(),
        options=tuple(asked.item.word(name) for name in chosen),
        by_source=shares(asked, chosen),
        differences=differences(asked, chosen),
        agreement=_agreement(asked, chosen),
    )


def _agreement(asked: Asked, chosen: dict[str, Floats]) -> dict[str, Coefficients]:
    """Of each option, whether readers agree that it applies."""
    if asked.item.of == "section" or asked.rows["reader"].nunique() < 2:
        return {}
    return {
        name: Coefficients(**coefficients_of(asked.grid(values), NOMINAL, [0, 1], asked.study.level))
        for name, values in chosen.items()
    }
