"""Orders that depend on nothing but a secret key and what they are for: the same on every machine."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
RANK_BYTES = 16


def shuffled(items: Sequence[T], key: bytes, *purpose: object) -> list[T]:
    """The items in the order of their ranks: 16 bytes each of SHAKE-256(HMAC-SHA256(key, purpose))."""
    drawn = hmac.digest(key, "\x1f".join(map(str, purpose)).encode(), "sha256")
    ranks = hashlib.shake_256(drawn).digest(RANK_BYTES * len(items))

    def rank(index: int) -> bytes:
        return ranks[RANK_BYTES * index : RANK_BYTES * (index + 1)]

    return [items[index] for index in sorted(range(len(items)), key=rank)]
