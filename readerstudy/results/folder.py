"""Output folders appear complete or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from readerstudy.results.errors import FolderIsTaken, ResultError


@contextmanager
def fresh_folder(out: Path) -> Iterator[Path]:
    """A folder to fill, which takes the name `out` once the block has ended well."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FolderIsTaken(f"{out} exists and is not an empty folder. Name another, or empty it first.")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise ResultError(
            f"{out} cannot be written: {error.strerror}. Name a folder you may write."
        ) from error
    try:
        yield work
        work.chmod(0o755)
        if out.exists():
            out.rmdir()
        work.rename(out)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
