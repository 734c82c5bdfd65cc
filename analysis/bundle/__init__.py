"""A bundle: the folder of answers that a study exports and the analysis reads."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.bundle.checks import check_tables, codes, set_aside
from analysis.bundle.columns import ANSWER_TABLES, TABLES, columns_of
from analysis.bundle.csvfile import read_table
from analysis.bundle.grid import without_sections
from analysis.bundle.item_checks import MARKS
from analysis.bundle.study import Study, read_study


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """The answers of a study, read and checked.

    Attributes
    ----------
    study
        What was asked, from ``study.json``.
    picks, ratings, calls, checks, answers, marks, readers, images
        The tables, indexed by their row in the file; ``None`` where the study has none.
    set_aside
        The sections of which nothing can be computed, with why; their answers are in no table.
    digests
        SHA-256 of each file that was read.
    """

    study: Study
    picks: pd.DataFrame | None = None
    ratings: pd.DataFrame | None = None
    calls: pd.DataFrame | None = None
    checks: pd.DataFrame | None = None
    answers: pd.DataFrame | None = None
    marks: pd.DataFrame | None = None
    readers: pd.DataFrame | None = None
    images: pd.DataFrame | None = None
    set_aside: Mapping[str, str] = field(default_factory=dict)
    digests: dict[str, str]

    @property
    def n_answers(self) -> int:
        """Answers of all tables; a question with a row an image or option is one answer."""
        tables = (self.picks, self.ratings, self.calls, self.checks)
        return sum(len(table) for table in tables if table is not None) + self._n_items_answered

    @property
    def _n_items_answered(self) -> int:
        if self.answers is None:
            return 0
        tasks = {item.name for section in self.study.sections for item in section.items if item.task}
        own = self.answers["missing"].isna() & ~self.answers["item"].isin(tasks)
        comparing = {item.name for section in self.study.sections for item in section.items if item.compares}
        rows = self.answers[own.to_numpy()]
        each = rows["item"].isin(comparing).to_numpy()
        key = [name for name in ("section", "reader", "trial", "item") if name in rows]
        of_screens = len(np.unique(codes(rows[each], key)))
        return of_screens + len(np.unique(codes(rows[~each], [*key, "image"])))


def read_bundle(folder: str | Path) -> Bundle:
    """Read a bundle and check every value in it.

    Parameters
    ----------
    folder
        The folder with ``study.json`` and the tables.

    Returns
    -------
    Bundle
        The study and its tables.

    Raises
    ------
    BundleError
        For the first thing that is not allowed, with file, row, column, what is allowed and the remedy.
    """
    folder = Path(folder)
    study = read_study(folder)
    # a link that leads nowhere is there too, and cannot be read
    present = [file for file in TABLES if os.path.lexists(folder / file)]
    tables = {file: read_table(folder / file, columns_of(file, study)) for file in present}
    check_tables(study, tables)
    aside = set_aside(study, tables)
    answered = [file for file in (*ANSWER_TABLES, MARKS) if aside and file in tables]
    kept = {file: without_sections(tables[file], aside) for file in answered}
    return Bundle(
        study=study,
        set_aside=aside,
        digests={file: _digest(folder / file) for file in ("study.json", *present)},
        **{file.removesuffix(".csv"): table for file, table in (tables | kept).items() if table is not None},
    )


def _digest(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as stream:
        while block := stream.read(2**20):
            digest.update(block)
    return digest.hexdigest()
