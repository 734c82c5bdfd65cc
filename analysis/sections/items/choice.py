"""One of several options: against the truth where there is one, else how often each was chosen."""

import numpy as np

from analysis.arrays import Floats
from analysis.bundle import Bundle
from analysis.bundle.grid import codes_of, has_values
from analysis.crossed import CrossedMean, crossed_rate
from analysis.document.agreement import Coefficients
from analysis.document.common import NotComputed
from analysis.document.items import ChoiceItem, Confusion
from analysis.roc.auc import signed_confidence
from analysis.sections.agreement import NOMINAL, coefficients_of, pairs_of_readers
from analysis.sections.call import reader_calls
from analysis.sections.items.asked import Asked
from analysis.sections.items.options import OTHER, chosen_of, differences, shares
from analysis.sections.items.right import accuracy, area, positive_cases
from analysis.sections.items.scale import again

ONE_KIND = "No case of this kind was answered."


def choice_item(asked: Asked, _bundle: Bundle, _limit: int) -> ChoiceItem:
    """Everything about one choice."""
    said = asked.rows["value"].astype(object).where(asked.rows["value"].notna(), None).tolist()
    chosen = chosen_of(said, asked.item.values)
    found = ChoiceItem(
        **asked.described(),
        options=tuple(asked.item.word(option) for option in chosen),
        by_source=shares(asked, chosen),
        differences=differences(asked, chosen),
        agreement=_agreement(asked, chosen),
        repeats=again(asked),
        accuracy=accuracy(asked, asked.correct),
        confusion=_confusion(asked, chosen),
    )
    positive = positive_cases(asked)
    return found if positive is None else _with_positive(asked, found, positive)


def _agreement(asked: Asked, chosen: dict[str, Floats]) -> Coefficients | None:
    """On the option, as categories without order."""
    if asked.item.of == "section" or asked.rows["reader"].nunique() < 2:
        return None
    option = np.argmax(np.array(list(chosen.values())), axis=0).astype(float)
    grid = asked.grid(option)
    found = coefficients_of(grid, NOMINAL, list(range(len(chosen))), asked.study.level)
    words = [asked.item.word(name) for name in chosen]
    fleiss = found["fleiss"]
    named = tuple(each.with_(category=words[int(each.category)]) for each in fleiss.per_category)
    return Coefficients(
        **(found | {"fleiss": fleiss.with_(per_category=named)}),
        # prevalence and bias are indices of yes and no
        pairs=pairs_of_readers(grid, asked.study.level) if len(chosen) == 2 else None,
    )


def _confusion(asked: Asked, chosen: dict[str, Floats]) -> Confusion | None:
    """Truths in the order of the options, then others as they come."""
    if asked.truth is None:
        return None
    present = {str(value) for value in asked.truth if value is not None}
    truths = [value for value in asked.item.values if value in present]
    truths += sorted(present - set(truths))
    row = np.array([truths.index(str(value)) if value is not None else -1 for value in asked.truth])
    column = np.argmax(np.array(list(chosen.values())), axis=0)
    group = codes_of(asked.rows, "group")

    def counted(of: np.ndarray) -> tuple[tuple[int, ...], ...]:
        table = np.zeros((len(truths), len(chosen)), dtype=int)
        np.add.at(table, (row[of], column[of]), 1)
        return tuple(tuple(line) for line in table.tolist())

    names = [str(name) for name in asked.rows["group"].cat.categories]
    return Confusion(
        truths=tuple(asked.item.word(value) for value in truths),
        answers=tuple(OTHER if name == OTHER else asked.item.word(name) for name in chosen),
        counts=counted(row >= 0),
        by_source={name: counted((row >= 0) & (group == names.index(name))) for name in asked.groups},
    )


def answered_positive(asked: Asked) -> Floats:
    """1 where an option that counts as positive was chosen."""
    positive = asked.item.positive or ("synthetic",)
    return asked.rows["value"].isin(positive).to_numpy().astype(float)


def scores(asked: Asked) -> Floats:
    """Confidence with the sign of the answer; the answer alone where no confidence was asked for."""
    said = answered_positive(asked)
    if not has_values(asked.rows, "confidence"):
        return said
    confidence = asked.rows["confidence"].to_numpy(dtype=float)
    # moved above zero, so that the least sure answers of both kinds stay apart
    return np.asarray(signed_confidence(said == 1, confidence - np.nanmin(confidence) + 1))


def _with_positive(asked: Asked, found: ChoiceItem, positive: Floats) -> ChoiceItem:
    level = asked.study.level
    said = asked.grid(answered_positive(asked))
    sure = asked.grid(scores(asked))
    auc, curves = area(asked, scores(asked), positive)
    known = np.isfinite(positive)
    return found.with_(
        positive=asked.item.positive or ("synthetic",),
        sensitivity=_rate(said.values[:, positive == 1], level),
        specificity=_rate(1 - said.values[:, positive == 0], level),
        auc=auc,
        curves=curves,
        indices=reader_calls(
            asked.study,
            sure.values[:, known],
            said.values[:, known],
            said.readers,
            positive[known] == 1,
        ),
    )


def _rate(table: Floats, level: float) -> CrossedMean | NotComputed:
    if not np.isfinite(table).any():
        return NotComputed(reason=ONE_KIND)
    return crossed_rate(table, level=level)
