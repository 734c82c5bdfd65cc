"""What a run tells of itself: log.csv, TensorBoard, and pictures of samples."""

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generation.files import write_whole

COLUMNS = (
    "step",
    "images_seen",
    "train_loss",
    "validation_loss",
    "learning_rate",
    "images_per_second",
    "spectrum_distance",
    "nearest_ratio",
    "fd",
    "kid",
    "coverage",
    "copies",
    "copies_p",
)


class Journal:
    """Appends rows to log.csv and to TensorBoard; resuming cuts rows from after the saved state."""

    def __init__(self, folder: Path, *, from_step: int) -> None:
        from torch.utils.tensorboard import SummaryWriter

        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.path = folder, folder / "log.csv"
        kept = [row for row in self.rows() if int(row["step"]) <= from_step]
        table = io.StringIO(newline="")
        writer = csv.DictWriter(table, COLUMNS, restval="nan")  # a log begun before a column was there
        writer.writeheader()
        writer.writerows(kept)
        write_whole(self.path, table.getvalue())
        self.board = SummaryWriter(
            str(folder / "tensorboard"), purge_step=from_step + 1 if from_step else None
        )

    def rows(self) -> list[dict[str, str]]:
        """Whole ones: a full disk or a kill may leave half a row at the end."""
        if not self.path.exists():
            return []
        with self.path.open(newline="", encoding="utf-8") as file:
            return [row for row in csv.DictReader(file) if all(row.values())]

    def note(self, step: int, **values: float) -> None:
        with self.path.open("a", newline="", encoding="utf-8") as file:
            row: dict[str, Any] = {"step": step, **{name: f"{value:.6g}" for name, value in values.items()}}
            csv.DictWriter(file, COLUMNS, restval="nan").writerow(row)
        for name, value in values.items():
            self.board.add_scalar(name, value, step)

    def show(self, step: int, images: NDArray[np.float32], columns: int, what: str = "samples") -> Path:
        picture = contact_sheet(images, columns)
        path = self.folder / what / f"step-{step:07d}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(picture).save(path)
        self.board.add_image(what, picture, step, dataformats="HW")
        return path

    def close(self) -> None:
        self.board.close()


def contact_sheet(images: NDArray[np.float32], columns: int) -> NDArray[np.uint8]:
    """Images (n, 1, size, size) on -1 to 1 side by side, row by row; gaps stay dark."""
    n, _, height, width = images.shape
    rows = -(-n // columns)
    padded = np.full((rows * columns, height, width), -1.0, np.float32)
    padded[:n] = images[:, 0]
    sheet = (
        padded.reshape(rows, columns, height, width)
        .transpose(0, 2, 1, 3)
        .reshape(rows * height, columns * width)
    )
    return np.round((sheet.clip(-1, 1) + 1) * 127.5).astype(np.uint8)
