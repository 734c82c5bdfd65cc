"""Images of the next trial that a browser may hold before its turn, where the time to look is limited.

They are sealed with AES-256 in counter mode. The key is told with the state in which the trial is open, so
no sooner than the answer to the trial before it is committed. Each slot has a key of its own, and what it
holds never changes: no key meets two texts. A sealed body is as long as the body.
"""

import hmac
from base64 import urlsafe_b64encode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings
from django.urls import reverse

from readerstudy.imaging.delivery import Body
from readerstudy.reading.models import Presentation
from readerstudy.reading.screen_rows import screens_between
from readerstudy.reading.walk import Walk

BLOCK_BYTES = 16


def sealed_next(walk: Walk) -> tuple[Presentation, ...]:
    """Return the screen after the open one, if its images may be held sealed.

    Not under a staircase, where nothing is sent before an exposure is known.
    """
    stretch = walk.stretch
    if stretch is None or not stretch.document.exposure_ms:
        return ()
    after = stretch.next_order + 1
    return screens_between(after, after, section=stretch.section, of=walk.enrolment)


def may_hold_sealed(walk: Walk, presentation: Presentation) -> bool:
    """Whether the images of a screen are given sealed now; a fetch may end after its screen has opened."""
    if presentation in sealed_next(walk):
        return True
    stretch = walk.stretch
    return presentation == walk.current and stretch is not None and bool(stretch.document.exposure_ms)


def sealed_addresses(walk: Walk) -> list[str]:
    """Return where the images of the next screen are, sealed: an address says nothing but a random token."""
    return [sealed_address(slot.token) for screen in sealed_next(walk) for slot in screen.screen_slots]


def sealed_address(token: str) -> str:
    return reverse("reading-sealed", args=[token])


def sealed(body: Body, token: str) -> Body:
    """Return the body of a slot, sealed. Any part of it can be asked for."""
    key = _key(token, body.length)
    return Body(length=body.length, read=lambda start, stop: _ciphered(key, start, body.read(start, stop)))


def told_key(token: str, length: int) -> str:
    """Return the key to a slot as a browser takes it: base64 for addresses, without padding."""
    return urlsafe_b64encode(_key(token, length)).rstrip(b"=").decode()


def _key(token: str, length: int) -> bytes:
    """The length tells a packed body from one as it is, which would be another text."""
    purpose = f"readerstudy.reading.sealed {token} {length}"
    return hmac.digest(settings.ELDEST_SECRET_KEY.encode(), purpose.encode(), "sha256")


def _ciphered(key: bytes, start: int, part: bytes | memoryview) -> bytes:
    block, skipped = divmod(start, BLOCK_BYTES)
    counter = modes.CTR(block.to_bytes(BLOCK_BYTES, "big"))
    stream = Cipher(algorithms.AES(key), counter).encryptor()
    stream.update(bytes(skipped))
    return stream.update(part)
