"""Points on images: how many, and with true places how well they hit (FROC)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from analysis.bundle import Bundle
from analysis.bundle.errors import BundleError, quoted
from analysis.bundle.grid import as_text
from analysis.document.common import NotComputed
from analysis.document.items import Counts, FrocDifference, MarkFroc, MarkItem, SourceFroc, SourceNumbers
from analysis.errors import AnalysisError
from analysis.froc import CaseMarks, froc, froc_difference, judge
from analysis.sections.items.asked import REAL, SYNTHETIC, Asked
from analysis.sections.items.number import by_group, described

#: The rating of a mark where no confidence was asked for.
SURE = 1.0
#: How a label says that there is nothing to mark.
NOTHING = ("", "none")
Key = tuple[str, str, str]


def mark_item(asked: Asked, bundle: Bundle, _limit: int) -> MarkItem:
    """Everything about one item of marks."""
    counts = asked.numbers
    table = asked.grid(counts).values
    return MarkItem(
        **asked.described(),
        count=Counts(
            overall=described(counts, table, asked.study.level),
            by_source=tuple(
                SourceNumbers.extending(row, source=name) for name, row in by_group(asked, counts)
            ),
            difference=asked.real_minus_synthetic(counts),
        ),
        froc=_froc(asked, bundle) if asked.item.truth and not asked.study.masked else None,
    )


def _froc(asked: Asked, bundle: Bundle) -> MarkFroc | NotComputed:
    judged = judged_marks(asked, bundle)
    if judged is None:
        return NotComputed(reason="The true places, or the marks, are not in the bundle.")
    readers, marks = judged
    level = asked.study.level
    try:
        found = froc(marks, readers=readers, level=level)
    except AnalysisError as error:
        return NotComputed(reason=str(error))
    rows = [(name, of_cases(marks, asked.group_of_case == name)) for name in asked.groups]
    kinds = [of_cases(marks, asked.kind_of_case == kind) for kind in (REAL, SYNTHETIC)]
    return MarkFroc.extending(
        found,
        within=asked.item.within,
        by_source=tuple(_of_source(name, own, level) for name, own in rows),
        difference=_difference(kinds[0], kinds[1], level),
    )


Marks = Sequence[Sequence[CaseMarks | None]]


def of_cases(marks: Marks, chosen: np.ndarray) -> Marks:
    """The marks of some cases."""
    places = np.flatnonzero(chosen).tolist()
    return [[own[place] for place in places] for own in marks]


def _of_source(name: str, marks: Marks, level: float) -> SourceFroc:
    try:
        found = froc(marks, level=level)
    except AnalysisError:
        return SourceFroc(source=name, estimate=None, low=None, high=None)
    return SourceFroc(source=name, estimate=found.estimate, low=found.low, high=found.high)


def _difference(first: Marks, second: Marks, level: float) -> FrocDifference | None:
    try:
        found = froc_difference(first, second, level=level)
    except AnalysisError:
        return None
    return FrocDifference(
        a=REAL,
        b=SYNTHETIC,
        estimate=found.estimate,
        se=found.se,
        df=found.df,
        low=found.low,
        high=found.high,
        p=found.p,
    )


def judged_marks(asked: Asked, bundle: Bundle) -> tuple[tuple[str, ...], Marks] | None:
    """Readers x cases of marks told apart by the true places; None where these are not known."""
    if asked.images is None or asked.item.truth not in asked.images:
        return None
    truths = _true_places(asked)
    drawn = _drawn(asked, bundle)
    grid = asked.grid(asked.numbers)
    trial_of = dict(
        zip(
            zip(as_text(asked.rows, "reader"), as_text(asked.rows, "case"), strict=True),
            zip(as_text(asked.rows, "trial"), as_text(asked.rows, "image"), strict=True),
            strict=True,
        )
    )
    marks: list[list[CaseMarks | None]] = []
    for r, reader in enumerate(grid.readers):
        own: list[CaseMarks | None] = []
        for c, case in enumerate(grid.cases):
            if np.isnan(grid.values[r, c]):
                own.append(None)
                continue
            trial, image = trial_of[reader, case]
            points = drawn.get((reader, trial, image), [])
            own.append(judge(points, truths.get(image, []), asked.item.within))
        marks.append(own)
    return grid.readers, marks


def _drawn(asked: Asked, bundle: Bundle) -> Mapping[Key, list[tuple[float, ...]]]:
    """x, y, frame and rating of the marks of each reader's image."""
    found: dict[Key, list[tuple[float, ...]]] = defaultdict(list)
    if bundle.marks is None:
        return found
    table = bundle.marks
    of = (table["section"] == asked.section.name) & (table["item"] == asked.item.name)
    rows = table[of.to_numpy()]
    frame, rating = (
        rows[name].to_numpy(dtype=float) if name in rows else np.full(len(rows), np.nan)
        for name in ("frame", "confidence")
    )
    keys = zip(*(as_text(rows, name) for name in ("reader", "trial", "image")), strict=True)
    columns = (rows["x"], rows["y"], np.nan_to_num(frame), np.nan_to_num(rating, nan=SURE))
    for key, *point in zip(keys, *columns, strict=True):
        found[key].append(tuple(map(float, point)))
    return found


def _true_places(asked: Asked) -> dict[str, list[tuple[float, ...]]]:
    """x, y and frame of the lesions of each image, from "x y; x y" or "x y frame"."""
    if asked.images is None:
        return {}
    named = zip(as_text(asked.images, "image"), as_text(asked.images, asked.item.truth), strict=True)
    return {
        image: [_place(point, asked.item.truth) for point in text.split(";") if point.strip() not in NOTHING]
        for image, text in named
        if isinstance(text, str)
    }


def _place(text: str, label: str) -> tuple[float, ...]:
    try:
        place = [float(part) for part in text.split()]
    except ValueError:
        place = []
    if len(place) not in (2, 3):
        remedy = "write “x y; x y”, with frames “x y frame”"
        raise BundleError("images.csv", f"{quoted(text)} is no place", remedy, column=label)
    return (*place, 0.0)[:3]
