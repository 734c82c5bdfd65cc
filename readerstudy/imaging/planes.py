"""How slices lie in a patient, and how they are turned to be shown alike in every image of a study.

Directions are unit vectors in DICOM's coordinates: x to the patient's left, y to the back, z to the head.
Axial slices are shown with the patient's left on the right and the back below, from head to feet; coronal
ones from front to back and sagittal ones from right to left, both with the head above.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: For slices that lie across x, y or z: the axis and sign of columns, of rows and of frames.
_SHOWN = {
    0: ((1, 1), (2, -1), (0, 1)),
    1: ((0, 1), (2, -1), (1, 1)),
    2: ((0, 1), (1, 1), (2, -1)),
}


@dataclass(frozen=True)
class Turn:
    """What is done to each slice (transpose first, then mirror), and whether their order is reversed."""

    transposed: bool = False
    rows_mirrored: bool = False
    columns_mirrored: bool = False
    reversed: bool = False

    def apply(self, levels: NDArray[Any]) -> NDArray[Any]:
        if self.transposed:
            levels = levels.swapaxes(0, 1)
        levels = levels[:: -1 if self.rows_mirrored else 1, :: -1 if self.columns_mirrored else 1]
        return np.ascontiguousarray(levels)


Direction = Sequence[float] | NDArray[Any]


def turn_of(columns: Direction, rows: Direction, frames: Direction) -> Turn:
    """The turn for slices whose columns, rows and frames count up in these directions."""
    across = _axis(np.cross(columns, rows))
    transposed = _axis(columns) == _SHOWN[across][1][0]
    if transposed:
        columns, rows = rows, columns
    wanted_columns, wanted_rows, wanted_frames = _SHOWN[across]
    return Turn(
        transposed=transposed,
        rows_mirrored=rows[wanted_rows[0]] * wanted_rows[1] < 0,
        columns_mirrored=columns[wanted_columns[0]] * wanted_columns[1] < 0,
        reversed=frames[across] * wanted_frames[1] < 0,
    )


def _axis(direction: Direction) -> int:
    return int(np.abs(np.asarray(direction, dtype=float)).argmax())
