"""How events hang together: what is hashed, what is sealed, and what both are made of."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.core.signing import Signer
from django.utils.crypto import constant_time_compare

from readerstudy.audit.errors import ParticularsUnfit
from readerstudy.audit.models import Event, Stream

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_encode_ascii = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_encode_anything = DjangoJSONEncoder(allow_nan=False).encode
_SEAL = "readerstudy.audit.seal"
_FINGERPRINT = "readerstudy.audit.key"
_BEYOND_64_BITS = re.compile(r"\d{20}")


def canonical(particulars: Mapping[str, Any]) -> dict[str, Any]:
    """Particulars as they come back from either database, so that their hash does too."""
    try:
        text = _encode_anything(particulars)
    except (TypeError, ValueError) as error:
        raise ParticularsUnfit from error
    if "\\u0000" in text:
        raise ParticularsUnfit
    return from_text(text)


def from_text(text: str) -> dict[str, Any]:
    """The same from the JSON of a row."""
    parse_int = _whole if _BEYOND_64_BITS.search(text) else None
    plain: dict[str, Any] = json.loads(text, parse_float=_number, parse_int=parse_int)
    return plain


def _whole(text: str) -> float | int:
    # Beyond 64 bits nobody sends whole numbers: it was a float, of which PostgreSQL writes every digit.
    return _number(text) if _BEYOND_64_BITS.search(text) else int(text)


def _number(text: str) -> float | int:
    # PostgreSQL keeps 1e20 and -0.0 as numerics and gives back other spellings of them; whole numbers are
    # the same everywhere.
    value = float(text)
    return int(value) if value.is_integer() else value


def digest_of(event: Event, *, stream: str, number: int | None = None) -> str:
    """The hash that chains an event to the one before it, over all it says."""
    return digest_of_values(
        stream=stream,
        number=event.number if number is None else number,
        at=event.at.isoformat(),
        by=event.by_id,
        verb=event.verb,
        subject=event.subject,
        particulars=event.particulars,
        reason=event.reason,
        audience=str(event.audience),
        previous=event.previous,
    )


def digest_of_values(**said: Any) -> str:
    """The same from plain values, for those who read a hundred thousand rows."""
    return digest_of_text(_encode(said))


def digest_of_json(content: object) -> str:
    """What the log has of things that may not be in it themselves: answers, findings."""
    return digest_of_text(_encode_ascii(content))


def digest_of_text(text: str) -> str:
    """The same of a text, such as a protocol or a consent."""
    return hashlib.sha256(text.encode()).hexdigest()


def seal_of(stream: Stream, key: str | bytes | None = None) -> str:
    """The seal of a stream's end, made with the present secret key unless told otherwise."""
    return _signer().signature(_sealed_text(stream), key)


def key_of_seal(stream: Stream) -> str | bytes | None:
    """The secret key that sealed this end: the present one, a former one, or None for a forged seal."""
    signer, text = _signer(), _sealed_text(stream)
    for key in (signer.key, *signer.fallback_keys):
        if constant_time_compare(stream.seal, signer.signature(text, key)):
            return key
    return None


def is_sealed(stream: Stream) -> bool:
    """Whether the present secret key sealed this end. Former keys may have leaked and prove nothing new."""
    return constant_time_compare(stream.seal, seal_of(stream))


def key_fingerprint() -> str:
    """Names the present secret key without telling it."""
    return Signer(salt=_FINGERPRINT).signature("secret key")[:16]


def _signer() -> Signer:
    return Signer(salt=_SEAL)


def _sealed_text(stream: Stream) -> str:
    return f"{stream.name}|{stream.length}|{stream.head}"
