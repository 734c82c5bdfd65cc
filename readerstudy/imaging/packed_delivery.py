"""Serve packed images: every body of a study has the same length.

First the preview, then frame after frame, each in a slot of the envelope's size: packed bytes, then padding.
The padding of an image is the same each time, and a keystream of the platform's secret key: whoever could
compress or recompute it would see where an image ends.
"""

import hmac
from collections.abc import Callable
from functools import lru_cache
from itertools import accumulate

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings

from readerstudy.imaging.delivery import LARGEST_HELD_BYTES, Body, cache, checked
from readerstudy.imaging.models import Envelope, Image, Packed
from readerstudy.imaging.storage import read_buffer, read_part, require_intact

BLOCK_BYTES = 16


@lru_cache(maxsize=1024)
def envelope_of(scope: str) -> Envelope | None:
    """What the images of a locked study are padded to; None where they are sent as they are."""
    return Envelope.objects.filter(scope=scope).first()


def packed_body(image: Image, envelope: Envelope) -> Body:
    """The body of one image of a locked study; of a large one only the parts that are asked for are held."""
    length = envelope.length(image.frames)
    name = f"{envelope.scope}/{image.digest}/packed"
    held = cache.get(name)
    if held is not None:
        return _held(held)
    packed = Packed.objects.select_related("image").get(scope=envelope.scope, image=image)
    if length > LARGEST_HELD_BYTES:
        if checked.get(name) is None:
            require_intact(packed)
            checked.put(name, b"intact")
        wire = _Wire(packed, envelope, lambda start, stop: read_part(packed, start, stop))
        return Body(length=length, read=wire.part)
    content = read_buffer(packed)
    held = _Wire(packed, envelope, lambda start, stop: content[start:stop]).part(0, length)
    cache.put(name, held)
    return _held(held)


def _held(body: bytes) -> Body:
    whole = memoryview(body)
    return Body(length=len(body), read=lambda start, stop: whole[start:stop])


def file_name(image: Image, envelope: Envelope) -> str:
    """What the file of a body is called: it tells nobody which image it is."""
    return hmac.digest(_key_of(image, envelope), b"file", "sha256").hex()


def _key_of(image: Image, envelope: Envelope) -> bytes:
    salt = f"readerstudy.imaging.padding {envelope.scope} {image.digest}".encode()
    return hmac.digest(settings.ELDEST_SECRET_KEY.encode(), salt, "sha256")


class _Wire:
    """The bytes of a body by their places."""

    def __init__(self, packed: Packed, envelope: Envelope, read: Callable[[int, int], bytes]) -> None:
        self._key = _key_of(packed.image, envelope)
        self._read = read
        first, *frames = packed.lengths
        ends = list(accumulate(packed.lengths))
        places = [0, *(envelope.preview_bytes + i * envelope.frame_bytes for i in range(len(frames)))]
        #: Where a part stands in the body, where in the file, and how long it is.
        self._parts = list(zip(places, [0, *ends[:-1]], [first, *frames], strict=True))

    def part(self, start: int, stop: int) -> bytes:
        """As much work whatever the lengths of what is packed: padding everywhere, then images over it."""
        body = bytearray(self._padding(start, stop))
        for place, offset, length in self._parts:
            begin, end = max(start, place), min(stop, place + length)
            if begin < end:
                body[begin - start : end - start] = self._read(offset + begin - place, offset + end - place)
        return bytes(body)

    def _padding(self, start: int, stop: int) -> bytes:
        block, skipped = divmod(start, BLOCK_BYTES)
        stream = Cipher(algorithms.AES(self._key), modes.CTR(block.to_bytes(BLOCK_BYTES, "big"))).encryptor()
        return stream.update(bytes(skipped + stop - start))[skipped:]
