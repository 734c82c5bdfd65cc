"""Check answers.csv and marks.csv: rows fit their items, one another, and the tasks' tables."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.arrays import Bools, Floats, Ints
from analysis.bundle.cells import source_of
from analysis.bundle.errors import BundleError, listed, quoted
from analysis.bundle.items import COMPARING, KNOWN_TRUTHS, Item
from analysis.bundle.study import Section, Study

FILE, MARKS = "answers.csv", "marks.csv"
#: What is told apart by one row.
KEY = ("section", "reader", "trial", "image", "item", "option", "repeat_of")
SCREEN = ("reader", "trial", "repeat_of")
#: Rounding in a file; a difference this small is none.
ROUNDING = 1e-6
#: The task of a shorthand item, its table, and the column that holds the same answer.
TASK_TABLES = {
    "pick": ("picks.csv", "picked"),
    "call": ("calls.csv", "call"),
    "rating": ("ratings.csv", "rating"),
    "verdict": ("checks.csv", "verdict"),
}
REMEDY = "export the bundle again, or correct the one that is wrong"


def check_answers(study: Study, tables: Mapping[str, pd.DataFrame]) -> None:
    """Refuse answers that do not suit their item, and points that do not suit the answers."""
    if FILE not in tables:
        return
    table = tables[FILE]
    for section, item, rows in items_of(study, table):
        _check_rows(item, rows)
        if not study.masked:
            _check_truth(section, item, rows, tables.get("images.csv"))
        if item.task and item.name in TASK_TABLES and not study.masked:
            _check_task(study, item, rows, section, tables)
    if MARKS in tables:
        _check_marks(study, table, tables[MARKS])


def items_of(study: Study, table: pd.DataFrame) -> Iterator[tuple[Section, Item, pd.DataFrame]]:
    """Each section's items with their rows; an item that the section does not have is refused."""
    for section in study.sections:
        within = table[(table["section"] == section.name).to_numpy()]
        known = {item.name for item in section.items}
        stray = ~within["item"].isin(known).to_numpy()
        if stray.any():
            row = int(within.index[int(np.argmax(stray))])
            what = f"section {quoted(section.name)} has no item {quoted(within['item'].loc[row])}"
            remedy = f"write one of {listed(sorted(known))}" if known else "list the section's items"
            raise BundleError(FILE, what, remedy, row=row, column="item")
        for item in section.items:
            rows = within[(within["item"] == item.name).to_numpy()]
            if not rows.empty:
                yield section, item, rows


def numbers(column: pd.Series) -> Floats:
    """The numbers in a column of texts, NaN where there is none; each distinct text is read once."""
    values = np.array([_number(text) for text in column.cat.categories] or [np.nan], dtype=np.float64)
    codes = column.cat.codes.to_numpy()
    return np.where(codes < 0, np.nan, values[codes])


def _number(text: str) -> float:
    try:
        found = float(text) if text.isascii() and "_" not in text else np.nan
    except ValueError:
        return np.nan
    return found if np.isfinite(found) else np.nan


def _refuse(rows: pd.DataFrame, bad: Bools, column: str, what: str, remedy: str) -> None:
    """Refuse the first row that is bad; `{}` in the text is its cell."""
    if not bad.any():
        return
    row = int(rows.index[int(np.argmax(bad))])
    shown = what.format(quoted(rows[column].astype(object).loc[row])) if column in rows else what
    raise BundleError(FILE, shown, remedy, row=row, column=column)


def _check_rows(item: Item, rows: pd.DataFrame) -> None:
    missing, empty = rows["missing"].notna().to_numpy(), rows["value"].isna().to_numpy()
    other = rows["other"].notna().to_numpy() if "other" in rows else np.zeros(len(rows), dtype=bool)
    name = quoted(item.name)
    _refuse(rows, missing & (~empty | other), "value", "{} stands beside missing", "keep one of the two")
    what = f"there is no answer to {name}, nor why"
    _refuse(rows, ~missing & empty & ~other, "value", what, "write it, or skip, time or left in missing")
    if item.kind not in ("choice", "choices"):
        _refuse(rows, other, "other", f"{{}} stands beside {name}, which is no choice", "leave it empty")
    if item.of != "section":
        _refuse(rows, rows["trial"].isna().to_numpy(), "trial", f"{name} is asked in a trial", "name it")
    if item.of == "image" or (item.kind in COMPARING):
        unnamed = rows["image"].isna().to_numpy() & ~missing
        _refuse(rows, unnamed, "image", f"{name} is asked of an image", "name the image")
    answered = ~missing & ~empty
    ALLOWED[item.kind](item, rows, answered)
    for column, known in (("correct", item.truth or item.target), ("truth", item.truth)):
        if column in rows and not known:
            told = rows[column].notna().to_numpy()
            _refuse(rows, told, column, f"{name} has no truth", "leave the cell empty")


def _numeric(item: Item, rows: pd.DataFrame, answered: Bools) -> None:
    bad = answered & np.isnan(numbers(rows["value"]))
    _refuse(rows, bad, "value", f"{{}} is no answer to {quoted(item.name)}", "write a number")


def _scale(item: Item, rows: pd.DataFrame, answered: Bools) -> None:
    bad = answered & ~np.isin(numbers(rows["value"]), item.points)
    shown = listed([f"{point:g}" for point in item.points])
    _refuse(rows, bad, "value", f"{{}} is off the scale {shown}", "correct the answer or the points")


def _choice(item: Item, rows: pd.DataFrame, answered: Bools) -> None:
    if not item.options:
        return
    bad = answered & ~rows["value"].isin(item.values).to_numpy()
    what = f"{{}} is no option of {quoted(item.name)}"
    _refuse(rows, bad, "value", what, f"write {listed(item.values)}, or the text in other")


def _choices(item: Item, rows: pd.DataFrame, answered: Bools) -> None:
    _flags(item, rows, answered)
    if "option" not in rows:
        raise BundleError(FILE, f"{quoted(item.name)} has several options", "add the column", column="option")
    bad = answered & ~rows["option"].isin(item.values).to_numpy()
    _refuse(rows, bad, "option", f"{{}} is no option of {quoted(item.name)}", f"write {listed(item.values)}")


def _flags(_item: Item, rows: pd.DataFrame, answered: Bools) -> None:
    bad = answered & ~np.isin(numbers(rows["value"]), (0.0, 1.0))
    _refuse(rows, bad, "value", "{} is not 0 or 1", "write 1 for what was chosen and 0 for the others")


def _one_chosen(item: Item, rows: pd.DataFrame, answered: Bools) -> None:
    """Pick: one image of each screen; prefer: one or none."""
    _flags(item, rows, answered)
    screen, chosen = screens(rows), np.nan_to_num(numbers(rows["value"]))
    total = np.bincount(screen, chosen)[screen]
    what = f"there are {{}} chosen images of one screen for {quoted(item.name)}"
    bad = answered & ((total > 1) | ((total < 1) if item.kind == "pick" else False))
    if bad.any():
        shown = what.format(f"{total[int(np.argmax(bad))]:g}")
        _refuse(rows, bad, "value", shown, "write 1 for the one that was chosen")


def _ranks(item: Item, rows: pd.DataFrame, answered: Bools) -> None:
    """The places of a screen's images are 1, 2 and so on, each once."""
    place, screen = numbers(rows["value"]), screens(rows)
    size = np.bincount(screen, answered.astype(float))[screen]
    wrong = answered & ~((place >= 1) & (place <= size) & (place == np.round(place)))
    _refuse(rows, wrong, "value", "{} is no place among the images of the screen", "count from 1, the best")
    twice = pd.Series(screen * 1000.0 + np.nan_to_num(place)).duplicated().to_numpy() & answered
    _refuse(rows, twice, "value", "two images of one screen have place {}", "give each a place of its own")


def _counted(item: Item, rows: pd.DataFrame, answered: Bools) -> None:
    count = numbers(rows["value"])
    bad = answered & ~((count >= 0) & (count == np.round(count)))
    _refuse(
        rows, bad, "value", f"{{}} is no count of marks of {quoted(item.name)}", "write 0, 1, 2 and so on"
    )


def _anything(_item: Item, _rows: pd.DataFrame, _answered: Bools) -> None:
    return


ALLOWED: dict[str, Callable[[Item, pd.DataFrame, Bools], None]] = {
    "scale": _scale,
    "choice": _choice,
    "choices": _choices,
    "number": _numeric,
    "measure": _numeric,
    "text": _anything,
    "pick": _one_chosen,
    "prefer": _one_chosen,
    "rank": _ranks,
    "mark": _counted,
}


def screens(rows: pd.DataFrame) -> Ints:
    """A number for each reader's screen."""
    combined = np.zeros(len(rows), dtype=np.int64)
    for name in SCREEN:
        if name in rows:
            column = rows[name].cat
            combined = combined * (len(column.categories) + 1) + column.codes.to_numpy() + 1
            combined = pd.factorize(combined)[0].astype(np.int64)
    return combined


def truth_of(
    item: Item, rows: pd.DataFrame, images: pd.DataFrame | None, kinds: Mapping[str, str | None]
) -> npt.NDArray[np.object_] | None:
    """The truth of each row, None where it is not known; None for all where the bundle does not tell it."""
    if item.of == "trial" and "truth" in rows and rows["truth"].notna().any():
        return _plain(rows["truth"])
    if item.truth == "kind":
        return np.array([kinds.get(name) for name in rows["source"].astype(object)], dtype=object)
    if item.truth in KNOWN_TRUTHS:
        if item.truth not in rows:
            return None
        return _plain(rows[item.truth])
    if images is None or item.truth not in images:
        return None
    labels = dict(zip(images["image"].astype(object), _plain(images[item.truth]), strict=True))
    return np.array([labels.get(name) for name in rows["image"].astype(object)], dtype=object)


def _plain(column: pd.Series) -> npt.NDArray[np.object_]:
    values = column.astype(object)
    return values.where(values.notna(), None).to_numpy(dtype=object)


def _check_truth(section: Section, item: Item, rows: pd.DataFrame, images: pd.DataFrame | None) -> None:
    """`correct` says what comparing the answer with the truth says."""
    if "correct" not in rows or item.kind not in ("choice", "number", "measure", "scale"):
        return
    if not item.truth or item.truth == "kind" or item.task:
        return
    truth = truth_of(item, rows, images, {})
    if truth is None:
        return
    told, known = rows["correct"].to_numpy(), np.array([value is not None for value in truth], dtype=bool)
    looked = np.isfinite(told) & known
    if item.kind == "choice":
        right = (_plain(rows["value"]) == truth).astype(bool)
    else:
        true = np.array([_number(str(value)) for value in truth])
        away = np.abs(numbers(rows["value"]) - true) - item.within
        # an answer at the very edge may have been rounded over it
        looked &= np.isfinite(away) & (np.abs(away) > ROUNDING * np.maximum(1.0, np.abs(true)))
        looked |= np.isfinite(told) & (away <= 0) & (item.within == 0)
        right = away <= 0
    bad = looked & (right != (told == 1))
    if bad.any():
        at = int(np.argmax(bad))
        what = f"{told[at]:g} contradicts the truth {quoted(truth[at])} of {quoted(item.name)}"
        where = "the truth beside it" if item.of == "trial" else f"{item.truth} in images.csv"
        remedy = f"correct it, the answer, or {where}"
        _refuse(rows, bad, "correct", f"{what} in section {quoted(section.name)}", remedy)


def _check_task(
    study: Study, item: Item, rows: pd.DataFrame, section: Section, tables: Mapping[str, pd.DataFrame]
) -> None:
    """An answer that is in a task's own table too is the same there."""
    file, column = TASK_TABLES[item.name]
    if file not in tables:
        return
    answered = rows[rows["missing"].isna().to_numpy()]
    if item.kind == "pick":
        answered = answered[numbers(answered["value"]) == 1]
    own = tables[file]
    own = own[(own["section"] == section.name).to_numpy()]
    known = _by_key(own, item, _said(own, column, study))
    for row, key, said in _keyed(
        answered, item, _said(answered, "source" if item.kind == "pick" else "value", study)
    ):
        there = known.get(key)
        if there is None or said not in there:
            shown = quoted(next(iter(there))) if there else "no answer"
            what = f"{quoted(said)} is {shown} in {file}"
            raise BundleError(FILE, what, REMEDY, row=row, column="value")


def _said(rows: pd.DataFrame, column: str, study: Study) -> Sequence[str]:
    values = rows[column].astype(object)
    if column == "picked":
        return [source_of(str(value), study.source_names) for value in values]
    return [
        f"{float(value):g}" if _number(str(value)) == _number(str(value)) else str(value) for value in values
    ]


def _keyed(
    rows: pd.DataFrame, item: Item, said: Sequence[str]
) -> Iterator[tuple[int, tuple[object, ...], str]]:
    names = ("reader", "trial") if item.kind == "pick" else ("reader", "image")
    columns = [_plain(rows[name]) if name in rows else [None] * len(rows) for name in names]
    for row, key, value in zip(rows.index, zip(*columns, strict=True), said, strict=True):
        yield int(row), key, value


def _by_key(rows: pd.DataFrame, item: Item, said: Sequence[str]) -> dict[tuple[object, ...], set[str]]:
    """What was said of each; a repeat of an image may have another answer."""
    found: dict[tuple[object, ...], set[str]] = {}
    for _row, key, value in _keyed(rows, item, said):
        found.setdefault(key, set()).add(value)
    return found


def _check_marks(study: Study, answers: pd.DataFrame, marks: pd.DataFrame) -> None:
    """Points belong to an item that has points; of a mark there are as many as its count."""
    pointed = {
        (section.name, item.name): item
        for section in study.sections
        for item in section.items
        if item.kind in ("mark", "measure")
    }
    pairs = list(zip(_plain(marks["section"]), _plain(marks["item"]), strict=True))
    stray = np.array([pair not in pointed for pair in pairs], dtype=bool)
    if stray.any():
        row = int(marks.index[int(np.argmax(stray))])
        what = (
            f"{quoted(marks['item'].loc[row])} has no points in section {quoted(marks['section'].loc[row])}"
        )
        raise BundleError(MARKS, what, "write an item of kind mark or measure", row=row, column="item")
    names = ["section", "reader", "trial", "image", "item"]
    drawn: dict[tuple[object, ...], int] = {}
    for key in zip(*(_plain(marks[name]) for name in names), strict=True):
        drawn[key] = drawn.get(key, 0) + 1
    counted = {name for (_section, name), item in pointed.items() if item.kind == "mark"}
    rows = answers[answers["item"].isin(counted).to_numpy() & answers["missing"].isna().to_numpy()]
    keys = zip(*(_plain(rows[name]) for name in names), strict=True)
    for row, key, count in zip(rows.index, keys, numbers(rows["value"]), strict=True):
        if drawn.pop(key, 0) != count:
            what = f"{count:g} marks are counted and others are in {MARKS}"
            raise BundleError(FILE, what, REMEDY, row=int(row), column="value")
