"""Buffers as files: named by their content, written whole or not at all; needs no Django."""

import os
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

#: Buffers that wait for the disk while the next is made.
WAITING = 2
#: What a file is called until it is whole.
UNFINISHED = ".writing-"
#: Nobody writes one buffer for so long: whoever began is gone.
LEFT_AFTER_S = 24 * 3600


def key_of(digest: str) -> str:
    """Where a buffer lies in the storage of images."""
    return f"{digest[:2]}/{digest}"


def write_file(target: Path, content: bytes) -> None:
    with whole_file(target) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def whole_file(target: Path) -> Iterator[BinaryIO]:
    """A file beside the target that takes its place once it is whole: a killed process leaves no half one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=UNFINISHED)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        Path(temporary).replace(target)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise


def clear_unfinished(root: Path) -> None:
    """Remove what killed processes left in the folders below `root`; what is being written now stays."""
    left_before = time.time() - LEFT_AFTER_S
    with suppress(FileNotFoundError):
        folders = [entry.path for entry in os.scandir(root) if entry.is_dir(follow_symlinks=False)]
        for entry in (entry for folder in folders for entry in os.scandir(folder)):
            with suppress(FileNotFoundError):  # another import is clearing it
                if entry.name.startswith(UNFINISHED) and entry.stat().st_mtime < left_before:
                    Path(entry.path).unlink()


class Shelf:
    """Writes buffers below a folder while their maker goes on; at the end all of them are safe."""

    def __init__(self, folder: Path, threads: ThreadPoolExecutor) -> None:
        self._folder = folder
        self._threads = threads
        self._waiting: deque[Future[None]] = deque()

    def put(self, digest: str, content: bytes) -> None:
        self._waiting.append(self._threads.submit(write_file, self._folder / key_of(digest), content))
        self.wait(WAITING)

    def wait(self, most: int = 0) -> None:
        """Return when no more than `most` buffers are still being written."""
        while len(self._waiting) > most:
            self._waiting.popleft().result()


@contextmanager
def open_shelf(folder: Path) -> Iterator[Shelf]:
    with ThreadPoolExecutor(WAITING, thread_name_prefix="shelf") as threads:
        shelf = Shelf(folder, threads)
        yield shelf
        shelf.wait()
