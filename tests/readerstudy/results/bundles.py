"""Bundles as the tests read them."""

import csv
from pathlib import Path


def table(folder: Path, name: str = "answers.csv") -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
