"""Buffers as files: named by their content, written whole or not at all; needs no Django."""

import os
import tempfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

#: Buffers that wait for the disk while the next is made.
WAITING = 2


def key_of(digest: str) -> str:
    """Where a buffer lies in the storage of images."""
    return f"{digest[:2]}/{digest}"


def write_file(target: Path, content: bytes) -> None:
    """Write beside the target and rename: a killed process leaves no half image under its name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=".writing-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(target)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise


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
