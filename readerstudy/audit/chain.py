"""How events hang together: what is hashed, what is sealed, and what both are made of."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.core.signing import Signer
from django.utils.crypto import constant_time_compare

from readerstudy.audit.errors import ParticularsUnfit
from readerstudy.audit.models import Event, Stream

_SEAL = "readerstudy.audit.seal"


def canonical(particulars: Mapping[str, Any]) -> dict[str, Any]:
    """Particulars as they come back from either database, so that their hash does too."""
    try:
        text = json.dumps(particulars, cls=DjangoJSONEncoder, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ParticularsUnfit from error
    if "\\u0000" in text:
        raise ParticularsUnfit
    plain: dict[str, Any] = json.loads(text, parse_float=_number)
    return plain


def _number(text: str) -> float | int:
    # PostgreSQL keeps 1e20 and -0.0 as numerics and gives back other spellings of them; whole numbers are
    # the same everywhere.
    value = float(text)
    return int(value) if value.is_integer() else value


def digest_of(event: Event, *, stream: str, number: int | None = None) -> str:
    """The hash that chains an event to the one before it, over all it says."""
    content = {
        "stream": stream,
        "number": event.number if number is None else number,
        "at": event.at.isoformat(),
        "by": event.by_id,
        "verb": event.verb,
        "subject": event.subject,
        "particulars": event.particulars,
        "reason": event.reason,
        "audience": str(event.audience),
        "previous": event.previous,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def seal_of(stream: Stream) -> str:
    return _signer().signature(_sealed_text(stream))


def is_sealed(stream: Stream) -> bool:
    """Whether the platform wrote this head, with its present secret key or one of the former ones."""
    signer = _signer()
    keys = [signer.key, *signer.fallback_keys]
    text = _sealed_text(stream)
    return any(constant_time_compare(stream.seal, signer.signature(text, key)) for key in keys)


def _signer() -> Signer:
    return Signer(salt=_SEAL)


def _sealed_text(stream: Stream) -> str:
    return f"{stream.name}|{stream.length}|{stream.head}"
