"""Have a time-stamping authority say when something was there (RFC 3161). Needs the extra `stamp`.

Whoever has the keys of this server can sign a line again. They cannot have the authority say that it was
there last year.
"""

import base64
import binascii
import http.client
import urllib.request
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readerstudy.audit.errors import AuditError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
TIMEOUT_S = 10
MOST_BYTES = 100_000


class NotStamped(AuditError, code="not_stamped"):
    """The time-stamping authority gave no stamp. Check AUDIT_STAMP_URL and the network, then try again."""


class StampUnfit(AuditError, code="stamp_unfit"):
    """The stamp does not belong to this text, or no authority in AUDIT_STAMP_ROOTS made it."""


class RootsUnfit(AuditError, code="roots_unfit"):
    """It has to be a file with the authority's certificates (PEM), which can be read."""


def stamp(text: str, *, url: str) -> str:
    """The authority's answer for a text, in base64. Only a digest of the text is sent."""
    client = _client()
    asked = client.TimestampRequestBuilder().data(text.encode()).nonce(nonce=True).build()
    if not url.startswith(("https://", "http://")):
        raise NotStamped(f"AUDIT_STAMP_URL is {url!r}; it has to begin with https:// or http://.")
    try:
        query = urllib.request.Request(  # noqa: S310  (checked above)
            url, data=asked.as_bytes(), headers={"Content-Type": QUERY, "Accept": REPLY}
        )
        with urllib.request.urlopen(query, timeout=TIMEOUT_S) as answer:  # noqa: S310
            told = client.decode_timestamp_response(answer.read(MOST_BYTES))
        granted = client.PKIStatus(told.status) == client.PKIStatus.GRANTED
        fits = granted and told.tst_info.nonce == asked.nonce
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise NotStamped(f"{NotStamped()} It said: {error}.") from error
    if not fits:
        raise NotStamped
    return base64.b64encode(told.as_bytes()).decode()


def stamped_at(text: str, token: str, *, roots: Path) -> datetime:
    """When the authority saw the text. Raises StampUnfit unless a certificate in `roots` vouches for it."""
    client = _client()
    builder = client.VerifierBuilder(roots=_certificates_in(roots))
    try:
        told: TimeStampResponse = client.decode_timestamp_response(base64.b64decode(token, validate=True))
        builder.build().verify_message(told, text.encode())
    except (ValueError, binascii.Error, client.VerificationError) as error:
        raise StampUnfit from error
    return told.tst_info.gen_time


def _certificates_in(roots: Path) -> list["Certificate"]:
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return load_pem_x509_certificates(roots.read_bytes())
    except (OSError, ValueError) as error:
        raise RootsUnfit(f"AUDIT_STAMP_ROOTS is {str(roots)!r}. {RootsUnfit()}") from error


def _client() -> Any:
    try:
        import rfc3161_client
    except ImportError as error:
        raise NotStamped("Stamps need the extra: pip install 'readerstudy[stamp]'.") from error
    return rfc3161_client
