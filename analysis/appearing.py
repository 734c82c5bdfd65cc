"""Folders that appear with everything in them, or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.errors import AnalysisError


class OutputError(AnalysisError):
    """Nothing can be written there; name a folder that does not exist yet or is empty."""


@contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """A folder that is written beside its place and moved there when it is complete."""
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise OutputError(f"{target} exists and is not empty; name a new folder, or remove it first.")
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise OutputError(f"{target} cannot be written ({error.strerror}); name another folder.") from None
    try:
        yield draft
        draft.chmod(0o755)
        draft.replace(target)
    except OSError as error:
        raise OutputError(
            f"{target} cannot be written ({error.strerror}); make room or name another."
        ) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
