"""Readers that are programs: own rows beside people, paired differences, and whether errors coincide."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.agreement.cohen import cohen_kappa
from analysis.arrays import Floats
from analysis.bundle import Bundle
from analysis.bundle.grid import as_text, primary, rows_of, spread, tidy
from analysis.bundle.study import Section
from analysis.crossed import crossed_mean
from analysis.document.programs import Overlap, ProgramRow
from analysis.errors import AnalysisError
from analysis.ranks.multiplicity import adjusted
from analysis.sections.items.asked import asked
from analysis.sections.items.quantities import Quantity, quantity

ANSWERS = ("picks", "ratings", "calls", "checks", "answers", "marks")
ALL = "all"
RATES = ("accuracy", "share")
OF_KIND = {"scale": "mean", "number": "mean", "measure": "mean", "mark": "count"}


def programs_of(bundle: Bundle) -> frozenset[str]:
    """The readers that readers.csv calls programs."""
    readers = bundle.readers
    if readers is None or "program" not in readers:
        return frozenset()
    return frozenset(as_text(readers[readers["program"].to_numpy() == 1], "reader"))


def people_of(bundle: Bundle) -> Bundle:
    """The bundle without the answers of programs; as it is where nobody else read."""
    programs = programs_of(bundle)
    if not programs or not _has_people(bundle, programs):
        return bundle
    tables: dict[str, Any] = {name: _without(getattr(bundle, name), programs) for name in ANSWERS}
    return replace(bundle, **tables)


def _has_people(bundle: Bundle, programs: frozenset[str]) -> bool:
    tables = [getattr(bundle, name) for name in ANSWERS]
    return any(table is not None and not set(table["reader"].cat.categories) <= programs for table in tables)


def _without(table: pd.DataFrame | None, readers: frozenset[str]) -> pd.DataFrame | None:
    """A table without some readers; none where nothing is left."""
    if table is None:
        return None
    rows = table[~table["reader"].isin(readers).to_numpy()]
    return None if rows.empty else tidy(rows)


@dataclass(frozen=True, kw_only=True)
class _Measured:
    """A readers x cases table of programs and people together, to be taken apart."""

    asked: str
    what: str
    readers: tuple[str, ...]
    table: Floats
    source: npt.NDArray[np.object_]


def programs_beside_people(bundle: Bundle, section: Section) -> tuple[ProgramRow, ...]:
    """Each quantity of a section for each program; nothing where no program or nobody else read it."""
    programs = programs_of(bundle)
    if not programs or not _has_people(bundle, programs):
        return ()
    rows = [row for found in _measured(bundle, section) for row in _rows(found, programs, bundle.study.level)]
    held = adjusted([row.difference.p if row.difference else None for row in rows])
    return tuple(row.with_(p_holm=p) for row, p in zip(rows, held, strict=True))


def _measured(bundle: Bundle, section: Section) -> Iterator[_Measured]:
    if not bundle.study.masked:
        yield from _of_tasks(bundle, section)
    for item in section.own_items:
        one = asked(bundle, section, item)
        what = {"scale": "mean", "number": "mean", "measure": "mean", "mark": "count"}.get(
            item.kind, "accuracy"
        )
        if one is None or one.rows.empty:
            continue
        wanted = [what]
        if item.truth and item.kind in ("scale", "number", "measure"):
            wanted.append("accuracy")
        for each in wanted:
            found = quantity(one, bundle, each)
            if isinstance(found, Quantity):
                yield _Measured(
                    asked=item.title,
                    what=each,
                    readers=found.grid.readers,
                    table=found.grid.values,
                    source=found.source,
                )


def _of_tasks(bundle: Bundle, section: Section) -> Iterator[_Measured]:
    """The four tasks from their own tables."""
    study = bundle.study
    for table, case, what, words in (
        (bundle.picks, "trial", "accuracy", "finding the real image"),
        (bundle.calls, "image", "accuracy", "real or synthetic"),
        (bundle.ratings, "image", "mean", "rating"),
        (bundle.checks, "image", "share", "label called discrepant"),
    ):
        rows = rows_of(table, section.name)
        main = primary(rows) if rows is not None else None
        if main is None or main.empty:
            continue
        if "picked" in main:
            values = main["correct"].to_numpy(dtype=float)
        elif "call" in main:
            made = main["source"].isin(study.synthetic_sources).to_numpy()
            values = (made == (main["call"] == "synthetic").to_numpy()).astype(float)
        elif "rating" in main:
            values = main["rating"].to_numpy(dtype=float)
        else:
            values = (main["verdict"] == "discrepant").to_numpy().astype(float)
        grid = spread(main, case, values)
        yield _Measured(
            asked=words,
            what=what,
            readers=grid.readers,
            table=grid.values,
            source=_source_of(main, case),
        )


def _source_of(rows: pd.DataFrame, case: str) -> npt.NDArray[np.object_]:
    names = rows[case].cat.categories
    if case == "trial" or "source" not in rows:
        return np.full(len(names), None, dtype=object)
    pairs = rows[[case, "source"]].drop_duplicates(case)
    of = dict(zip(as_text(pairs, case), as_text(pairs, "source"), strict=True))
    return np.array([of.get(name) for name in names], dtype=object)


def _rows(found: _Measured, programs: frozenset[str], level: float) -> Iterator[ProgramRow]:
    """All cases, then each source alone where a mean of all sources would mix what differs."""
    is_program = np.array([name in programs for name in found.readers], dtype=bool)
    people = found.table[~is_program]
    groups = [(ALL, np.ones(found.table.shape[1], dtype=bool))]
    present = list(dict.fromkeys(name for name in found.source if name is not None))
    groups += [(str(name), found.source == name) for name in present if len(present) > 1]
    for name, own in zip(
        np.array(found.readers, dtype=object)[is_program], found.table[is_program], strict=True
    ):
        for source, of in groups:
            read = of & np.isfinite(own)
            if read.any():
                yield _row(found, name, source, own[read], people[:, read], level)


def _row(
    found: _Measured, program: str, source: str, own: Floats, people: Floats, level: float
) -> ProgramRow:
    bounds = (0.0, 1.0) if found.what in RATES else None
    alone = crossed_mean(own[None, :], level=level, bounds=bounds)
    seen = np.isfinite(people)
    difference = None
    if seen.any():
        try:
            difference = crossed_mean(own - people, null=0.0, level=level)
        except AnalysisError:
            difference = None
    return ProgramRow(
        program=program,
        asked=found.asked,
        what=found.what,
        source=source,
        n=len(own),
        estimate=float(own.mean()),
        low=alone.low,
        high=alone.high,
        people=float(people[seen].mean()) if seen.any() else None,
        difference=difference,
        overlap=_overlap(own, people) if found.what == "accuracy" and seen.any() else None,
    )


def _overlap(own: Floats, people: Floats) -> Overlap:
    """Where a majority of people is right or wrong; a tie is left out."""
    answered = np.isfinite(people).any(axis=0)
    share = np.nanmean(people[:, answered], axis=0)
    right, decided = own[answered] == 1, share != 0.5
    majority = share > 0.5
    counts = {
        "both_wrong": ~right & ~majority,
        "only_program_wrong": ~right & majority,
        "only_people_wrong": right & ~majority,
        "both_right": right & majority,
    }
    readers = range(len(people))
    pairs = [(people[a], people[b]) for a in readers for b in readers if a < b]
    return Overlap(
        **{name: int((cases & decided).sum()) for name, cases in counts.items()},
        kappa=_mean_kappa([(own, person) for person in people]),
        people_kappa=_mean_kappa(pairs),
    )


def _mean_kappa(pairs: list[tuple[Floats, Floats]]) -> float | None:
    """The mean of Cohen's kappa over pairs; of readers who were always right, or wrong, there is none."""
    found = []
    for a, b in pairs:
        both = np.isfinite(a) & np.isfinite(b)
        if both.sum() > 1:
            kappa = cohen_kappa(a[both], b[both], categories=[0, 1]).estimate
            if kappa is not None:
                found.append(kappa)
    return float(np.mean(found)) if found else None
