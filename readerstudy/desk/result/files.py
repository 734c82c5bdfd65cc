"""Download the files of a report; its CSV tables go together as one archive."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.http import Http404

from readerstudy.desk.ending.archives import packed
from readerstudy.results.runs import report_folder
from readerstudy.studies.models import Study
from readerstudy.truth.unblind import is_unblinded

TABLES = "tables.zip"


def names_in(folder: Path) -> list[str]:
    """Return the names of the files that can be downloaded."""
    if not folder.is_dir():
        return []
    names = [path.name for path in folder.iterdir() if path.is_file()]
    return sorted([*names, TABLES] if (folder / "tables").is_dir() else names)


@dataclass(frozen=True, kw_only=True)
class ReportFile:
    """`digest` begins the SHA-256 of the file; an archive is packed when it is asked for and has none."""

    name: str
    what: str
    size_bytes: int
    digest: str


_WHAT = {
    ".pdf": "Report, PDF",
    ".html": "Report, web page",
    ".xlsx": "Tables, Excel",
    ".json": "Report, JSON",
    ".zip": "Tables, CSV",
    ".csv": "Beside the paper, CSV",
}


def files_in(folder: Path) -> list[ReportFile]:
    return [_listed(folder, name) for name in names_in(folder)]


def _listed(folder: Path, name: str) -> ReportFile:
    what = _WHAT.get(Path(name).suffix, name)
    if name == TABLES:
        size = sum(path.stat().st_size for path in (folder / "tables").iterdir() if path.is_file())
        return ReportFile(name=name, what=what, size_bytes=size, digest="")
    path = folder / name
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return ReportFile(name=name, what=what, size_bytes=path.stat().st_size, digest=digest)


def file_of(study: Study, name: str) -> IO[bytes]:
    """Return a file of the report of an unblinded study, open for reading; the response closes it."""
    folder = report_folder(study)
    if not is_unblinded(study) or name not in names_in(folder):
        raise Http404
    return packed(folder / "tables") if name == TABLES else (folder / name).open("rb")
