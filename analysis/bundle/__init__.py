"""A bundle: the folder of answers that a study exports and the analysis reads."""

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pandas as pd

from analysis.bundle.checks import check_tables
from analysis.bundle.csvfile import read_table
from analysis.bundle.study import Study, read_study
from analysis.bundle.tables import TABLES, columns_of


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """The answers of a study, read and checked.

    Attributes
    ----------
    study
        What was asked, from ``study.json``.
    picks, ratings, calls, checks, readers, images
        The tables, indexed by their row in the file; ``None`` where the study has none.
    digests
        SHA-256 of each file that was read.
    """

    study: Study
    picks: pd.DataFrame | None = None
    ratings: pd.DataFrame | None = None
    calls: pd.DataFrame | None = None
    checks: pd.DataFrame | None = None
    readers: pd.DataFrame | None = None
    images: pd.DataFrame | None = None
    digests: dict[str, str]

    @property
    def n_answers(self) -> int:
        """Rows of all tables of answers."""
        tables = (self.picks, self.ratings, self.calls, self.checks)
        return sum(len(table) for table in tables if table is not None)


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
    return Bundle(
        study=study,
        digests={file: _digest(folder / file) for file in ("study.json", *present)},
        **{file.removesuffix(".csv"): table for file, table in tables.items()},
    )


def _digest(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as stream:
        while block := stream.read(2**20):
            digest.update(block)
    return digest.hexdigest()
