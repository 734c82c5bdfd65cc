"""The items of a section, each analysed as its kind asks for."""

from collections.abc import Callable, Mapping

import pandas as pd

from analysis.bundle import Bundle
from analysis.bundle.grid import tidy
from analysis.bundle.item_checks import screens
from analysis.bundle.study import Section
from analysis.document.items import ItemResult
from analysis.sections.items.asked import Asked, asked
from analysis.sections.items.choice import choice_item
from analysis.sections.items.choices import choices_item
from analysis.sections.items.mark import mark_item
from analysis.sections.items.number import number_item
from analysis.sections.items.pick import pick_item
from analysis.sections.items.prefer import worth_item
from analysis.sections.items.scale import scale_item
from analysis.sections.items.text import text_item

ANALYSES: Mapping[str, Callable[[Asked, Bundle, int], ItemResult]] = {
    "scale": scale_item,
    "choice": choice_item,
    "choices": choices_item,
    "number": number_item,
    "measure": number_item,
    "text": text_item,
    "pick": pick_item,
    "prefer": worth_item,
    "rank": worth_item,
    "mark": mark_item,
}
NO_ANSWER = "Nobody answered it."


def items(bundle: Bundle, section: Section, limit: int) -> dict[str, ItemResult]:
    """Analyse the items of a section that are not short for a task.

    Parameters
    ----------
    bundle, section
        The study and one of its sections.
    limit
        Up to how many answers mixed models are fitted.
    """
    found = {}
    for item in section.own_items:
        one = asked(bundle, section, item)
        if one is not None:
            found[item.name] = _analysed(one, bundle, limit)
    return found


def _analysed(one: Asked, bundle: Bundle, limit: int) -> ItemResult:
    if one.rows.empty:
        return ItemResult(**one.described(), reason=NO_ANSWER)
    return ANALYSES[one.item.kind](one, bundle, limit)


def answered_screens(bundle: Bundle, section: Section) -> pd.DataFrame | None:
    """One row a reader's screen, of a section without a task; None for a page of questions.

    `value` is the answer to the first item, and `correct` whether all that can be judged was right.
    """
    asked_of = {item.name: item for item in section.items if item.of != "section"}
    if bundle.answers is None or not asked_of:
        return None
    of = (bundle.answers["section"] == section.name) & bundle.answers["item"].isin(asked_of)
    rows = tidy(bundle.answers[of.to_numpy()])
    screen = screens(rows)
    first = rows[~pd.Series(screen).duplicated().to_numpy()]
    if "correct" not in rows or not rows["correct"].notna().any():
        return first.drop(columns="correct", errors="ignore")
    judged = pd.Series(rows["correct"].to_numpy()).groupby(screen).min()
    return first.assign(correct=judged.to_numpy()[screen[~pd.Series(screen).duplicated().to_numpy()]])
