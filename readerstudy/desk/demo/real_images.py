"""Somebody's own radiographs in place of phantoms: as many as the study needs, evenly from every folder."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

import numpy as np

from readerstudy.errors import ReaderstudyError
from readerstudy.imaging.manifest import Manifest, Row
from readerstudy.imaging.naming import Naming

#: Folders by Kellgren-Lawrence grade, names such as 9001003L.png.
KNEES = "{grade}/{patient:7}{side:1}.png"
CHOICE_SEED = 2026
RESERVE = 1.1  # a few files may be unreadable or the same picture twice


class TooFewImages(ReaderstudyError, code="too_few_images"):
    """The folder holds too few images whose names follow the pattern."""


@dataclass(frozen=True, kw_only=True)
class RealImages:
    """A folder and how patient and labels stand in the names below it."""

    folder: Path
    naming: Naming

    def chosen(self, count: int) -> tuple[list[Path], Manifest]:
        """The same files each time, one of each patient."""
        rows = self._one_of_each_patient()
        if len(rows) < count:
            raise TooFewImages(
                f"{self.folder} holds {len(rows)} patients in files named {self.naming.pattern}; the "
                f"study needs {count}. Give the pattern of its names with --names, or another folder."
            )
        folders = defaultdict(list)
        for row in rows:
            folders[Path(row.file).parent.name].append(row)
        in_turn = zip_longest(*(folders[name] for name in sorted(folders)))
        taken = [row for row in chain.from_iterable(in_turn) if row][: int(count * RESERVE) + 1]
        return [self.folder / row.file for row in taken], Manifest(taken)

    def _one_of_each_patient(self) -> list[Row]:
        files = sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*.*"))
        np.random.default_rng(CHOICE_SEED).shuffle(files)
        named = (row for file in files if (row := self.naming.row_of(file)))
        by_patient: dict[str, Row] = {}
        for row in named:
            by_patient.setdefault(row.patient or row.file, row)
        return list(by_patient.values())
