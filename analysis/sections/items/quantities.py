"""What is measured of an item as a readers x cases table, so that any two groups of cases can be compared."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.arrays import Floats
from analysis.bundle import Bundle
from analysis.bundle.grid import Grid, as_text, has_values, spread
from analysis.bundle.study import Section
from analysis.sections.items.asked import Asked
from analysis.sections.items.choice import answered_positive
from analysis.sections.items.number import true_numbers
from analysis.sections.items.pick import as_picks
from analysis.sections.items.prefer import net_signs, screens_of
from analysis.sections.items.right import positive_cases

Names = npt.NDArray[np.object_]
RATE, DIFFERENCE = (0.0, 1.0), (-1.0, 1.0)
#: Separates the images of a screen in the name of a case.
JOINT = "|"


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A number for each reader and case, with what the cases are."""

    grid: Grid
    source: Names
    kind: Names
    screen: Names
    shown: tuple[str, ...]
    same: Mapping[str, str]
    bounds: tuple[float, float] | None

    def of(self, name: str) -> Floats | None:
        """The columns of a source, else of a kind of image, else of a kind of screen."""
        for names in (self.source, self.kind, self.screen):
            if (names == name).any():
                return self.grid.values[:, names == name]
        return None


def quantity(asked: Asked, bundle: Bundle, what: str, option: str = "") -> Quantity | str:
    """Measure `what` of an item: mean, accuracy, sensitivity, specificity, share, error or count.

    Returns
    -------
    Quantity or str
        The table, or why there is none.
    """
    if asked.rows.empty:
        return "Nobody answered the item."
    if asked.item.kind == "pick":
        return _picked(asked, bundle) if what == "accuracy" else _no(what, asked)
    values = _values(asked, what, option)
    if isinstance(values, str):
        return values
    if not np.isfinite(values).any():
        return f"No answer tells the {what}."
    bounds = RATE if what in ("accuracy", "sensitivity", "specificity", "share") else None
    if what == "mean" and asked.item.points:
        bounds = (asked.item.points[0], asked.item.points[-1])
    return Quantity(
        grid=asked.grid(values),
        source=asked.group_of_case,
        kind=asked.kind_of_case,
        screen=_screens(asked),
        shown=cases_shown(asked, bundle),
        same=asked.shown_case,
        bounds=bounds,
    )


def _values(asked: Asked, what: str, option: str) -> Floats | str:
    """One value a row, NaN where the row does not count for this quantity."""
    kind = asked.item.kind
    if what == "mean" and kind in ("scale", "number", "measure"):
        return asked.numbers
    if what == "count" and kind == "mark":
        return asked.numbers
    if what == "accuracy" and asked.correct is not None and kind != "choices":
        return asked.correct
    if what in ("sensitivity", "specificity") and kind == "choice":
        return _detected(asked, what)
    if what == "share" and kind in ("choice", "choices"):
        return _chosen(asked, option)
    if what == "error" and kind in ("number", "measure"):
        true = true_numbers(asked)
        return (
            "The bundle does not tell the truth of the item."
            if true is None
            else np.abs(asked.numbers - true)
        )
    return _no(what, asked)


def _no(what: str, asked: Asked) -> str:
    return f"The item is of kind {asked.item.kind}, or lacks a truth, so there is no {what}."


def _detected(asked: Asked, what: str) -> Floats | str:
    positive = positive_cases(asked)
    if positive is None:
        return "The item says no truth that counts as positive."
    wanted = 1.0 if what == "sensitivity" else 0.0
    of_row = positive[asked.rows["case"].cat.codes.to_numpy()]
    said = answered_positive(asked)
    return np.where(of_row == wanted, said if wanted else 1 - said, np.nan)


def _chosen(asked: Asked, option: str) -> Floats | str:
    if option not in asked.item.values:
        return f"The endpoint names no option of the item: {', '.join(asked.item.values)}."
    if asked.item.kind == "choices":
        return np.where(as_text(asked.rows, "option") == option, asked.numbers, np.nan)
    return np.asarray(as_text(asked.rows, "value") == option, dtype=np.float64)


def _screens(asked: Asked) -> Names:
    """The kind of screen of each case."""
    if not has_values(asked.rows, "screen"):
        return np.full(len(asked.group_of_case), None, dtype=object)
    pairs = asked.rows[["case", "screen"]].drop_duplicates("case")
    of = dict(zip(as_text(pairs, "case"), as_text(pairs, "screen"), strict=True))
    return np.array([of[name] for name in asked.rows["case"].cat.categories], dtype=object)


def cases_shown(asked: Asked, bundle: Bundle) -> tuple[str, ...]:
    """What each case shows, by a name that is alike in all sections: its image, or those of its screen."""
    names = [str(name) for name in asked.rows["case"].cat.categories]
    if asked.item.of == "image" or asked.item.of == "section":
        return tuple(names)
    images = images_of_trials(bundle, asked.section)
    return tuple(JOINT.join(images[name]) if name in images else name for name in names)


def images_of_trials(bundle: Bundle, section: Section) -> dict[str, list[str]]:
    """The images of each trial of a section, sorted, as far as any table names them."""
    pairs: set[tuple[str, str]] = set()
    for table in (bundle.answers, bundle.ratings, bundle.calls, bundle.checks):
        if table is None or "image" not in table or "trial" not in table:
            continue
        rows = table.loc[(table["section"] == section.name).to_numpy(), ["trial", "image"]].dropna()
        pairs |= set(rows.drop_duplicates().astype(object).itertuples(index=False, name=None))
    found: dict[str, list[str]] = {}
    for trial, image in sorted(pairs):
        found.setdefault(trial, []).append(image)
    return found


def _of_screens(
    asked: Asked, bundle: Bundle, frame: pd.DataFrame, values: npt.ArrayLike, bounds: tuple[float, float]
) -> Quantity:
    """One value a reader's screen; screens mix sources, so only kinds of screen tell cases apart."""
    grid = spread(frame, "trial", values)
    nothing = np.full(len(grid.cases), None, dtype=object)
    kinds = nothing
    if has_values(asked.rows, "screen"):
        pairs = asked.rows[["trial", "screen"]].drop_duplicates("trial")
        of = dict(zip(as_text(pairs, "trial"), as_text(pairs, "screen"), strict=True))
        kinds = np.array([of.get(name) for name in grid.cases], dtype=object)
    images = images_of_trials(bundle, asked.section)
    return Quantity(
        grid=grid,
        source=nothing,
        kind=nothing,
        screen=kinds,
        shown=tuple(JOINT.join(images.get(name, [name])) for name in grid.cases),
        same={},
        bounds=bounds,
    )


def _picked(asked: Asked, bundle: Bundle) -> Quantity | str:
    picks, _sizes = as_picks(asked)
    if "correct" not in picks:
        return "The bundle is masked, so no pick is right or wrong."
    return _of_screens(asked, bundle, picks, picks["correct"], RATE)


def net_quantity(asked: Asked, bundle: Bundle, a: str, b: str) -> Quantity | str:
    """+1 where a source was before another, -1 where it was after it, 0 where neither."""
    if asked.item.kind not in ("prefer", "rank"):
        return _no("net", asked)
    screens = screens_of(asked)
    signs = net_signs(screens, a, b)
    if not np.isfinite(signs).any():
        return f"No screen showed both {a} and {b}."
    return _of_screens(asked, bundle, screens.frame(), signs, DIFFERENCE)
