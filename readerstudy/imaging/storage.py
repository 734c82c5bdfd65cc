"""Store image buffers: named by their content, written completely or not at all, checked when read."""

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages

from readerstudy.imaging.errors import DamagedPixels, MissingPixels
from readerstudy.imaging.files import write_file
from readerstudy.imaging.models import Image, Packed
from readerstudy.imaging.normalise import hasher_for

# Writing waits for a disk or for a server far away, not for the processor.
WRITERS = 8
AT_ONCE_BYTES = 4 * 1024 * 1024


#: What lies in the storage under its key.
Stored = Image | Packed


@cache
def _threads() -> ThreadPoolExecutor:
    """Threads that stay: each has a connection of its own to an object store, which takes long to open."""
    return ThreadPoolExecutor(WRITERS, thread_name_prefix="image-storage")


def image_storage() -> Storage:
    return storages["images"]


def image_folder() -> Path | None:
    """Where buffers lie as files, or None where the storage is none of files."""
    storage = image_storage()
    return Path(storage.location) if isinstance(storage, FileSystemStorage) else None


def write_buffers(buffers: Iterable[tuple[str, bytes]]) -> None:
    """Store pairs of key and buffer; on return all of them are safe."""
    storage = image_storage()
    write = _write_file if isinstance(storage, FileSystemStorage) else _write_object
    for done in [_threads().submit(write, storage, key, buffer) for key, buffer in buffers]:
        done.result()


def absent_keys(keys: Iterable[str]) -> set[str]:
    """Return the keys that are missing from the storage."""
    storage = image_storage()
    wanted = list(keys)
    there = _threads().map(storage.exists, wanted)
    return {key for key, is_there in zip(wanted, there, strict=True) if not is_there}


def damaged(images: Iterable[Stored]) -> Iterator[str]:
    """What the storage has lost of the images, or holds otherwise than they were imported."""
    return filter(None, _threads().map(_damage, images))


def _damage(image: Stored) -> str:
    try:
        read_buffer(image)
    except (MissingPixels, DamagedPixels) as error:
        return str(error)
    return ""


def _write_file(storage: Storage, key: str, buffer: bytes) -> None:
    write_file(Path(storage.path(key)), buffer)


def _write_object(storage: Storage, key: str, buffer: bytes) -> None:
    """An object store shows an object when it is complete, and the same key is the same content."""
    storage.save(key, ContentFile(buffer))


def _errors_of_absence() -> tuple[type[Exception], ...]:
    """What reading raises where the object is gone; botocore is loaded only where it is used anyway."""
    if isinstance(image_storage(), FileSystemStorage):
        return (FileNotFoundError,)
    from botocore.exceptions import ClientError

    return FileNotFoundError, ClientError


@contextmanager
def _absence_told(image: Stored) -> Iterator[None]:
    try:
        yield
    except _errors_of_absence() as error:
        raise MissingPixels(
            f"The storage has lost {image}. Import the original again or restore the storage from a backup."
        ) from error


def _require_digest(image: Stored, parts: Iterable[bytes]) -> None:
    hasher = hasher_for(image.canvas) if isinstance(image, Image) else hashlib.sha256()
    for part in parts:
        hasher.update(part)
    if hasher.hexdigest() != image.digest:
        raise DamagedPixels(
            f"The stored buffer of {image} is not what was imported. Restore the storage from a backup."
        )


def read_buffer(image: Stored) -> bytes:
    """The pixels of an image, or its packed form, exactly as they were stored."""
    with _absence_told(image), image_storage().open(image.key, "rb") as file:
        buffer: bytes = file.read()
    _require_digest(image, [buffer])
    return buffer


def require_intact(image: Stored) -> None:
    """Hold what is stored against its name without holding it in memory."""
    with _absence_told(image), image_storage().open(image.key, "rb") as file:
        _require_digest(image, file.chunks(AT_ONCE_BYTES))


def read_part(image: Stored, start: int, stop: int) -> bytes:
    """Some bytes of a buffer that was found intact before; of an object store only these are fetched."""
    storage = image_storage()
    with _absence_told(image):
        if isinstance(storage, FileSystemStorage):
            with storage.open(image.key, "rb") as file:
                file.seek(start)
                part: bytes = file.read(stop - start)
        else:
            part = _part_of_object(storage, image.key, start, stop)
    if len(part) != stop - start:
        raise DamagedPixels(
            f"The stored buffer of {image} is shorter than it was. Restore the storage from a backup."
        )
    return part


def _part_of_object(storage: Any, key: str, start: int, stop: int) -> bytes:
    name = f"{storage.location.strip('/')}/{key}".lstrip("/")
    found = storage.bucket.Object(name).get(Range=f"bytes={start}-{stop - 1}")
    part: bytes = found["Body"].read()
    return part
