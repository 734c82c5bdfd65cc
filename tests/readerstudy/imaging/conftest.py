"""A storage of its own for each test, and a short way to import."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from readerstudy.imaging import delivery
from readerstudy.imaging.importing import Imported, import_files
from readerstudy.imaging.manifest import Refused
from tests.readerstudy.imaging.phantoms import SQUARE

Run = Callable[..., tuple[list[Imported], dict[str, str]]]


@pytest.fixture
def stored(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """The folder in which this test's buffers lie."""
    folder = tmp_path / "stored"
    backend = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": folder},
    }
    # By the fixture alone: its changes are undone last first, and others' in between would bring these back.
    settings.STORAGES = {**settings.STORAGES, "images": backend}
    delivery.cache.clear()
    yield folder
    delivery.cache.clear()


@pytest.fixture
def run(db: None, stored: Path) -> Run:
    """Import and sort: what became an image, and why the others did not."""

    def run_import(*paths: Path, **options: Any) -> tuple[list[Imported], dict[str, str]]:
        outcomes = list(import_files(paths, **{"canvas": SQUARE, "by": None, "workers": 0, **options}))
        imported = [outcome for outcome in outcomes if isinstance(outcome, Imported)]
        refused = {outcome.file: outcome.reason for outcome in outcomes if isinstance(outcome, Refused)}
        return imported, refused

    return run_import
