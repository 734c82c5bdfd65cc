"""Files that are whole or not there, failures of the file system in words, and folders that one job holds."""

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from generation.errors import DiskFullError, OutputError


def write_whole(path: Path, content: bytes | str) -> None:
    """Under a temporary name first: nobody ever finds half a file under the real one."""
    unfinished = path.with_name(path.name + ".part")
    try:
        unfinished.write_bytes(content.encode() if isinstance(content, str) else content)
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


@contextmanager
def readable_refusals(folder: Path) -> Iterator[None]:
    """Turns what the file system answers into sentences."""
    try:
        yield
    except Exception as error:
        if _says_full(error):
            raise DiskFullError(
                f"the disk of {folder} is full. Finished work is kept: free some space and run the same "
                "command again."
            ) from error
        if isinstance(error, OSError):
            raise OutputError(
                f"cannot write to {folder}: {error.strerror or error}. Name a folder that you may write to."
            ) from error
        raise


def _says_full(error: Exception) -> bool:
    """safetensors and numpy have no number for it, only words."""
    if getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT} or "os error 28" in str(error):
        return True
    return isinstance(error, OSError) and re.search(r"\d requested and \d+ written", str(error)) is not None


def refuse_small_disk(folder: Path, wanted: float, what: str) -> None:
    """`what` is made ready for so many bytes; the folder, or one above it, is there."""
    above = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    free = shutil.disk_usage(above).free
    if wanted > free:
        raise DiskFullError(
            f"{what} need up to {_size(wanted)}, and the disk of {folder} has {_size(free)} free. "
            "Ask for fewer, or name a folder on a larger disk."
        )


def _size(size: float) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e8 else f"{size / 1e6:,.1f} MB"


@contextmanager
def gone_if_empty(*folders: Path) -> Iterator[None]:
    """What was refused, or failed before its first file, leaves no folder behind."""
    try:
        yield
    finally:
        for folder in folders:
            with suppress(OSError):
                folder.rmdir()


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keeps a second job out of a folder. The system lets go of it with the process, however that ends."""
    try:
        import fcntl
    except ImportError:  # no such locks on this system
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OutputError(
                f"another process is at work in {folder}. Wait until it ends, or name another folder."
            ) from error
        except OSError:  # a file system without locks
            pass
        yield
    finally:
        os.close(handle)


@contextmanager
def taking_turns(folder: Path) -> Iterator[None]:
    """Let one process in at a time; the others wait as long as it takes. One that dies lets the next in."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:  # no such locks on this system
        yield
        return
    path = folder / ".turn"
    with path.open("w") as handle:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
