"""The same cases through several generators: each generator's images are matched case by case."""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.bundle.grid import Grid, as_text, has_values
from analysis.document.call import MatchedTests, McNemarPair, ReaderMatchedTests, SameCases
from analysis.document.common import NotComputed
from analysis.ranks.multiplicity import adjusted
from analysis.ranks.paired_tables import mcnemar
from analysis.ranks.several import cochran_q

NOT_MATCHED = "No two cases have one image of every generator, so nothing is paired."
MAJORITY = "more than half of the readers who answered called the image synthetic"


def case_of_images(images: pd.DataFrame | None) -> dict[str, str]:
    """The case that each image shows, where images.csv says so."""
    if images is None or not has_values(images, "case"):
        return {}
    known = images[images["case"].notna().to_numpy()]
    return dict(zip(as_text(known, "image"), as_text(known, "case"), strict=True))


def columns_by_case(grid: Grid, source: Any, name: str, case_of: Mapping[str, str]) -> dict[str, int]:
    """For each case the column of its image from one source; a case with two of them is left out."""
    columns: dict[str, list[int]] = {}
    for column in np.flatnonzero(source == name).tolist():
        case = case_of.get(grid.cases[column])
        if case is not None:
            columns.setdefault(case, []).append(column)
    return {case: found[0] for case, found in columns.items() if len(found) == 1}


def matched(
    grid: Grid, source: Any, a: str, b: str, case_of: Mapping[str, str]
) -> tuple[Floats, Floats] | None:
    """The tables of two sources with their columns in the order of the cases; None unless all are matched."""
    one, other = (columns_by_case(grid, source, name, case_of) for name in (a, b))
    sizes = {int((source == a).sum()), int((source == b).sum()), len(one)}
    if one.keys() != other.keys() or len(sizes) > 1 or not one:
        return None
    return grid.values[:, list(one.values())], grid.values[:, [other[case] for case in one]]


def same_cases(
    grid: Grid, source: Any, generators: list[str], case_of: Mapping[str, str]
) -> SameCases | NotComputed | None:
    """Cochran's Q over generators and exact McNemar tests of pairs, by reader and on the readers' majority.

    Both take the readers as they are: case by case, they ask whether these readers detect one generator
    more often than another. None where images.csv names no cases, or the section has one generator.
    """
    if not case_of or len(generators) < 2:
        return None
    columns = [columns_by_case(grid, source, name, case_of) for name in generators]
    cases = [case for case in columns[0] if all(case in found for found in columns)]
    if len(cases) < 2:
        return NotComputed(reason=NOT_MATCHED)
    # readers x cases x generators
    detected = np.stack([grid.values[:, [found[case] for case in cases]] for found in columns], axis=-1)
    return SameCases(
        n_cases=len(cases),
        generators=tuple(generators),
        rule=MAJORITY,
        majority=_tests(_majority(detected), generators),
        by_reader=tuple(
            ReaderMatchedTests.extending(_tests(table, generators), reader=reader)
            for reader, table in zip(grid.readers, detected, strict=True)
            if np.isfinite(table).all(axis=1).any()
        ),
    )


def _majority(detected: Floats) -> Floats:
    answered = np.isfinite(detected).sum(axis=0)
    share = np.divide(
        np.nansum(detected, axis=0), answered, out=np.full(answered.shape, np.nan), where=answered > 0
    )
    return np.where(np.isnan(share), np.nan, share > 0.5)


def _tests(table: Floats, generators: list[str]) -> MatchedTests:
    """Q over the cases with every generator answered, and each pair, Holm over the pairs."""
    rows = []
    for i, j in combinations(range(len(generators)), 2):
        seen = np.isfinite(table[:, [i, j]]).all(axis=1)
        first, second = table[seen, i] == 1, table[seen, j] == 1
        only_a, only_b = int((first & ~second).sum()), int((~first & second).sum())
        names = {"a": generators[i], "b": generators[j], "only_a": only_a, "only_b": only_b}
        rows.append(McNemarPair.extending(mcnemar(only_a, only_b), **names, n_cases=int(seen.sum())))
    held = adjusted([row.p for row in rows])
    pairs = tuple(row.with_(p_holm=p_holm) for row, p_holm in zip(rows, held, strict=True))
    return MatchedTests(cochran_q=cochran_q(table), mcnemar=pairs)
