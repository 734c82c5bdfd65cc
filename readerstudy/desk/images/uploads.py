"""Uploads: pieces are appended to a staged file until it is complete; an interrupted upload resumes.

A batch is a folder named by a UUID that the browser chose. Names are kept only here, for a manifest or a
pattern of names to match, and are gone with the batch once it has been imported. A batch that was left for
a week is cleared when another upload begins, to whatever study: that of the left one may be locked by then.
"""

import fcntl
import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import caches

from readerstudy.accounts.models import User
from readerstudy.errors import ReaderstudyError
from readerstudy.imaging.gather import is_byproduct
from readerstudy.imaging.manifest import one_spelling
from readerstudy.imaging.naming import Naming
from readerstudy.studies.models import Run, Study
from readerstudy.studies.runs import start_run
from readerstudy.truth.models import Source
from readerstudy.truth.quota import brought_by, held_by, require_room
from readerstudy.truth.sources import source_of

MOST_BYTES_A_FILE = 4 * 1024**3
MOST_BYTES_A_PIECE = 16 * 1024**2
MOST_FILES = 100_000
LONGEST_NAME_BYTES = 200
LEFT_AFTER = timedelta(days=7)
LEDGER = ".bytes"
BYTES_A_FILE = 4096  # what even an empty one takes on a disk
COUNTED_FOR_SECONDS = 60
MOST_FOLDERS = 4  # of those a file lay in; names of folders may be labels


class UploadRefused(ReaderstudyError, code="upload_refused"):
    """The piece of a file could not be taken."""


class NothingSent(ReaderstudyError, code="nothing_sent"):
    """No image file was sent. Choose files first."""


class OnlyAList(ReaderstudyError, code="only_a_list"):
    """A CSV came without images. Send it once more together with the images it names; none comes in twice."""


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """How many bytes of a batch wait on the disk, in a file beside its folder that names the account."""

    folder: Path
    account: int

    @property
    def path(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.{self.account}{LEDGER}")

    def add(self, more: int) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            total = int(file.read() or 0) + more
            file.truncate(0)
            file.write(str(total))


def staged_bytes(*, study: Study, account: User) -> tuple[int, int]:
    """The bytes that wait for a study, and those that an account has waiting for any study."""
    of_study = of_account = 0
    for path in (Path(settings.HOME) / "uploads").glob(f"*/*{LEDGER}"):
        token, _, owner = path.name.removesuffix(LEDGER).partition(".")
        is_mine, is_here = owner == str(account.pk), path.parent.name == study.slug
        if not (is_mine or is_here):
            continue
        if not path.with_name(token).exists():  # its batch has been imported or discarded
            path.unlink(missing_ok=True)
            continue
        waiting = int(path.read_text() or 0)
        of_study += waiting * is_here
        of_account += waiting * is_mine
    return of_study, of_account


@dataclass(frozen=True, kw_only=True)
class Batch:
    """The files of one upload to one study."""

    study: Study
    token: UUID
    by: User

    @property
    def folder(self) -> Path:
        return Path(settings.HOME) / "uploads" / self.study.slug / str(self.token)

    @property
    def ledger(self) -> Ledger:
        return Ledger(folder=self.folder, account=self.by.pk)

    def received(self, index: int, name: str) -> int:
        """How many bytes of a file are here."""
        path = self._path(index, name)
        return path.stat().st_size if path.exists() else 0

    def append(self, index: int, name: str, offset: int, piece: bytes) -> int:
        """Take a piece that begins at `offset`; returns how much is here. Sent twice, it is taken once."""
        if len(piece) > MOST_BYTES_A_PIECE:
            raise UploadRefused(f"A piece has at most {MOST_BYTES_A_PIECE >> 20} MiB. Send smaller ones.")
        if offset + len(piece) > MOST_BYTES_A_FILE:
            raise UploadRefused(f"A file has at most {MOST_BYTES_A_FILE >> 30} GiB. Split the archive.")
        have = self.received(index, name)
        if not 0 <= offset <= have:
            raise UploadRefused(
                f"The piece begins at {offset}, but only {have} bytes are here. Send from there."
            )
        path = self._path(index, name)
        if not self.folder.exists():
            clear_left_uploads()
        more = max(0, offset + len(piece) - have) + (0 if path.exists() else BYTES_A_FILE)
        self._require_room(more)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.ledger.add(more)
        with path.open("r+b" if path.exists() else "wb") as file:
            file.seek(offset)
            file.write(piece)
        return path.stat().st_size

    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file())

    def discard(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _require_room(self, more: int) -> None:
        """Images are counted once a minute: counting them for each piece would take too long."""
        key = f"quota:{self.study.pk}:{self.by.pk}"
        counted = caches["throttle"].get(key)
        if counted is None:
            counted = held_by(self.study), brought_by(self.by)
            caches["throttle"].set(key, counted, COUNTED_FOR_SECONDS)
        held, brought = counted
        waiting = staged_bytes(study=self.study, account=self.by)
        require_room(
            self.study, by=self.by, held=held + waiting[0] + more, brought=brought + waiting[1] + more
        )

    def _path(self, index: int, name: str) -> Path:
        """Each file in a numbered folder of its own: names do not meet, and none leaves the batch."""
        if not 0 <= index < MOST_FILES:
            raise UploadRefused(f"An upload has at most {MOST_FILES:,} files. Send a zip archive instead.")
        *folders, last = [_plain(part) for part in Path(name).parts] or [""]
        kept = [folder for folder in folders if folder][-MOST_FOLDERS:]
        return self.folder.joinpath(f"{index:06}", *kept, last or "file")

    def pictures(self) -> list[Path]:
        """The numbered folders of the files that are to become images."""
        files = [path.relative_to(self.folder).parts for path in self.files()]
        wanted = {
            number
            for number, *parts in files
            if not parts[-1].lower().endswith(".csv") and not any(map(is_byproduct, parts))
        }
        return [self.folder / number for number in sorted(wanted)]


def _plain(part: str) -> str:
    """A part of a name that is safe to lie on a disk; nothing where nothing is left of it."""
    plain = re.sub(r"[^\w .,()\[\]+=@&#~'-]", "_", one_spelling(part))
    # File systems count bytes: 255 of them, and a Chinese sign is three.
    return plain.encode()[-LONGEST_NAME_BYTES:].decode(errors="ignore").strip(" .")


def clear_left_uploads() -> None:
    """Discard what was begun and left, in every study; what a run waits for stays."""
    runs = Run.objects.open().filter(kind="import")
    awaited = {run.request.get("staged") for run in runs}
    for folder in (Path(settings.HOME) / "uploads").glob("*/*"):
        if folder.suffix != LEDGER and str(folder) not in awaited and _is_left(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    left_before = time.time() - LEFT_AFTER.total_seconds()
    try:
        return all(path.stat().st_mtime < left_before for path in (folder, *folder.rglob("*")))
    except FileNotFoundError:  # somebody else is just clearing it
        return False


def import_upload(study: Study, given: Mapping[str, Any], *, by: User) -> Run:
    """Hand the batch that a request names to the worker."""
    batch = Batch(study=study, token=given["batch"], by=by)
    return start_import(batch, source_of(study, given["source"]), by=by, names=given["names"])


def start_import(batch: Batch, source: Source, *, by: User, names: str = "") -> Run:
    """Hand a batch that is whole to the worker.

    Its first CSV file is the manifest; what it does not list is read by `names`, a pattern of names.
    """
    if names:
        Naming(names)
    manifests = [path for path in batch.files() if path.suffix.lower() == ".csv"]
    paths = [str(path) for path in batch.pictures()]
    if not paths:
        batch.discard()
        raise OnlyAList if manifests else NothingSent
    asked = {
        "source": source.name,
        "paths": paths,
        "names": names,
        "manifest": str(manifests[0]) if manifests else "",
        "staged": str(batch.folder),
    }
    return start_run(batch.study, "import", asked, by=by, total=len(paths))
