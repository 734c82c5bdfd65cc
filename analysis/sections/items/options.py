"""How often each option was chosen, by source, and whether sources differ."""

from collections.abc import Mapping, Sequence

import numpy as np

from analysis.arrays import Floats
from analysis.bundle.items import ALL
from analysis.document.items import OptionDifference, OptionShare, SourceOptions
from analysis.ranks.multiplicity import adjusted
from analysis.sections.items.asked import Asked
from analysis.sections.items.right import DIFFERENCE, share

OTHER = "(other)"


def shares(asked: Asked, chosen: Mapping[str, Floats]) -> tuple[SourceOptions, ...]:
    """The share of each option of each source; `chosen` has a value for each row, NaN where not asked."""
    tables = {option: asked.grid(values).values for option, values in chosen.items()}
    found = []
    for name in asked.groups:
        of = asked.group_of_case == name
        rows = [(option, share(table[:, of], asked.study.level)) for option, table in tables.items()]
        said = tuple(
            OptionShare.extending(row, option=option, text=asked.item.word(option))
            for option, row in rows
            if row is not None
        )
        found.append(SourceOptions(source=name, n=max((row.n for row in said), default=0), shares=said))
    return tuple(found)


def differences(asked: Asked, chosen: Mapping[str, Floats]) -> tuple[OptionDifference, ...]:
    """Sources compared option by option, Holm over all of them."""
    if asked.groups == (ALL,) or len(asked.groups) < 2:
        return ()
    rows = [
        OptionDifference.extending(each, option=option, text=asked.item.word(option))
        for option, values in chosen.items()
        for each in asked.real_minus_each(values, DIFFERENCE, judged=not asked.item.truth)
    ]
    held = adjusted([row.p for row in rows])
    return tuple(row.with_(p_holm=p) for row, p in zip(rows, held, strict=True))


def chosen_of(values: Sequence[object], options: Sequence[str]) -> dict[str, Floats]:
    """For each option, and for other answers where there are any, whether a row chose it."""
    said = np.asarray(values, dtype=object)
    found = {option: (said == option).astype(float) for option in options}
    other = np.array([value is None or value not in found for value in said], dtype=bool)
    return found | ({OTHER: other.astype(float)} if other.any() else {})
