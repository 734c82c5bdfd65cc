"""Bytes that appear in no traceback, debug page, log or message."""

import hmac


class Hidden(bytes):
    """Bytes whose text form is a placeholder. Ask for `.hex()` where the value is meant to be shown."""

    def __repr__(self) -> str:
        return "<hidden>"

    __str__ = __repr__


def derive(secret: bytes, purpose: str, study: str) -> Hidden:
    """HMAC-SHA256 of `purpose | study UUID`: one key for each purpose, none of which tells another."""
    return Hidden(hmac.digest(secret, f"{purpose}|{study}".encode(), "sha256"))
