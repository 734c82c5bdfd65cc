"""Where buffers lie: named by their content, written whole or not at all, checked when they are read."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages

from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.errors import DamagedPixels, MissingPixels
from readerstudy.imaging.models import Image
from readerstudy.imaging.normalise import digest_of

# Writing waits for a disk or for a server far away, not for the processor.
WRITERS = 8


@cache
def _threads() -> ThreadPoolExecutor:
    """Threads that stay: each has a connection of its own to an object store, which takes long to open."""
    return ThreadPoolExecutor(WRITERS, thread_name_prefix="image-storage")


def image_storage() -> Storage:
    return storages["images"]


def write_buffers(buffers: Iterable[tuple[str, bytes]]) -> None:
    """Store pairs of key and buffer; on return all of them are safe."""
    storage = image_storage()
    write = _write_file if isinstance(storage, FileSystemStorage) else _write_object
    for done in [_threads().submit(write, storage, key, buffer) for key, buffer in buffers]:
        done.result()


def absent_keys(keys: Iterable[str]) -> set[str]:
    """Those that the storage has lost."""
    storage = image_storage()
    wanted = list(keys)
    there = _threads().map(storage.exists, wanted)
    return {key for key, is_there in zip(wanted, there, strict=True) if not is_there}


def damaged(images: Iterable[Image]) -> Iterator[str]:
    """What the storage has lost of the images, or holds otherwise than they were imported."""
    return filter(None, _threads().map(_damage, images))


def _damage(image: Image) -> str:
    try:
        read_buffer(image)
    except (MissingPixels, DamagedPixels) as error:
        return str(error)
    return ""


def _write_file(storage: Storage, key: str, buffer: bytes) -> None:
    """Write beside the target and rename: a killed process leaves no half image under its name."""
    target = Path(storage.path(key))
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=".writing-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(buffer)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(target)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise


def _write_object(storage: Storage, key: str, buffer: bytes) -> None:
    """An object store shows an object when it is complete, and the same key is the same content."""
    storage.save(key, ContentFile(buffer))


def _errors_of_absence() -> tuple[type[Exception], ...]:
    """What reading raises where the object is gone; botocore is loaded only where it is used anyway."""
    if isinstance(image_storage(), FileSystemStorage):
        return (FileNotFoundError,)
    from botocore.exceptions import ClientError

    return FileNotFoundError, ClientError


def read_buffer(image: Image) -> bytes:
    """The pixels of an image, exactly as they were imported."""
    try:
        with image_storage().open(image.key, "rb") as file:
            buffer: bytes = file.read()
    except _errors_of_absence() as error:
        raise MissingPixels(
            f"The storage has lost {image}. Import the original again or restore the storage from a backup."
        ) from error
    canvas = Canvas(width=image.width, height=image.height, bits=image.bits)
    if digest_of(buffer, canvas) != image.digest:
        raise DamagedPixels(
            f"The stored buffer of {image} is not what was imported. Restore the storage from a backup."
        )
    return buffer
