"""The key that seals the secrets of studies, kept in a file outside the database and its backup.

The file holds one key a line, base64, the newest first: the first seals, each of them opens. Whoever meets an
error, readers included, learns its name and not its folder.
"""

import base64
import binascii
import os
import secrets
import stat
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from readerstudy.truth.errors import KeyFileMissing, KeyFileUnfit, SecretUnreadable
from readerstudy.truth.hidden import Hidden

KEY_BYTES = 32
NONCE_BYTES = 12


def seal(value: bytes, *, context: str) -> bytes:
    """Encrypt a value. It opens again only with the same context, such as its row and column."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(_keys()[0]).encrypt(nonce, value, context.encode())


def unseal(sealed: bytes, *, context: str) -> Hidden:
    nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    for key in _keys():
        try:
            return Hidden(AESGCM(key).decrypt(nonce, ciphertext, context.encode()))
        except InvalidTag:
            continue
    raise SecretUnreadable(
        f"No key in {_named()} opens {context}. Restore the key file that belongs to this database."
    )


def key_file() -> Path:
    return Path(settings.SECRETS_KEY_FILE)


def _named() -> str:
    return f"{key_file().name} (SECRETS_KEY_FILE)"


def create_key_file() -> None:
    """Write a new key file, readable by its owner alone; keep an existing file."""
    path = key_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        # A link, unlike a rename, never replaces the key that another process has just written.
        os.link(unfinished, path)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink(missing_ok=True)


def _keys() -> list[Hidden]:
    path = key_file()
    try:
        others = stat.S_IMODE(path.stat().st_mode) & 0o077
        lines = path.read_bytes().split()
    except FileNotFoundError:
        raise KeyFileMissing(
            f"The key file {_named()} is missing, and the secrets of studies cannot be read without it. "
            "Restore it from its own backup, or set SECRETS_KEY_FILE to where it is."
        ) from None
    except OSError as error:
        raise KeyFileUnfit(f"The key file {_named()} cannot be read: {error.strerror}.") from None
    if others:
        raise KeyFileUnfit(f"Other users can read the key file {_named()}. Run chmod 600 on it.")
    keys = [_key(line) for line in lines]
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise KeyFileUnfit(
            f"The key file {_named()} has to hold one key of {KEY_BYTES} bytes in base64 a line. "
            "Restore it from its backup."
        )
    return keys


def _key(line: bytes) -> Hidden:
    try:
        return Hidden(base64.b64decode(line, validate=True))
    except binascii.Error:
        return Hidden(b"")
