"""Serve images: raw buffers for the reading page, small PNGs for the staff's pages."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from readerstudy.imaging.models import Image
from readerstudy.imaging.storage import read_buffer, read_part, require_intact

CACHE_BYTES = 64 * 1024 * 1024
LARGEST_HELD_BYTES = 16 * 1024 * 1024
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
#: The names of large buffers that were found intact.
checked = ByteCache(6 * 10_000)
thumbnails = ByteCache(THUMBNAIL_CACHE_BYTES)


def pixels(image: Image, *, scope: object = None) -> bytes:
    """Return the buffer of an image: frame after frame, rows from the top, grey or red, green, blue.

    It is kept for the `scope`, a study: no answer comes sooner because others looked at the same image.
    """
    key = f"{scope}/{image.digest}"
    held = cache.get(key)
    if held is None:
        held = read_buffer(image)
        cache.put(key, held)
    return held


@dataclass(frozen=True, kw_only=True)
class Body:
    """A buffer that is read part by part."""

    length: int
    read: Callable[[int, int], bytes | memoryview]


def body(image: Image, *, scope: object = None) -> Body:
    """The buffer of an image; of a large one only the parts that are asked for are held.

    A large one is checked as a whole before its first part goes out, once for each study and process.
    """
    length = image.buffer_bytes
    if length <= LARGEST_HELD_BYTES:
        held = pixels(image, scope=scope)
        return Body(length=length, read=lambda start, stop: memoryview(held)[start:stop])
    key = f"{scope}/{image.digest}"
    if checked.get(key) is None:
        require_intact(image)
        checked.put(key, b"intact")
    return Body(length=length, read=lambda start, stop: read_part(image, start, stop))


def array(image: Image) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """The pixels of an image as an array: frames (of several), height, width, channels (of colour).

    They are not kept: readers would get sooner what the staff looked at, one source more than another.
    """
    canvas = image.canvas
    return np.frombuffer(read_buffer(image), dtype=canvas.dtype).reshape(canvas.shape)


LARGE_PX = 720  # an image alone on a page


def thumbnail_png(image: Image, size: int = 160, *, scope: object = None, frame: int | None = None) -> bytes:
    """A small 8-bit PNG that fits into a square of `size` pixels, kept for the `scope` as pixels are.

    Of several frames the middle one, or one by its number from 1.
    """
    shown = min(max(frame - 1, 0), image.frames - 1) if frame else image.frames // 2
    key = f"{scope}/{image.digest}/{size}/{shown}"
    held = thumbnails.get(key)
    if held is None:
        picture = _picture(image, shown)
        picture.thumbnail((size, size), PIL.Image.Resampling.BOX)
        held = _png(picture)
        thumbnails.put(key, held)
    return held


def part_png(image: Image, size: int, *, corner: bool) -> bytes:
    """A square of so many pixels as they are stored, from the middle or the upper left corner of an image."""
    picture = _picture(image, image.frames // 2)
    left, top = (0, 0) if corner else (max(0, (whole - size) // 2) for whole in picture.size)
    return _png(picture.crop((left, top, min(left + size, picture.width), min(top + size, picture.height))))


def _picture(image: Image, frame: int) -> PIL.Image.Image:
    """An image, or one of its frames, with 8 bits."""
    shown = array(image)
    if image.frames > 1:
        shown = shown[frame]
    return PIL.Image.fromarray(shown if shown.dtype == np.uint8 else (shown >> 8).astype(np.uint8))


def _png(picture: PIL.Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, format="PNG", compress_level=1)
    return out.getvalue()
