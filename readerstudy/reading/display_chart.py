"""Hidden digits for the display check: drawn anew for each attempt, known to the server alone.

The page holds a signed token and pictures. What the digits are follows from the token and the secret key, so
nothing is stored, and neither the page's source nor an earlier attempt tells them. A token holds for one
verdict: a second one would tell which digits of a guess were right.
"""

import base64
import io
import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.core import signing
from django.utils.crypto import salted_hmac
from PIL import Image

from readerstudy.audit.models import Event
from readerstudy.reading.errors import ChartExpired
from readerstudy.studies.models import Enrolment

HOLDS_S = 3600
#: What the digits of each chart differ by from their ground, in grey levels of 255, the plainest first.
CHART_LEVELS = {"dark": (0, (24, 14, 8, 4)), "grey": (128, (8, 5, 3, 2)), "bright": (255, (-24, -14, -8, -4))}
FIELD_PX = 96
DOT_PX = 8
#: Seven rows of five dots a digit, from 0 to 9.
GLYPHS = (
    "01110 10001 10011 10101 11001 10001 01110",
    "00100 01100 00100 00100 00100 00100 01110",
    "01110 10001 00001 00010 00100 01000 11111",
    "11111 00010 00100 00010 00001 10001 01110",
    "00010 00110 01010 10010 11111 00010 00010",
    "11111 10000 11110 00001 00001 10001 01110",
    "00110 01000 10000 11110 10001 10001 01110",
    "11111 00001 00010 00100 01000 01000 01000",
    "01110 10001 10001 01110 10001 10001 01110",
    "01110 10001 10001 01111 00001 00010 01100",
)


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """One digit and where in its field it stands, in pixels from the upper left."""

    digit: int
    x: int
    y: int


def attempts_made(enrolment: Enrolment) -> int:
    return Event.objects.filter(stream__name=enrolment.stream, verb="display checked").count()


def new_charts(enrolment: Enrolment) -> dict[str, Any]:
    """Begin an attempt: its token, and each chart as an address that holds the picture itself."""
    nonce = secrets.token_urlsafe(18)
    hidden = _hidden(nonce)
    charts = {name: _drawn(hidden[name], *CHART_LEVELS[name]) for name in CHART_LEVELS}
    return {"attempt": signing.dumps(nonce, salt=_salt(enrolment)), "charts": charts}


def read_right(enrolment: Enrolment, attempt: str, given: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """How many digits of each chart were read, as `dark_steps_seen` and so on, beside how many there were."""
    try:
        nonce = signing.loads(attempt, salt=_salt(enrolment), max_age=HOLDS_S)
    except signing.BadSignature:
        raise ChartExpired from None
    counts = {}
    for name, digits in _hidden(nonce).items():
        counts[f"{name}_steps"] = len(digits)
        pairs = zip(digits, given[name], strict=True)
        counts[f"{name}_steps_seen"] = sum(said == str(hidden.digit) for hidden, said in pairs)
    return counts


def glyph(digit: int) -> npt.NDArray[np.bool_]:
    """The dots of a digit, enlarged."""
    rows = [[dot == "1" for dot in row] for row in GLYPHS[digit].split()]
    return np.kron(np.array(rows), np.ones((DOT_PX, DOT_PX), dtype=bool))


def _hidden(nonce: str) -> dict[str, list[Hidden]]:
    draw = random.Random(salted_hmac("readerstudy.display chart", nonce, algorithm="sha256").digest())
    height, width = glyph(0).shape
    return {
        name: [
            Hidden(
                digit=draw.randrange(10),
                x=draw.randrange(FIELD_PX - width + 1),
                y=draw.randrange(FIELD_PX - height + 1),
            )
            for _ in steps
        ]
        for name, (_, steps) in CHART_LEVELS.items()
    }


def _drawn(hidden: Sequence[Hidden], ground: int, steps: Sequence[int]) -> str:
    grey = np.full((FIELD_PX, FIELD_PX * len(steps)), ground, dtype=np.uint8)
    for i, (one, step) in enumerate(zip(hidden, steps, strict=True)):
        dots = glyph(one.digit)
        left = i * FIELD_PX + one.x
        grey[one.y : one.y + dots.shape[0], left : left + dots.shape[1]][dots] = ground + step
    out = io.BytesIO()
    Image.fromarray(grey).save(out, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"


def _salt(enrolment: Enrolment) -> str:
    return f"display chart of {enrolment.pk} after {attempts_made(enrolment)}"
