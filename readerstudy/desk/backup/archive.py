"""Back up an installation in one file: the database, images, reports, uploads, checkpoints.

The key in SECRETS_KEY_FILE stays outside: with it and the database somebody could tell which images are real.
"""

import json
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage
from django.db import connection
from django.utils import timezone

from readerstudy.desk.backup.database import dump_database, load_database
from readerstudy.desk.backup.errors import AlreadyThere, NotABackup
from readerstudy.imaging.storage import image_storage

FORMAT = 1
ABOUT, DATABASE, IMAGES, HOME = "backup.json", "database", "images", "home"
#: Folders of READERSTUDY_HOME that are made again, or are copied by other means.
_LEFT_OUT = {"static", "images", "packed"}
Tell = Callable[[str], None]


def write_backup(out: Path, *, tell: Tell) -> None:
    """Write the backup to a new file, whole or not at all, readable by its owner alone."""
    if out.exists():
        raise AlreadyThere(f"{out} exists already. Name a new file.")
    unfinished = out.with_name(f".{out.name}.part")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w") as archive:
            _fill(archive, out.parent, tell)
            file.flush()
            os.fsync(descriptor)
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)


def _fill(archive: tarfile.TarFile, folder: Path, tell: Tell) -> None:
    about = {"format": FORMAT, "database": connection.vendor, "made_at": timezone.now().isoformat()}
    _add(archive, ABOUT, BytesIO(json.dumps(about).encode()))
    with TemporaryDirectory(dir=folder, prefix=".backup-") as scratch:
        # The database first: it then names no image that the archive lacks.
        snapshot = Path(scratch) / DATABASE
        dump_database(snapshot)
        archive.add(snapshot, DATABASE)
    tell("Database copied.")
    count = 0
    for name in _names(image_storage()):
        with image_storage().open(name) as stored:
            _add(archive, f"{IMAGES}/{name}", stored)
        count += 1
    tell(f"{count} image files copied.")
    count = 0
    for path in _home_files():
        archive.add(path, f"{HOME}/{path.relative_to(settings.HOME).as_posix()}")
        count += 1
    tell(f"{count} other files copied.")


def _add(archive: tarfile.TarFile, name: str, content: IO[bytes] | File[bytes]) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = content.seek(0, os.SEEK_END)
    entry.mode = 0o600
    content.seek(0)
    archive.addfile(entry, content)


def _names(storage: Storage, folder: str = "") -> Iterator[str]:
    if isinstance(storage, FileSystemStorage) and not Path(storage.path(folder or ".")).is_dir():
        return
    folders, files = storage.listdir(folder)
    yield from (f"{folder}/{name}".lstrip("/") for name in files if not name.startswith("."))
    for name in folders:
        yield from _names(storage, f"{folder}/{name}".lstrip("/"))


def _home_files() -> Iterator[Path]:
    home = Path(settings.HOME)
    for path in sorted(home.rglob("*")):
        top = path.relative_to(home).parts[0]
        if path.is_file() and top not in _LEFT_OUT and ".sqlite3" not in top and not path.is_symlink():
            yield path


def read_backup(source: Path, *, tell: Tell) -> None:
    """Load a backup into an empty database, and its files beside what is there."""
    try:
        with tarfile.open(source) as archive:
            _check(archive)
            _load(archive, tell)
    except tarfile.TarError as error:
        raise NotABackup(f"{source} is no backup of readerstudy, or only a part of one: {error}.") from error


def _check(archive: tarfile.TarFile) -> None:
    first = archive.next()
    content = archive.extractfile(first) if first is not None and first.name == ABOUT else None
    if content is None:
        raise NotABackup
    about: dict[str, Any] = json.load(content)
    if about.get("format") != FORMAT:
        raise NotABackup("The backup was written by a newer version. Install that version, then restore.")
    if about["database"] != connection.vendor:
        raise NotABackup(
            f"The backup holds a {about['database']} database; DATABASE_URL names a {connection.vendor} one."
        )


def _load(archive: tarfile.TarFile, tell: Tell) -> None:
    images = files = 0
    for entry in archive:
        content = archive.extractfile(entry)
        if content is None:
            continue
        place, _, name = entry.name.partition("/")
        if place == DATABASE:
            with TemporaryDirectory(dir=settings.HOME, prefix=".restore-") as scratch:
                snapshot = Path(scratch) / DATABASE
                with snapshot.open("wb") as out:
                    shutil.copyfileobj(content, out)
                load_database(snapshot)
            tell("Database restored.")
        elif place == IMAGES:
            if not image_storage().exists(name):
                image_storage().save(name, File(content))
            images += 1
        elif place == HOME:
            _write(_within_home(name), content)
            files += 1
    tell(f"{images} image files and {files} other files restored.")


def _within_home(name: str) -> Path:
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        raise NotABackup(f"The backup names the file {name!r} outside its folder. Do not trust it.")
    return Path(settings.HOME) / name


def _write(path: Path, content: IO[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        shutil.copyfileobj(content, out)
