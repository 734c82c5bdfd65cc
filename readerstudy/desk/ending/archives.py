"""Exports as one zip file."""

import tempfile
import zipfile
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Protocol

from readerstudy.accounts.models import User
from readerstudy.results.bundle import export_bundle
from readerstudy.results.exports import reproduction_zip
from readerstudy.studies.models import Study
from readerstudy.truth.unblind import is_unblinded


class Archiver(Protocol):
    def __call__(self, study: Study, *, by: User) -> tuple[IO[bytes], str]: ...


def bundle_archive(study: Study, *, by: User) -> tuple[IO[bytes], str]:
    """The bundle as an open zip file with its name; masked as long as the study is blinded."""
    masked = not is_unblinded(study)
    with tempfile.TemporaryDirectory(prefix="readerstudy-bundle-") as scratch:
        folder = export_bundle(study, Path(scratch) / "bundle", by=by, masked=masked)
        return packed(folder), f"{study.slug}-bundle{'-masked' if masked else ''}.zip"


def reproduction_archive(study: Study, *, by: User) -> tuple[IO[bytes], str]:
    """The archive that recomputes the report."""
    with tempfile.TemporaryDirectory(prefix="readerstudy-archive-") as scratch:
        path = reproduction_zip(study, Path(scratch) / "reproduce.zip", by=by)
        # The open file outlives its folder.
        return path.open("rb"), f"{study.slug}-reproduce.zip"


def packed(folder: Path) -> IO[bytes]:
    """The files of a folder as an open zip file without a name; whoever sends it closes it."""
    with ExitStack() as unless_whole:
        archive = unless_whole.enter_context(tempfile.TemporaryFile())
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
            for path in sorted(folder.iterdir()):
                zipped.write(path, path.name)
        archive.seek(0)
        unless_whole.pop_all()
    return archive
