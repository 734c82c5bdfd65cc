"""Points on a scale: as ratings of realism are analysed, on the item's own scale."""

from dataclasses import replace

import pandas as pd

from analysis.bundle import Bundle
from analysis.bundle.items import ALL, Item
from analysis.bundle.study import Scale, Study
from analysis.document.agreement import Coefficients
from analysis.document.conduct import Repeats
from analysis.document.items import ScaleItem
from analysis.document.rate import Realism
from analysis.sections.agreement import agreement_of_ratings
from analysis.sections.conduct import repeats
from analysis.sections.items.asked import Asked
from analysis.sections.items.right import accuracy, area, positive_cases
from analysis.sections.rate import described, realism


def scale_item(asked: Asked, _bundle: Bundle, limit: int) -> ScaleItem:
    """Everything about one scale."""
    study, ratings = as_ratings(asked)
    known = asked.item.of != "section" and asked.groups != (ALL,)
    compared = realism(study, ratings, limit) if known else None
    found = compared if isinstance(compared, Realism) else None
    positive = positive_cases(asked)
    auc, curves = area(asked, asked.numbers, positive) if positive is not None else (None, None)
    return ScaleItem(
        **asked.described(),
        overall=described(study, ratings),
        by_source=found.by_source if found else (),
        by_reader=found.by_reader if found else (),
        pairs=found.pairs if found else (),
        friedman=found.friedman if found else None,
        ordinal_model=found.ordinal_model if found else None,
        agreement=_agreement(asked, study, ratings),
        repeats=again(asked),
        labels=asked.item.labels,
        accuracy=accuracy(asked, asked.correct),
        auc=auc,
        curves=curves,
    )


def as_ratings(asked: Asked) -> tuple[Study, pd.DataFrame]:
    """The study and the rows as the task rate has them: this scale, this margin, these groups."""
    item: Item = asked.item
    study = replace(
        asked.study,
        scale=Scale(points=item.points, labels=item.labels),
        realism_margin=item.margin,
        sources=asked.sources,
        masked=False,
    )
    rows = asked.rows
    return study, pd.DataFrame(
        {
            "reader": rows["reader"],
            "trial": rows["trial"] if item.of != "section" else rows["case"],
            "image": rows["case"],
            "source": rows["group"],
            "rating": asked.numbers,
        }
    )


def _agreement(asked: Asked, study: Study, ratings: pd.DataFrame) -> Coefficients | None:
    if asked.item.of == "section" or ratings["reader"].nunique() < 2:
        return None
    return agreement_of_ratings(study, ratings)


def again(asked: Asked) -> Repeats | None:
    """Each reader's agreement with himself on hidden repeats; None where there were none."""
    every = asked.every
    if "repeat_of" not in every or not every["repeat_of"].notna().any():
        return None
    answered = every[every["missing"].isna().to_numpy()]
    case = "trial" if asked.item.of == "trial" else "image"
    found = repeats(answered, case, "value", level=asked.study.level)
    return found if found.n else None
