"""The files of a report as pages and programs take them away; its CSV tables go together as one archive."""

from pathlib import Path
from typing import IO

from readerstudy.desk.ending.archives import packed

TABLES = "tables.zip"


def names_in(folder: Path) -> list[str]:
    """What can be taken from a report's folder."""
    if not folder.is_dir():
        return []
    names = [path.name for path in folder.iterdir() if path.is_file()]
    return sorted([*names, TABLES] if (folder / "tables").is_dir() else names)


def taken_from(folder: Path, name: str) -> IO[bytes] | None:
    """One of them, open for reading; whoever sends it closes it."""
    if name not in names_in(folder):
        return None
    return packed(folder / "tables") if name == TABLES else (folder / name).open("rb")
