"""Check that rows and tables of a bundle are consistent."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.arrays import Bools, Ints
from analysis.bundle.cells import source_of
from analysis.bundle.columns import ANSWER_TABLES
from analysis.bundle.errors import BundleError, quoted
from analysis.bundle.item_checks import KEY, check_answers
from analysis.bundle.study import Section, Study

Tables = Mapping[str, pd.DataFrame]
#: What a section has two of, at least; an image where nothing is said.
UNITS = {"pick_real": "trial", "ask": "trial"}
_TABLE_OF = {
    "pick_real": "picks.csv",
    "call": "calls.csv",
    "check_label": "checks.csv",
    "rate": "ratings.csv",
    "ask": "answers.csv",
}
ONE_ANSWER = {
    "picks.csv": ("section", "reader", "trial", "repeat_of"),
    "ratings.csv": ("section", "reader", "trial", "image", "repeat_of"),
    "calls.csv": ("section", "reader", "trial", "image", "repeat_of"),
    "checks.csv": ("section", "reader", "trial", "image", "label", "repeat_of"),
    "answers.csv": KEY,
}


def check_tables(study: Study, tables: Tables) -> None:
    """Refuse tables that contradict themselves or one another."""
    answers = {file: tables[file] for file in ANSWER_TABLES if file in tables}
    for file, table in answers.items():
        _refuse_duplicates(file, table, [name for name in ONE_ANSWER[file] if name in table])
    for file, key in (("readers.csv", "reader"), ("images.csv", "image")):
        if file in tables:
            _refuse_duplicates(file, tables[file], [key])
    if "picks.csv" in answers:
        _check_picks(study, answers["picks.csv"])
    if "ratings.csv" in answers and not study.masked:
        _check_rated_trials(study, answers["ratings.csv"])
    check_answers(study, tables)
    _check_sources_of_images(tables)
    _check_readers(tables, answers)


def codes(table: pd.DataFrame, names: Sequence[str]) -> Ints:
    """One number for each distinct combination of names in the rows of a table."""
    combined = np.zeros(len(table), dtype=np.int64)
    for name in names:
        column = table[name].cat
        # a mixed radix number; made dense again before it can outgrow 64 bits
        combined = combined * (len(column.categories) + 1) + column.codes.to_numpy() + 1
        combined = pd.factorize(combined)[0].astype(np.int64)
    return combined


def _cell(table: pd.DataFrame, row: int, column: str) -> str:
    value = table[column].astype(object).loc[row]
    return f"{value:g}" if isinstance(value, float) else str(value)


def _first(table: pd.DataFrame, bad: Bools) -> int:
    return int(table.index[int(np.argmax(bad))])


def _refuse_duplicates(file: str, table: pd.DataFrame, key: Sequence[str]) -> None:
    duplicate = pd.Series(codes(table, key)).duplicated().to_numpy()
    if not duplicate.any():
        return
    row = _first(table, duplicate)
    named = [name for name in key if table[name].notna().loc[row]]
    where = ", ".join(f"{name} {quoted(_cell(table, row, name))}" for name in named)
    remedy = "keep one answer"
    if file in ANSWER_TABLES:
        remedy += ", or name the first trial in repeat_of where it was a hidden repeat"
    raise BundleError(
        file, f"there is a second row for {where}", remedy, row=row, column=key[-1 if len(key) == 1 else 2]
    )


def _check_picks(study: Study, table: pd.DataFrame) -> None:
    file = "picks.csv"
    sizes = {section.name: section.alternatives or 0 for section in study.sections}
    for slot in ("slot_picked", "slot_real"):
        if slot in table:
            limit = table["section"].astype(object).map(sizes).to_numpy(dtype=float)
            values = table[slot].to_numpy()
            # slots are counted from 0 or from 1, so both ends are open by one
            if (bad := values > limit).any():
                row = _first(table, bad)
                what = f"slot {_cell(table, row, slot)} is beyond the {limit[np.argmax(bad)]:g} alternatives"
                raise BundleError(
                    file, what, "correct the slot, or alternatives in study.json", row=row, column=slot
                )
    _refuse_two_countings(table, sizes)
    if study.masked:
        return
    labels = table["picked"].cat.categories
    real = np.array([source_of(label, study.source_names) in study.real_sources for label in labels])
    is_real = real[table["picked"].cat.codes.to_numpy()]
    if (bad := is_real != (table["correct"].to_numpy() == 1)).any():
        row = _first(table, bad)
        kind = "real" if is_real[np.argmax(bad)] else "synthetic"
        picked = quoted(_cell(table, row, "picked"))
        what = f"{_cell(table, row, 'correct')} contradicts the pick of {picked}, which is {kind}"
        raise BundleError(
            file, what, "write 1 for the real image and 0 for any other", row=row, column="correct"
        )
    _refuse_slots_that_contradict(table, is_real)
    _refuse_two_real(file, table[is_real], "picked")


def _refuse_slots_that_contradict(table: pd.DataFrame, is_real: Bools) -> None:
    """The real image was picked where, and only where, the picked slot is the real one's."""
    if "slot_picked" not in table or "slot_real" not in table:
        return
    picked, real = table["slot_picked"].to_numpy(dtype=float), table["slot_real"].to_numpy(dtype=float)
    bad = np.isfinite(picked) & np.isfinite(real) & ((picked == real) != is_real)
    if bad.any():
        row = _first(table, bad)
        kind = "real" if is_real[np.argmax(bad)] else "synthetic"
        what = (
            f"slot {_cell(table, row, 'slot_picked')} contradicts the pick of "
            f"{quoted(_cell(table, row, 'picked'))}, which is {kind}: the real image was in slot "
            f"{_cell(table, row, 'slot_real')}"
        )
        raise BundleError("picks.csv", what, "correct the slot or the pick", row=row, column="slot_picked")


def _refuse_two_countings(table: pd.DataFrame, sizes: Mapping[str, int]) -> None:
    """Slots are counted from 0 or from 1, but not both within a section."""
    slots = [name for name in ("slot_picked", "slot_real") if name in table]
    for section, rows in table.groupby("section", observed=True):
        if not slots or not (rows[slots] == 0).to_numpy().any():
            continue
        for slot in slots:
            if (bad := rows[slot].to_numpy() == sizes[str(section)]).any():
                row = _first(rows, bad)
                what = f"slot {_cell(rows, row, slot)}, where other rows of the section count from slot 0"
                remedy = f"count from 0 to {sizes[str(section)] - 1}, or from 1 throughout"
                raise BundleError("picks.csv", what, remedy, row=row, column=slot)


def _check_rated_trials(study: Study, table: pd.DataFrame) -> None:
    picking = {section.name for section in study.sections if section.task == "pick_real"}
    real = table["source"].isin(study.real_sources).to_numpy()
    within = table["section"].isin(picking).to_numpy()
    _refuse_two_real("ratings.csv", table[real & within], "image")


def _refuse_two_real(file: str, table: pd.DataFrame, column: str) -> None:
    """Within one trial of pick_real, all real answers must be the same alternative."""
    if table.empty:
        return
    trial = codes(table, ["section", "trial"])
    alternative = codes(table, [column])
    first = pd.Series(alternative).groupby(trial).transform("first").to_numpy()
    if (bad := alternative != first).any():
        row = _first(table, bad)
        before = quoted(table[column].iloc[int(np.argmax(trial == trial[np.argmax(bad)]))])
        pair = f"{before} and {quoted(_cell(table, row, column))}"
        what = f"trial {quoted(_cell(table, row, 'trial'))} has two real alternatives, {pair}"
        raise BundleError(file, what, "keep one real image in a trial of pick_real", row=row, column=column)


def _check_sources_of_images(tables: Tables) -> None:
    """An image has one source, in every table; where there is images.csv, every image is in it."""
    source: dict[str, str] = {}
    listed = "images.csv" in tables
    for file in ("images.csv", "ratings.csv", "calls.csv", "checks.csv", "answers.csv", "marks.csv"):
        if file not in tables or "source" not in tables[file]:
            continue
        table = tables[file]
        for row, image, name in _distinct(table, ("image", "source")):
            if listed and image not in source and file != "images.csv":
                what = f"{quoted(image)} is not in images.csv"
                raise BundleError(
                    file, what, "add the image there, or correct its name", row=row, column="image"
                )
            if source.setdefault(image, name) != name:
                what = f"{quoted(image)} is of {quoted(name)} here and of {quoted(source[image])} elsewhere"
                raise BundleError(file, what, "give each image one source", row=row, column="source")


def _distinct(table: pd.DataFrame, names: Sequence[str]) -> Iterable[tuple[int, str, str]]:
    pairs = table[list(names)].dropna().drop_duplicates()
    return zip(
        (int(row) for row in pairs.index), *(pairs[name].astype(object) for name in names), strict=True
    )


def _check_readers(tables: Tables, answers: Tables) -> None:
    if "readers.csv" not in tables:
        return
    known = set(tables["readers.csv"]["reader"].cat.categories)
    seen: set[str] = set()
    for file, table in answers.items():
        readers = table["reader"].cat.categories
        seen.update(readers)
        for name in readers:
            if name not in known:
                row = _first(table, (table["reader"] == name).to_numpy())
                what = f"{quoted(name)} is not in readers.csv"
                raise BundleError(
                    file, what, "add the reader there, or correct the name", row=row, column="reader"
                )
    table = tables["readers.csv"]
    without = ~table["reader"].isin(seen).to_numpy()
    if without.any():
        row = _first(table, without)
        what = f"{quoted(_cell(table, row, 'reader'))} has no answer in any table"
        raise BundleError("readers.csv", what, "remove the row, or add the answers", row=row, column="reader")


def set_aside(study: Study, tables: Tables) -> dict[str, str]:
    """Find the sections of which nothing can be computed, each with why; refuse a bundle of such alone.

    A study that ended early may have sections that nobody read, or one reader alone.
    """
    if not any(file in tables for file in ANSWER_TABLES):
        raise BundleError(
            "study.json", "no table of answers lies beside it", "add " + " or ".join(ANSWER_TABLES)
        )
    refusals = {}
    for index, section in enumerate(study.sections):
        file = _TABLE_OF[section.task]
        table = tables.get(file)
        rows = table[(table["section"] == section.name).to_numpy()] if table is not None else None
        if rows is None or rows.empty:
            what = f"section {quoted(section.name)} has no answers in {file}"
            column = f"sections[{index}].name"
            remedy = "add them, or leave out the section"
            refusals[section.name] = BundleError("study.json", what, remedy, column=column)
        elif alone := _alone(section, file, rows):
            refusals[section.name] = alone
    if study.sections and len(refusals) == len(study.sections):
        raise next(iter(refusals.values()))
    return {name: f"{refusal.what[0].upper()}{refusal.what[1:]}." for name, refusal in refusals.items()}


def _alone(section: Section, file: str, rows: pd.DataFrame) -> BundleError | None:
    """What is wrong with the answers of one reader, or to one trial."""
    unit = UNITS.get(section.task, "image")
    if section.task == "ask" and all(item.of == "section" for item in section.items):
        unit = "reader"
    for column in ("reader", unit):
        if rows[column].nunique() < 2:
            only = rows[column].iloc[0]
            what = f"{quoted(only)} is the only {column} of section {quoted(section.name)}"
            remedy = f"add the answers of a second {column}: one alone says nothing about others"
            return BundleError(file, what, remedy, row=int(rows.index[0]), column=column)
    return None
