"""Images on their way out: raw buffers for the reading page, small PNGs for the staff's pages."""

import threading
from collections import OrderedDict
from io import BytesIO

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from readerstudy.imaging.models import Image
from readerstudy.imaging.storage import read_buffer

CACHE_BYTES = 64 * 1024 * 1024
THUMBNAIL_CACHE_BYTES = 8 * 1024 * 1024


class ByteCache:
    """The most recently used byte strings, up to a number of bytes altogether."""

    def __init__(self, capacity_bytes: int) -> None:
        self._capacity_bytes = capacity_bytes
        self._held_bytes = 0
        self._items: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> bytes | None:
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
            return self._items.get(key)

    def put(self, key: str, value: bytes) -> None:
        with self._lock:
            self._held_bytes += len(value) - len(self._items.pop(key, b""))
            self._items[key] = value
            while self._held_bytes > self._capacity_bytes:
                self._held_bytes -= len(self._items.popitem(last=False)[1])

    def clear(self) -> None:
        with self._lock:
            self._items.clear()
            self._held_bytes = 0


cache = ByteCache(CACHE_BYTES)
thumbnails = ByteCache(THUMBNAIL_CACHE_BYTES)


def pixels(image: Image, *, scope: object = None) -> bytes:
    """The grey buffer of an image: rows from the top, one or two little-endian bytes a pixel.

    It is kept for the `scope`, a study: no answer comes sooner because others looked at the same image.
    """
    key = f"{scope}/{image.digest}"
    held = cache.get(key)
    if held is None:
        held = read_buffer(image)
        cache.put(key, held)
    return held


def array(image: Image) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """The pixels of an image as an array of height × width.

    They are not kept: readers would get sooner what the staff looked at, one source more than another.
    """
    kind = "<u1" if image.bits == 8 else "<u2"
    return np.frombuffer(read_buffer(image), dtype=kind).reshape(image.height, image.width)


LARGE_PX = 720  # an image alone on a page


def thumbnail_png(image: Image, size: int = 160, *, scope: object = None) -> bytes:
    """A small 8-bit PNG that fits into a square of `size` pixels, kept for the `scope` as pixels are."""
    key = f"{scope}/{image.digest}/{size}"
    held = thumbnails.get(key)
    if held is None:
        held = _thumbnail(image, size)
        thumbnails.put(key, held)
    return held


def _thumbnail(image: Image, size: int) -> bytes:
    grey = array(image)
    picture = PIL.Image.fromarray(grey if grey.dtype == np.uint8 else (grey >> 8).astype(np.uint8))
    picture.thumbnail((size, size), PIL.Image.Resampling.BOX)
    out = BytesIO()
    picture.save(out, format="PNG", compress_level=1)
    return out.getvalue()
